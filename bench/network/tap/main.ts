/** Entry of the relay: calls come in by IPC. */

import { constants, setPriority } from 'node:os';
import { answerParent } from '../../contract/child.ts';
import { createRelayRole } from './role.ts';

// It may share a core with a load worker, and must not take it when there is something to receive.
setPriority(constants.priority.PRIORITY_LOW);
answerParent(createRelayRole());
