/** What the page is put together from besides its data: read from disk here and nowhere else. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, projectRoot } from '../../contract/paths.ts';

export interface Assets {
  readonly style: string;
  readonly scripts: readonly Script[];
}

export interface Script {
  readonly text: string;
  readonly isModule: boolean;
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

/** What draws charts, and what it takes to draw intervals, texts and limits. They register themselves. */
const LIBRARIES = [
  'chart.js/dist/chart.umd.min.js',
  'chartjs-chart-error-bars/build/index.umd.min.js',
  'chartjs-plugin-annotation/dist/chartjs-plugin-annotation.min.js',
] as const;

/** In this order: what the charts need comes before they are drawn. */
const SCRIPTS = ['charts', 'save', 'reader', 'cite'] as const;

/** Modules that are one script together, in the order of their imports: the page's address has no other file. */
const NUMBERS = ['view/formulas/formulas', 'view/formulas/answers', 'page/browser/numbers'] as const;

/** @throws Error when the page's script was not compiled: run `npm run build` */
export function readAssets(): Assets {
  return {
    style: STYLES.map(readStyle).join('\n'),
    scripts: [
      ...LIBRARIES.map((path) => ({ text: readScript(join(projectRoot, 'node_modules', path)), isModule: false })),
      ...SCRIPTS.map((name) => ({ text: readScript(compiled(`bench/report/page/browser/${name}`)), isModule: true })),
      { text: NUMBERS.map((name) => asOne(readScript(compiled(`bench/report/${name}`)))).join(''), isModule: true },
    ],
  };
}

/** Without comments and indentation. */
function readStyle(name: (typeof STYLES)[number]): string {
  const text = readFileSync(join(projectRoot, `bench/report/page/style/${name}.css`), 'utf8');
  return text.replace(/\/\*[\s\S]*?\*\/|^ +/gm, '');
}

/** @throws Error when the text can't stand within a script element */
function readScript(path: string): string {
  // A map's address would make a browser's tools ask for it.
  const text = readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  if (/<\/script|<!--/i.test(text)) throw new Error(`${path} holds text that ends or changes a script element`);
  return text;
}

/** A module's text without its imports and exports, to stand behind those that it imports. */
function asOne(text: string): string {
  return text.replace(/^import [^;]*;$/gm, '').replace(/^export (?=const |function |\{\};)/gm, '');
}
