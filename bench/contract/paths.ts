/** Where things are, whether this runs compiled from `dist/` or as TypeScript in the tests. */

import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(from: string): string {
  if (existsSync(join(from, 'package.json'))) return from;
  const parent = dirname(from);
  if (parent === from) throw new Error('this is not a checkout of Pushlab: no package.json above the code');
  return findRoot(parent);
}

export const projectRoot = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The compiled form of a source file, named without its ending. */
export const compiled = (name: string): string => join(projectRoot, 'dist', `${name}.js`);
