import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { projectRoot } from './paths.ts';
import { KINDS, parseResult, resultSchema } from './result.ts';

it('results/schema.json is that of this code (npm run schema makes it)', () => {
  const written: unknown = JSON.parse(readFileSync(join(projectRoot, 'results/schema.json'), 'utf8'));
  expect(written).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(resultSchema))));
});

it('the published run is one that this code reads, and complete; README names it, and says so where it may not be cited', () => {
  const run = parseResult(readFileSync(join(projectRoot, 'results/reference/result.json'), 'utf8'));
  expect(run.finishedAt).not.toBeNull();
  expect(run.environment.git.dirty).toBe(false);
  const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8');
  expect(readme).toContain(run.id);
  const isRefused = KINDS.some((kind) => !run.citable[kind].ok);
  expect(readme.includes('may not be cited')).toBe(isRefused);
});
