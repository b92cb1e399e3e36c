/** What the page is put together from besides its data: read from disk here and nowhere else. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, projectRoot } from '../../contract/paths.ts';

export interface Assets {
  readonly style: string;
  /** A module. */
  readonly script: string;
}

/** In this order: the last has what changes on a narrow screen and on paper. */
const STYLES = [
  'colours',
  'base',
  'hero',
  'figures',
  'tables',
  'prose',
  'folds',
  'wire',
  'numbers',
  'measured',
  'media',
] as const;

/** @throws Error when the page's script was not compiled: run `npm run build` */
export function readAssets(): Assets {
  return { style: STYLES.map(readStyle).join(''), script: readScript(compiled('bench/report/page/script')) };
}

/** Without comments, and without spaces that separate nothing. */
function readStyle(name: (typeof STYLES)[number]): string {
  const text = readFileSync(join(projectRoot, `bench/report/page/style/${name}.css`), 'utf8');
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/ ?([{};]) ?/g, '$1')
    .replace(/;}/g, '}')
    .replace(/(?<=[{;][a-z-]+:) /g, '');
}

/** @throws Error when the text can't stand within a script element */
function readScript(path: string): string {
  const text = readFileSync(path, 'utf8');
  if (/<\/script|<!--/i.test(text)) throw new Error(`${path} holds text that ends or changes a script element`);
  return text;
}
