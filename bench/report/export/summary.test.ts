import { expect, test } from 'vitest';
import type { Result } from '../../contract/result.ts';
import { failed, makeResult, POINT } from '../../tests/fixture.ts';
import { Anchors } from '../view/words/anchors.ts';
import { viewsOf } from '../view/words/places.ts';
import { summaryMarkdown } from './summary.ts';

const summaryOf = (result: Result) => summaryMarkdown(result, viewsOf(result, new Anchors()));

test('whether it may be cited comes first', () => {
  expect(summaryOf(makeResult())).toMatch(/^# Run 20260102-030405-test-7\n\n\*\*This run may be cited\*\*/);
  const reasons = ['dirty-tree: The code differed from its commit.', 'noise-floor: a|b'];
  const text = summaryOf(makeResult({ replace: { citable: { ok: false, reasons } } }));
  expect(text).toMatch(/^# .*\n\n\*\*This run may not be cited\*\*.*\n\n- dirty-tree: .*\n- noise-floor: a\\\|b\n/);
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
