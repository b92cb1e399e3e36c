/** Writes `CITATION.cff` from package.json: `npm run citation`. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../contract/paths.ts';
import { writeAtomically } from '../../record/store.ts';
import { citationFile } from '../../report/export/citation-file.ts';

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
writeAtomically(join(projectRoot, 'CITATION.cff'), citationFile(manifest));
