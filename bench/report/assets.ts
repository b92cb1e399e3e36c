/** What the page is put together from besides its data: read from disk here and nowhere else. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compiled, projectRoot } from '../paths.ts';

export interface Assets {
  readonly style: string;
  /** Scripts in the order in which they run. */
  readonly scripts: readonly Script[];
}

export interface Script {
  readonly text: string;
  readonly isModule: boolean;
}

/** @throws Error when the page's script was not compiled: run `npm run build` */
export function readAssets(): Assets {
  const library = join(projectRoot, 'node_modules/chart.js/dist/chart.umd.min.js');
  return {
    style: readFileSync(join(projectRoot, 'bench/report/page/page.css'), 'utf8'),
    scripts: [
      { text: readScript(library), isModule: false },
      { text: readScript(compiled('bench/report/page/annotations')), isModule: true },
      { text: readScript(compiled('bench/report/page/page')), isModule: true },
    ],
  };
}

/** @throws Error when the text can't stand within a script element */
function readScript(path: string): string {
  // A map's address would make a browser's tools ask for it.
  const text = readFileSync(path, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
  if (/<\/script|<!--/i.test(text)) throw new Error(`${path} holds text that ends or changes a script element`);
  return text;
}
