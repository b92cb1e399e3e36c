import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { projectRoot } from '../paths.ts';
import { resultSchema } from './result.ts';

it('results/schema.json is that of this code (npm run schema makes it)', () => {
  const written: unknown = JSON.parse(readFileSync(join(projectRoot, 'results/schema.json'), 'utf8'));
  expect(written).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(resultSchema))));
});
