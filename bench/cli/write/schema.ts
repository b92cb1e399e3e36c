/** Writes `results/schema.json` from the schema in the contract: `npm run schema`. */

import { join } from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../../contract/paths.ts';
import { resultSchema } from '../../contract/result.ts';
import { writeAtomically } from '../../record/store.ts';

const schema = z.toJSONSchema(resultSchema);
writeAtomically(join(projectRoot, 'results/schema.json'), `${JSON.stringify(schema, null, 2)}\n`);
