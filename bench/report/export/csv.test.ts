import { describe, expect, test } from 'vitest';
import type { Result } from '../../contract/result.ts';
import { metricOf } from '../../stats/metrics/metrics.ts';
import { failed, makeResult, POINT, withLedger } from '../../tests/fixture.ts';
import { cellsCsv } from './csv.ts';

const rowsOf = (result: Result): Record<string, string>[] => {
  const [header = [], ...records] = parseCsv(cellsCsv(result));
  return records.map((record) => {
    expect(record).toHaveLength(header.length);
    return Object.fromEntries(header.map((name, at) => [name, record[at] ?? '']));
  });
};

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
      phase: '',
    });
  }
});

test('every attempt at a round has its rows, by number', () => {
  const { cells, ...rest } = makeResult({ rounds: 1, lanes: ['beta'] });
  const attempts = [1, 2, 3].flatMap((attempt) => cells.map((cell) => ({ ...cell, attempt })));
  const rows = rowsOf({ ...rest, cells: attempts }).filter(({ metric }) => metric === 'latency.p50Us');
  expect(rows.map(({ attempt }) => attempt)).toEqual(['1', '2', '3']);
});

test('what a point leaves to the lane is an empty field, and all runs have the same columns', () => {
  const polled = rowsOf(makeResult({ points: [{ ...POINT, pollIntervalMs: 250 }] }));
  const plain = rowsOf(makeResult());
  expect(polled[0]?.['poll_interval_ms']).toBe('250');
  expect(plain[0]?.['poll_interval_ms']).toBe('');
  expect(Object.keys(polled[0] ?? {})).toEqual(Object.keys(plain[0] ?? {}));
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
  expect(parseCsv(cellsCsv(makeResult({ replace: { cells: [], estimates: [], comparisons: [] } })))).toHaveLength(1);
});

describe('a field comes back as it was', () => {
  test.each(['a,b', 'say "no"', '"', 'line\nline', 'line\r\nline', ' spaced ', 'µ – 日本', '=1+1', ''])(
    '%j',
    (message) => {
      const result = makeResult({
        rounds: 1,
        lanes: ['beta'],
        change: (cell) => ({ ...failed(cell), error: { message, code: null, signal: null } }),
      });
      expect(rowsOf(result).map(({ error }) => error)).toEqual([message]);
    },
  );
});

/** RFC 4180, section 2: records end with CRLF; quotes within quotes are doubled. */
function parseCsv(text: string): string[][] {
  expect(text.endsWith('\r\n')).toBe(true);
  const records: string[][] = [];
  let record: string[] = [];
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (field.lastIndex < text.length) {
    const found = field.exec(text);
    if (!found) throw new Error('not a field');
    record.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? '');
    if (found[3] === ',') continue;
    records.push(record);
    record = [];
  }
  return records;
}
