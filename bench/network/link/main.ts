/** Entry of the link: calls come in by IPC. */

import { answerParent } from '../../contract/child.ts';
import { createLinkRole } from './role.ts';

answerParent(createLinkRole());
