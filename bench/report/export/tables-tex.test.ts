import { describe, expect, test } from 'vitest';
import { type CompletedCell, FIGURES, type Result, severe } from '../../contract/result.ts';
import { shownIn } from '../../stats/metrics/metrics.ts';
import { failed, makeResult, POINT, REFUSED, SCENARIO, withLedger } from '../../tests/fixture.ts';
import { Anchors } from '../view/words/anchors.ts';
import { viewsOf } from '../view/words/places.ts';
import { tablesLatex } from './tables-tex.ts';

const latexOf = (result: Result) => tablesLatex(result, viewsOf(result, new Anchors()));
const labels = (latex: string) => [...latex.matchAll(/\\label\{(.+?)\}/g)].map(([, label]) => label);
const all = { scenarios: [{ ...SCENARIO, figures: [...FIGURES] }] };

test('every figure of a scenario has a table', () => {
  const lacking = FIGURES.filter((figure) => shownIn('exported', [figure]).length === 0);
  expect(lacking).toEqual([]);
});

test('a scenario has the tables of its figures, with labels that do not change from run to run', () => {
  const stated = ['latency', 'latency-ratios', 'bytes', 'bytes-ratios', 'server', 'server-ratios'];
  expect(labels(latexOf(makeResult()))).toEqual(stated.map((name) => `tab:pushlab-spread-${name}`));
  expect(labels(latexOf(makeResult({ replace: { id: 'another', seed: 8 } })))).toEqual(labels(latexOf(makeResult())));
  const latencyAlone = makeResult({ replace: { scenarios: [{ ...SCENARIO, figures: ['latency'] }] } });
  expect(labels(latexOf(latencyAlone))).toHaveLength(2);
});

test('a number stands over its interval, in a column that siunitx aligns', () => {
  const latex = latexOf(makeResult({ rounds: 5 }));
  expect(latex).toMatch(
    /\\begin\{tabular\}\{@\{\}lS\[table-format=1\.\d\]S\[table-format=2\.\d\]S\[table-format=1\.0\]@\{\}\}/,
  );
  expect(latex).toContain('Lane & {p50, \\unit{\\milli\\second}} & {p95, \\unit{\\milli\\second}} & {$n$} \\\\');
  expect(latex).toMatch(
    /Lane gamma & 7\.\d+ & 1\d\.\d+ & 5 \\\\\n +& \{\\scriptsize \[\\num\{[67]\.\d+\}, \\num\{7\.\d+\}\]\} &/,
  );
});

test('a caption is one line, and the notes tell setting, rounds, which bytes, machine and run, once each', () => {
  const latex = latexOf(makeResult({ change: withLedger, replace: all }));
  const captions = latex.match(/\\caption.*/g) ?? [];
  expect(captions.length).toBeGreaterThan(5);
  for (const caption of captions) expect(caption).toMatch(/^\\caption\[[^\]]+\]\{.{10,75}\.\}$/);
  for (const part of [
    'Spread: 10 clients, 20 events/s, 128 B payload, browser headers, 3 rounds.',
    'Bytes per delivery: all bytes on the sockets, both directions',
    'p50, p95 of the time from the instant an event was due',
    'Test CPU, 2 cores, linux 6.1, Node 20; Pushlab 0.0.1 (commit abcdef012345, run 20260102-030405-test-7).',
  ]) {
    expect(latex.split(part)).toHaveLength(2);
  }
});

test('a ratio carries its verdict, and the notes what it means', () => {
  const latex = latexOf(makeResult({ rounds: 5 }));
  expect(latex).toMatch(/Lane alpha & 0\.\d+ \{\\,\\ensuremath\{\\downarrow\}\}/);
  expect(latex).toContain('\\ensuremath{\\downarrow}: lower; \\ensuremath{\\uparrow}: higher.');
  expect(latex).toContain('{Latency in Spread: ratios to Lane beta.}');
});

test('many points are told in parts that fit a page', () => {
  const points = [1, 2, 3, 4, 5, 6, 7].map((clients) => ({ ...POINT, clients }));
  const latex = latexOf(
    makeResult({ points, replace: { scenarios: [{ ...SCENARIO, points, figures: ['latency'] }] } }),
  );
  expect(labels(latex)).toEqual(['latency', 'latency-2', 'latency-ratios'].map((name) => `tab:pushlab-spread-${name}`));
  expect(latex).toContain('{Latency in Spread (1 of 2).}');
  expect(latex).toContain('\\multicolumn{4}{@{}l}{\\itshape 7 clients} \\\\');
});

describe('LaTeX gets pairs of braces and no sign that it can not print', () => {
  const strange = 'a%b_c&d#e µ×– {$^~\\} "f" <g> ]日[';
  const { lanes, environment } = makeResult();
  test.each<[string, Result]>([
    ['a plain result', makeResult({ change: withLedger, replace: all })],
    [
      'names with all of its special signs',
      makeResult({
        replace: {
          id: strange,
          lanes: lanes.map((lane) => ({ ...lane, title: strange, options: { [strange]: strange } })),
          scenarios: [{ ...SCENARIO, title: strange }],
          environment: { ...environment, kernel: strange, cpu: { ...environment.cpu, model: strange } },
        },
      }),
    ],
    ['one round', makeResult({ rounds: 1 })],
    ['no reference', makeResult({ reference: 'elsewhere' })],
    ['failed cells', makeResult({ change: (cell) => (cell.round === 2 ? failed(cell) : cell) })],
    ['a lane without a valid round', makeResult({ change: (cell) => (cell.lane === 'gamma' ? failed(cell) : cell) })],
    ['no cell', makeResult({ replace: { cells: [], estimates: [], comparisons: [] } })],
  ])('%s', (_, result) => {
    const latex = latexOf(result);
    expect(latex).toMatch(/^[\n -~]+$/);
    expect(latex).not.toMatch(/undefined|NaN|null/);
    const bare = latex.replace(/^%.*$/gm, '').replace(/\\[#$%&_\\]/g, '');
    expect(bare.match(/\{/g)?.length ?? 0).toBe(bare.match(/\}/g)?.length ?? 0);
    expect(bare.match(/\$/g)?.length ?? 0).toSatisfy((count: number) => count % 2 === 0);
    for (const [line] of bare.matchAll(/^ {4}(?:[A-Z]|&).*$/gm)) expect(line).not.toMatch(/[#_]/);
    const open: string[] = [];
    for (const [, command, name = ''] of bare.matchAll(/\\(begin|end)\{(\w+)\}/g)) {
      if (command === 'begin') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
    for (const [, head = '', body = ''] of bare.matchAll(/\\begin\{tabular\}\{([^\n]*)\}\n(.*?)\\end\{tabular\}/gs)) {
      const columns = head.match(/@\{\}l|S\[/g)?.length;
      const rows = body.split('\n').filter((line) => line.includes('&'));
      expect(rows.map((row) => row.split('&').length)).toEqual(rows.map(() => columns));
    }
  });
});

test('a lane without a valid round has dashes', () => {
  const latex = latexOf(makeResult({ change: (cell) => (cell.lane === 'gamma' ? failed(cell) : cell) }));
  expect(latex).toContain('Lane gamma & {--} & {--} & 0 \\\\');
});

test('one round has no interval, and the notes say so', () => {
  const latex = latexOf(makeResult({ rounds: 1 }));
  expect(latex).toContain('$n$: valid ones; one gives no interval.');
  expect(latex).not.toContain('\\scriptsize');
});

test('a figure that may not be cited among others has a mark, which the notes explain', () => {
  const change = (cell: CompletedCell): CompletedCell => {
    return cell.lane === 'alpha' ? { ...cell, warnings: [severe('code', 'why', 'hint', ['latency'])] } : cell;
  };
  const latex = latexOf(makeResult({ change }));
  expect(latex).toMatch(/\n +\\textdagger\{\}: not citable\.\n/);
  expect(latex).not.toContain('\\textbf{Not citable');
  expect(latex).toMatch(/Lane alpha & [\d.]+ \{\\,\\textdagger\{\}\}/);
  expect(latex).toMatch(/Lane gamma & [\d.]+ & /);
  expect(latexOf(makeResult())).not.toContain('textdagger');
});

test('every caption of a result that may not be cited says so first', () => {
  const latex = latexOf(makeResult({ replace: REFUSED }));
  const captions = latex.match(/\\caption\[.*\]\{.*/g) ?? [];
  expect(captions.length).toBeGreaterThan(3);
  for (const caption of captions) expect(caption).toContain('\\textbf{Not citable.}');
});
