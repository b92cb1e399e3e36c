/** Entry of the relay: calls come in by IPC. */

import { answerParent } from '../contract/child.ts';
import { createRelayRole } from './role.ts';

answerParent(createRelayRole());
