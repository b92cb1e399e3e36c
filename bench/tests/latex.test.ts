/** The LaTeX tables as an author uses them: in an article, compiled. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { FIGURES, type Result } from '../contract/result.ts';
import { exportResult } from '../report/export/export.ts';
import { makeFanOut } from '../report/tests/test-fan-out.ts';
import { failed, makeResult, REFUSED, SCENARIO, withLedger } from './fixture.ts';
import { makeSurvey } from './survey.ts';

const ARTICLE = String.raw`\documentclass{article}
\usepackage{booktabs}
\usepackage{siunitx}
\begin{document}
\listoftables
\input{tables}
\end{document}
`;

const STRANGE = 'a%b_c&d#e µ×– {$^~\\} "f" <g> ]日[';
const plain = makeResult();

const results: [string, Result][] = [
  ['a fan-out', makeFanOut()],
  [
    'every figure',
    makeResult({ change: withLedger, replace: { scenarios: [{ ...SCENARIO, figures: [...FIGURES] }] } }),
  ],
  ['a dozen scenarios', makeSurvey()],
  ['failed cells', makeResult({ change: (cell) => (cell.round === 2 ? failed(cell) : cell) })],
  ['no cell', makeResult({ replace: { cells: [], estimates: [], comparisons: [] } })],
  ['a result that may not be cited', makeResult({ replace: REFUSED })],
  [
    'names with all special signs',
    makeResult({
      replace: {
        id: STRANGE,
        lanes: plain.lanes.map((lane) => ({ ...lane, title: STRANGE, options: { [STRANGE]: STRANGE } })),
        scenarios: [{ ...SCENARIO, title: STRANGE }],
      },
    }),
  ],
];

/** Without siunitx, which Debian has in texlive-science, nothing can be compiled. */
function missing(): string | undefined {
  if (spawnSync('pdflatex', ['--version']).status !== 0) return 'pdflatex is not installed (Debian: texlive-science)';
  const lacking = ['booktabs.sty', 'siunitx.sty'].filter((name) => spawnSync('kpsewhich', [name]).status !== 0);
  return lacking.length > 0 ? `LaTeX lacks ${lacking.join(' and ')} (Debian: texlive-science)` : undefined;
}

const reason = missing();
if (reason !== undefined) console.warn(`SKIPPED: no LaTeX table was compiled: ${reason}`);

test.for(results)('the tables of %s compile', ([, result], { skip }) => {
  skip(reason !== undefined, reason);
  const folder = mkdtempSync(join(tmpdir(), 'pushlab-latex-'));
  try {
    writeFileSync(join(folder, 'article.tex'), ARTICLE);
    writeFileSync(join(folder, 'tables.tex'), exportResult(result).get('tables.tex') ?? '');
    const { status } = spawnSync('pdflatex', ['-interaction=nonstopmode', '-halt-on-error', 'article'], {
      cwd: folder,
    });
    const log = readFileSync(join(folder, 'article.log'), 'latin1');
    expect({ status, errors: log.match(/^!.*(?:\n.*){3}/gm) }).toEqual({ status: 0, errors: null });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
