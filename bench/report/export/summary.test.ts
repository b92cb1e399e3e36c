import { expect, test } from 'vitest';
import { type Result, severe } from '../../contract/result.ts';
import { failed, makeResult, REFUSED } from '../../tests/fixture.ts';
import { makeSurvey } from '../../tests/survey.ts';
import { Anchors } from '../view/words/anchors.ts';
import { reportOf } from '../view/words/quotes.ts';
import { summaryMarkdown } from './summary.ts';

const summaryOf = (result: Result) => summaryMarkdown(reportOf(result, new Anchors()));

test('whether it may be cited comes first', () => {
  expect(summaryOf(makeResult())).toMatch(
    /^# Run 20260102-030405-test-7\n\n\*\*May be cited: bytes ✓ · CPU ✓ · latency ✓\*\*/,
  );
  const warnings = [...REFUSED.warnings, severe('noise-floor', 'a|b', 'more rounds', ['latency'])];
  const text = summaryOf(makeResult({ replace: { warnings } }));
  expect(text).toMatch(
    /^# .*\n\n\*\*May be cited: bytes ✗ · CPU ✗ · latency ✗ · .*\n\n- all: dirty-tree: .*\n- latency: noise-floor: a\\\|b\n/,
  );
});

test('a figure that may not be cited has a mark, and the others of the run none', () => {
  const warnings = [severe('code', 'why', 'hint', ['latency'])];
  const text = summaryOf(makeResult({ replace: { warnings } }));
  const row = text
    .split('\n')
    .find((line) => line.startsWith('| Lane gamma |'))
    ?.split(' | ');
  expect(row?.[1]).toMatch(/ †$/);
  expect(row?.filter((cell) => cell.includes('†'))).toHaveLength(1);
  expect(text).toContain('\n† not citable: code: why\n');
  expect(summaryOf(makeResult())).not.toContain('†');
});

test('absolute times are said to be of this session', () => {
  expect(summaryOf(makeResult())).toContain('Absolute times are of this session');
  expect(summaryOf(makeResult({ replace: { estimates: [], comparisons: [] } }))).not.toContain('Absolute times');
});

test('each lane has a row, with intervals, and its comparisons in words', () => {
  const text = summaryOf(makeResult({ rounds: 5 }));
  expect(text).toContain('\n\n| lane | latency p50, ms |');
  expect(text).toMatch(/\n\| Lane gamma \| 7\.\d+ \[7\.\d+, 7\.\d+\] \|/);
  expect(text).toMatch(/\n- Lane beta, latency p50: .*\d \[\d\.\d+, \d\.\d+\] times faster than Lane gamma\.\n/);
});

test('all rows of a table have as many fields as its head', () => {
  const { lanes } = makeResult();
  const text = summaryOf(makeResult({ replace: { lanes: lanes.map((lane) => ({ ...lane, title: 'a|b\n\\|c' })) } }));
  const tables = text.split('\n\n').filter((block) => block.startsWith('| '));
  expect(tables).toHaveLength(1);
  for (const table of tables) {
    const bars = table.split('\n').map((line) => line.replace(/\\./g, '').split('|').length);
    expect(bars.length).toBeGreaterThan(4);
    expect(new Set(bars).size).toBe(1);
  }
});

test('a line says how to cite it, one what a sentence with a figure says, and one the conditions', () => {
  const text = summaryOf(makeResult());
  expect(text).toContain(
    '\n- Cite as pushlab-20260102-030405-test-7 of cite.bib: Pushlab 0.0.1 (commit abcdef012345, ',
  );
  expect(text).toMatch(/\n- A figure in a sentence: Latency p50 .* of Lane beta came to /);
  expect(text).toContain('\n- Measured on Test CPU, 2 cores, linux 6.1, Node 20, ');
});

test('it is short: a dozen scenarios are told within 24 kB', () => {
  const text = summaryOf(makeSurvey());
  expect(text.length).toBeLessThan(24_000);
  expect(text).not.toMatch(/NaN|undefined/);
});

test('lanes without a valid round are named', () => {
  const text = summaryOf(makeResult({ change: (cell) => (cell.lane === 'gamma' ? failed(cell) : cell) }));
  expect(text).toContain('Not measured: Lane gamma.');
  expect(text).not.toContain('| Lane gamma |');
});

test('a result without cells says so', () => {
  expect(summaryOf(makeResult({ replace: { cells: [], estimates: [], comparisons: [] } }))).toContain(
    'No cell was measured.',
  );
});

test('a hostile name is text: no link, image, HTML or emphasis', () => {
  const title = '![a](http://b) <b>c</b> **d** [e][f] `g`';
  const { lanes } = makeResult();
  const text = summaryOf(makeResult({ replace: { lanes: lanes.map((lane) => ({ ...lane, title })) } }));
  expect(text).toContain('![a\\](http://b) \\<b\\>c\\</b\\> \\*\\*d\\*\\* [e\\][f] \\`g\\`');
  expect(text).not.toMatch(/[^\\]\]\(|[^\\]<|[^\\]`/);
});
