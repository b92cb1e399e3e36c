import { expect, test } from 'vitest';
import { type Result, severe } from '../../contract/result.ts';
import { failed, makeResult, POINT, REFUSED } from '../../tests/fixture.ts';
import { Anchors } from '../view/words/anchors.ts';
import { viewsOf } from '../view/words/places.ts';
import { summaryMarkdown } from './summary.ts';

const summaryOf = (result: Result) => summaryMarkdown(result, viewsOf(result, new Anchors()));

test('whether it may be cited comes first', () => {
  expect(summaryOf(makeResult())).toMatch(
    /^# Run 20260102-030405-test-7\n\n\*\*Citable: bytes ✓ · CPU ✓ · latency ✓\*\*/,
  );
  const warnings = [...REFUSED.warnings, severe('noise-floor', 'a|b', 'more rounds', ['latency'])];
  const text = summaryOf(makeResult({ replace: { warnings } }));
  expect(text).toMatch(
    /^# .*\n\n\*\*Citable: bytes ✗ · CPU ✗ · latency ✗ · .*\n\n- all: dirty-tree: .*\n- latency: noise-floor: a\\\|b\n/,
  );
});

test('a figure that may not be cited has a mark, and the others of the run none', () => {
  const warnings = [severe('code', 'why', 'hint', ['latency'])];
  const rows = summaryOf(makeResult({ replace: { warnings } })).split('\n');
  const row = rows.find((line) => line.startsWith('| Lane gamma |'))?.split(' | ');
  expect(row?.[1]).toMatch(/ †$/);
  expect(row?.filter((cell) => cell.includes('†'))).toHaveLength(2);
});

test('absolute times are said to be of this session', () => {
  expect(summaryOf(makeResult())).toContain('Absolute times are of this session');
  expect(summaryOf(makeResult({ replace: { estimates: [], comparisons: [] } }))).not.toContain('Absolute times');
});

test('each lane has a row at each point, with intervals, and its comparisons in words', () => {
  const points = [POINT, { ...POINT, clients: 100 }];
  const text = summaryOf(makeResult({ rounds: 5, points }));
  expect(text).toContain('\n\n| Point | Lane | Latency p50, ms |');
  expect(text).toMatch(/\n\| 10 clients \| Lane gamma \| 7\.\d+ \[7\.\d+, 7\.\d+\] \|/);
  expect(text).toMatch(/\n\| 100 clients \| Lane gamma \| 7\.\d+ \[6\.\d+, 7\.\d+\] \|/);
  expect(text).toMatch(/\n\| 100 clients \| Lane gamma \| Latency p50 \|/);
  expect(text).toMatch(
    /\| Lane gamma \| Latency p50 \| 3\.\d+ \[\d\.\d+, \d\.\d+\] \| Lane gamma is slower than Lane beta \|/,
  );
  expect(text).toContain('| 5 of 5 |');
});

test('all rows of a table have as many fields as its head', () => {
  const { lanes } = makeResult();
  const text = summaryOf(makeResult({ replace: { lanes: lanes.map((lane) => ({ ...lane, title: 'a|b\n\\|c' })) } }));
  const tables = text.split('\n\n').filter((block) => block.startsWith('| '));
  expect(tables.length).toBeGreaterThan(1);
  for (const table of tables) {
    const bars = table.split('\n').map((line) => line.replace(/\\./g, '').split('|').length);
    expect(bars.length).toBeGreaterThan(4);
    expect(new Set(bars).size).toBe(1);
  }
});

test('sentences to cite stand for themselves, and a repeated lane has none', () => {
  const text = summaryOf(makeResult({ lanes: ['beta', 'gamma', 'again'], duplicates: { again: 'gamma' } }));
  const sentences = text.slice(text.indexOf('### To cite'), text.indexOf('## Conditions'));
  expect(sentences).toContain('of Lane gamma came to');
  expect(sentences).not.toContain('Lane again');
});

test('rounds that failed are counted, and a lane without a valid one has no number', () => {
  const text = summaryOf(
    makeResult({ change: (cell) => (cell.lane === 'gamma' || cell.order === 1 ? failed(cell) : cell) }),
  );
  expect(text).toMatch(/\| Lane alpha \|.*\| 2 of 3 \|/);
  expect(text).toMatch(/\| Lane gamma \|( – \|)+ 0 of 3 \|/);
});

test('a result without cells says so', () => {
  expect(summaryOf(makeResult({ replace: { cells: [], estimates: [], comparisons: [] } }))).toContain(
    'No cell was measured.',
  );
});
