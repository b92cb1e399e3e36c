/** Entry of a load worker: calls come in by IPC, one swarm goes out. */

import { findLane } from '../bench/catalogue/lanes.ts';
import { answerParent } from '../bench/contract/child.ts';
import { createWorkerRole } from './role.ts';

answerParent(createWorkerRole(findLane));
