import { expect, test } from 'vitest';
import type { Result } from '../../contract/result.ts';
import { metricOf } from '../../stats/metrics/metrics.ts';
import { failed, makeResult, POINT, withLedger } from '../../tests/fixture.ts';
import { parseCsv } from '../tests/test-csv.ts';
import { cellsCsv } from './cells-csv.ts';

const rowsOf = (result: Result) => parseCsv(cellsCsv(result)).rows;

test('each cell has a row for each metric that it can tell, with every digit', () => {
  const result = makeResult({ rounds: 2, change: withLedger });
  const rows = rowsOf(result);
  for (const cell of result.cells) {
    if (cell.state !== 'completed') throw new Error('unexpected');
    const mine = rows.filter(({ order }) => order === String(cell.order));
    expect(mine.length).toBeGreaterThan(8);
    for (const { metric = '', value, unit } of mine) {
      expect(Number(value)).toBe(metricOf(metric).of(cell));
      expect(unit).toBe(metricOf(metric).unit);
    }
    expect(mine[0]).toMatchObject({
      run: result.id,
      lane: cell.lane,
      scenario: 'spread',
      clients: '10',
      events_per_second: '20',
      payload_bytes: '128',
      headers: 'browser',
      round: String(cell.round),
      state: 'completed',
      valid: 'true',
    });
  }
});

test('every attempt at a round has its rows, by number', () => {
  const { cells, ...rest } = makeResult({ rounds: 1, lanes: ['beta'] });
  const attempts = [1, 2, 3].flatMap((attempt) => cells.map((cell) => ({ ...cell, attempt })));
  const rows = rowsOf({ ...rest, cells: attempts }).filter(({ metric }) => metric === 'latency.p50Us');
  expect(rows.map(({ attempt }) => attempt)).toEqual(['1', '2', '3']);
});

test('a column that the run leaves empty is left out', () => {
  const { header } = parseCsv(cellsCsv(makeResult()));
  for (const name of ['poll_interval_ms', 'rtt_ms', 'phase', 'error']) expect(header).not.toContain(name);
  const points = [POINT, { ...POINT, pollIntervalMs: 250 }];
  const intervals = rowsOf(makeResult({ points })).map((row) => row['poll_interval_ms']);
  expect(new Set(intervals)).toEqual(new Set(['', '250']));
});

test('a failed cell has one row, with its phase and its error', () => {
  const rows = rowsOf(makeResult({ change: (cell) => (cell.order === 2 ? failed(cell) : cell) }));
  expect(rows.filter(({ order }) => order === '2')).toEqual([
    expect.objectContaining({
      state: 'failed',
      valid: 'false',
      phase: 'warm-up',
      error: 'worker 1 ended',
      metric: '',
      value: '',
      unit: '',
    }),
  ]);
});

test('a cell that its audit rejects is there, and not valid', () => {
  const rows = rowsOf(
    makeResult({ change: (cell) => ({ ...cell, delivery: { ...cell.delivery, missing: cell.order === 1 ? 3 : 0 } }) }),
  );
  expect(new Set(rows.filter(({ order }) => order === '1').map(({ valid }) => valid))).toEqual(new Set(['false']));
  expect(rows.some(({ order, valid }) => order === '2' && valid === 'true')).toBe(true);
});

test('a result without cells has the header alone', () => {
  const { header, rows } = parseCsv(cellsCsv(makeResult({ replace: { cells: [], estimates: [], comparisons: [] } })));
  expect(header).toContain('value');
  expect(rows).toEqual([]);
});

const errorsOf = (message: string) =>
  rowsOf(
    makeResult({
      rounds: 1,
      lanes: ['beta'],
      change: (cell) => ({ ...failed(cell), error: { message, code: null, signal: null } }),
    }),
  ).map(({ error }) => error);

test.each(['a,b', 'say "no"', '"', 'line\nline', 'line\r\nline', ' spaced ', 'µ – 日本'])(
  'a field comes back as it was: %j',
  (message) => expect(errorsOf(message)).toEqual([message]),
);

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1', '=HYPERLINK("a","b")'])(
  'text that a spreadsheet would run stands behind an apostrophe: %j',
  (message) => expect(errorsOf(message)).toEqual([`'${message}`]),
);
