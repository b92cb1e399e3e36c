/** Writes the tables of the published run and of the laboratory itself into README.md: `npm run readme`. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../contract/paths.ts';
import { parseResult } from '../../contract/result.ts';
import { recomputed } from '../../record/recompute.ts';
import { writeAtomically } from '../../record/store.ts';
import { withReadmeTable, withSelfTable } from '../../report/export/readme-table.ts';
import { publishedSelf } from '../published-self.ts';

const readme = join(projectRoot, 'README.md');
const published = readFileSync(join(projectRoot, 'results/reference/result.json'), 'utf8');
const result = recomputed(parseResult(published));
const withTable = withReadmeTable(readFileSync(readme, 'utf8'), result);
writeAtomically(readme, withSelfTable(withTable, publishedSelf()));
