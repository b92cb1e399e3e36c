import { answerParent } from '../../contract/child.ts';
import { createLinkRole } from './role.ts';

answerParent(createLinkRole());
