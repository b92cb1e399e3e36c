/** Entry of a load worker: calls come in by IPC, one swarm goes out. */

import { answerParent } from '../bench/contract/child.ts';
import { findLane } from '../bench/lanes.ts';
import { createWorkerRole } from './role.ts';

answerParent(createWorkerRole(findLane));
