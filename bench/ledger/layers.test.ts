import { expect, test } from 'vitest';
import type { LedgerCount } from '../contract/ledger.ts';
import { ConnectionLedger } from './connection.ts';
import { noCount, subtractCounts, sumCounts } from './layers.ts';
import { readAll } from './test-wire.ts';

const GET = 'GET / HTTP/1.1\r\n\r\n';
const EVENT = 'HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nContent-Length: 3\r\n\r\n{}\n';

test('the count of no connection is nothing', () => {
  expect(sumCounts([])).toEqual(new ConnectionLedger('http').count());
});

test('connections add up, number by number, with the problems of all', () => {
  const one = readAll('http', [GET], [EVENT]);
  const broken = readAll('http', [GET, 'x\r\n'], [EVENT]);
  const sum = sumCounts([one, broken, one]);
  expect(sum.down).toMatchObject({ payload: 6, framing: 3, responseHead: 3 * (EVENT.length - 3) });
  expect(sum.up.requestHead).toBe(3 * GET.length + 3);
  expect(sum).toMatchObject({ events: 3, messagesUp: 0, problems: broken.problems });
  expect(sum.cycles).toEqual({ count: 3, upBytes: 3 * GET.length, downBytes: 3 * EVENT.length });
});

test('what came between two readings is their difference, with the problems that are new', () => {
  const ledger = new ConnectionLedger('http');
  const elsewhere = readAll('http', ['x\r\n'], []);
  const before = sumCounts([elsewhere, readAll('http', [GET], [EVENT], ledger)]);
  expect(subtractCounts(before, before)).toEqual(sumCounts([]));
  const after = sumCounts([readAll('http', [GET, 'y\r\nz'], [EVENT], ledger), elsewhere]);
  const window = subtractCounts(after, before);
  expect(window.down).toMatchObject({ payload: 2, framing: 1 });
  expect(window.unreadBytes).toEqual({ up: 1, down: 0 });
  expect(window).toMatchObject({ events: 1, cycles: { count: 1, upBytes: GET.length, downBytes: EVENT.length } });
  expect(window.problems).toHaveLength(1);
  expect(window.problems[0]).toContain('"y');
});

test('frames and header blocks of HTTP/2 add up too, though connections have different ones', () => {
  const one = { count: 1, bytes: 10 };
  const none = { count: 0, bytes: 0 };
  const short: LedgerCount = {
    ...noCount(),
    frames: { up: { PING: one }, down: {} },
    headBlocks: [{ up: one, down: none }],
  };
  const long: LedgerCount = {
    ...noCount(),
    frames: { up: { PING: one, DATA: one }, down: { GOAWAY: one } },
    headBlocks: [
      { up: one, down: one },
      { up: one, down: none },
    ],
  };
  const sum = sumCounts([short, long]);
  const two = { count: 2, bytes: 20 };
  expect(sum.frames).toEqual({ up: { PING: two, DATA: one }, down: { GOAWAY: one } });
  expect(sum.headBlocks).toEqual([
    { up: two, down: one },
    { up: one, down: none },
  ]);
  expect(subtractCounts(sum, short)).toMatchObject({ frames: long.frames, headBlocks: long.headBlocks });
});
