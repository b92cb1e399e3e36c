/** Writes `CITATION.cff` from package.json: `npm run citation`. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../paths.ts';
import { writeAtomically } from '../store.ts';
import { citationFile } from './citation-file.ts';

const manifest = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8'));
writeAtomically(join(projectRoot, 'CITATION.cff'), citationFile(manifest));
