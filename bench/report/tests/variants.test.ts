import { describe, expect, test } from 'vitest';
import { makeResult } from '../../tests/fixture.ts';
import { summaryMarkdown } from '../export/summary.ts';
import { tablesLatex } from '../export/tables-tex.ts';
import { describeResult } from '../terminal/terminal.ts';
import { pageModel } from '../view/model.ts';
import type { Figure } from '../view/page-model.ts';
import { Anchors } from '../view/words/anchors.ts';
import { viewsOf } from '../view/words/places.ts';
import { reportOf } from '../view/words/quotes.ts';
import { proseText } from '../view/words/verdicts.ts';

const LANES = ['alpha', 'beta', 'gamma', 'beta-tls'];
const VARIANTS = { gamma: 'alpha', 'beta-tls': 'beta' };
const result = makeResult({ lanes: LANES, variants: VARIANTS });
const views = viewsOf(result, new Anchors());

function figureOf(id: string, of = result): Figure {
  const figure = pageModel(of)
    .sections.flatMap(({ figures }) => figures)
    .find((one) => one.id === id);
  if (!figure) throw new Error(`no figure ${id}`);
  return figure;
}

describe('a variant', () => {
  test('has its ratio to what it varies beside its value, and the table says to which', () => {
    const [table] = figureOf('spread-cpu').tables;
    expect(table?.columns.map(({ label }) => label).slice(0, 2)).toEqual(['Lane', 'Ratios to']);
    expect(table?.rows.map(({ header, cells: [baseline] }) => [header, baseline?.text])).toEqual([
      ['Lane alpha', 'Lane beta'],
      ['Lane beta', 'none'],
      ['Lane gamma', 'Lane alpha'],
      ['Lane beta-tls', 'Lane beta'],
    ]);
    expect(table?.rows[2]?.cells[2]?.text).toMatch(/^3\.0/);
    expect(table?.definition).toContain('Ratios: to Lane beta, of a variant to what it varies, paired by round');
  });

  test('is told by its ratio to what it varies', () => {
    expect(proseText(figureOf('spread-latency').finding ?? []).replaceAll('\u00a0', ' ')).toMatch(
      /^Latency p50: of 3 comparisons, 1 faster, 2 slower, 0 without a decided difference; from Lane alpha × 0\.\d+, faster \(to Lane beta\) to Lane beta-tls × \d[\d.]*, slower \(to Lane beta\)\.$/,
    );
  });

  test('is told against what it varies in words, on the terminal and in exports', () => {
    for (const text of [describeResult(result), summaryMarkdown(reportOf(result, new Anchors()))]) {
      expect(text).toMatch(/^(- )?Lane alpha\b(.|\n)*times faster than Lane gamma/m);
      expect(text).toMatch(/^(- )?Lane beta\b(.|\n)*times faster than Lane beta-tls/m);
    }
    const latex = tablesLatex(result, views);
    expect(latex).toContain('ratios to the lane named above each group.');
    expect(latex).toMatch(/\{\\itshape to Lane alpha\} \\\\\n\s+Lane gamma &/);
  });

  test('whose original is the only other lane is compared without the reference of the run', () => {
    const two = makeResult({ lanes: ['alpha', 'gamma'], variants: VARIANTS });
    expect(describeResult(two)).toMatch(/^Lane alpha\n {2}latency p50\n.* times faster than Lane gamma$/m);
    expect(figureOf('spread-cpu', two).tables[0]?.definition).toContain('Ratios: to what each varies, paired');
  });
});
