/** Writes the table of the published run into README.md: `npm run readme`. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../contract/paths.ts';
import { parseResult } from '../contract/result.ts';
import { recomputed } from '../record/recompute.ts';
import { writeAtomically } from '../record/store.ts';
import { withReadmeTable } from '../report/export/readme-table.ts';

const readme = join(projectRoot, 'README.md');
const published = readFileSync(join(projectRoot, 'results/reference/result.json'), 'utf8');
const result = recomputed(parseResult(published));
writeAtomically(readme, withReadmeTable(readFileSync(readme, 'utf8'), result));
