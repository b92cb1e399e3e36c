/** Entry of a measured server: calls come in by IPC, one lane goes out. */

import { answerParent } from '../bench/contract/child.ts';
import { findLane } from '../bench/lanes.ts';
import { createServerRole } from './role.ts';

answerParent(createServerRole(findLane));
