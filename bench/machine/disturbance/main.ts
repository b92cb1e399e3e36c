/** Entry of a watcher, one for each measured core: calls come in by IPC. */

import { answerParent } from '../../contract/child.ts';
import { createWatcherRole } from './role.ts';

answerParent(createWatcherRole());
