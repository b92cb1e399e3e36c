/** Entry of a measured server: calls come in by IPC, one lane goes out. */

import { findLane } from '../bench/catalogue/lanes.ts';
import { answerParent } from '../bench/contract/child.ts';
import { createServerRole } from './role.ts';

answerParent(createServerRole(findLane));
