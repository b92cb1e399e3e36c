/** The published figures of the laboratory itself, which pages and the README show. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Self, selfSchema } from '../contract/files/self.ts';
import { projectRoot } from '../contract/paths.ts';
import { InvalidResult } from '../contract/result.ts';

/** @returns undefined where there are none. @throws InvalidResult where they do not hold to their schema */
export function publishedSelf(): Self | undefined {
  const path = join(projectRoot, 'results/reference/self.json');
  if (!existsSync(path)) return undefined;
  const parsed = selfSchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InvalidResult(`${path}: ${issue?.path.join('.')}: ${issue?.message}`);
}
