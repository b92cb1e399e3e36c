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
const STYLES = ['colours', 'base', 'hero', 'figures', 'tables', 'prose', 'folds', 'wire', 'media'] as const;

/** In this order: what the charts need comes before they are drawn. */
const SCRIPTS = ['annotations', 'lines', 'line-texts', 'page', 'reader', 'cite'] as const;

/** @throws Error when the page's script was not compiled: run `npm run build` */
export function readAssets(): Assets {
  const library = join(projectRoot, 'node_modules/chart.js/dist/chart.umd.min.js');
  return {
    style: STYLES.map(readStyle).join('\n'),
    scripts: [
      { text: readScript(library), isModule: false },
      ...SCRIPTS.map((name) => ({ text: readScript(compiled(`bench/report/page/browser/${name}`)), isModule: true })),
    ],
  };
}

function readStyle(name: (typeof STYLES)[number]): string {
  return readFileSync(join(projectRoot, `bench/report/page/browser/${name}.css`), 'utf8');
}

/** @throws Error when the text can't stand within a script element */
function readScript(path: string): string {
  // A map's address would make a browser's tools ask for it.
  const text = readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  if (/<\/script|<!--/i.test(text)) throw new Error(`${path} holds text that ends or changes a script element`);
  return text;
}
