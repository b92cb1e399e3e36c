import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { projectRoot } from '../contract/paths.ts';
import { type CompletedCell, parseResult, type Result } from '../contract/result.ts';
import { LatencyRecorder, mergeLatency } from '../measure/latency.ts';
import { makeResult, POINT, withLedger } from '../tests/fixture.ts';
import { judge } from './citable.ts';
import { resultId } from './identity.ts';
import { verifyResult } from './verify.ts';

const recorder = new LatencyRecorder();
for (let us = 1; us <= 1_000; us++) recorder.record(us * 1e3);
const latency = mergeLatency([recorder.encode()]);

/** One whose numbers follow from one another. */
function honest(): Result {
  const result = makeResult({ change: (cell) => ({ ...withLedger(cell), latency }) });
  const judged = { ...result, citable: judge(result.warnings, result) };
  return { ...judged, id: resultId(judged) };
}

/** The same with a change to its first cell, and, as a careful forger would have it, with the id that then belongs to it. */
function forged(change: (cell: CompletedCell) => CompletedCell): Result {
  const result = honest();
  const [first, ...others] = result.cells;
  if (first?.state !== 'completed') throw new Error('no cell to forge');
  const changed = { ...result, cells: [change(first), ...others] };
  return { ...changed, id: resultId(changed) };
}

it('the published run is taken', () => {
  const path = join(projectRoot, 'results/reference/result.json');
  expect(() => verifyResult(parseResult(readFileSync(path, 'utf8')))).not.toThrow();
});

it('a result whose numbers follow from one another is taken', () => {
  expect(() => verifyResult(honest())).not.toThrow();
});

it('clients that stop reading come on top of those whose deliveries are expected', () => {
  const points = [{ ...POINT, stalledClients: 4 }];
  const withDeliveries = (expected: number) => {
    const of = (cell: CompletedCell) => ({ ...cell.delivery, expected, delivered: expected });
    const result = makeResult({ points, change: (cell) => ({ ...cell, latency, delivery: of(cell) }) });
    const judged = { ...result, citable: judge(result.warnings, result) };
    return { ...judged, id: resultId(judged) };
  };
  expect(() => verifyResult(withDeliveries(1_000))).not.toThrow();
  expect(() => verifyResult(withDeliveries(600))).toThrow(/delivery\.expected is 600/);
});

it.each<[string, (cell: CompletedCell) => CompletedCell, RegExp]>([
  ['p50', (cell) => ({ ...cell, latency: { ...latency, p50Us: 1 } }), /cell 1 .*latency\.p50Us is 1,/],
  ['count', (cell) => ({ ...cell, latency: { ...latency, count: 5 } }), /latency\.count is 5,/],
  [
    'echo',
    (cell) => ({ ...cell, upstream: { messages: 1_000, echo: { ...latency, p50Us: 1 } } }),
    /upstream\.echo\.p50Us is 1,/,
  ],
  [
    'recovery',
    (cell) => ({
      ...cell,
      recovery: { kills: 1, firstEvent: { ...latency, maxUs: 1 }, attempts: 1, replayed: 1, attemptsByTenth: [1] },
    }),
    /recovery\.firstEvent\.maxUs is 1,/,
  ],
  ['missing', (cell) => ({ ...cell, delivery: { ...cell.delivery, missing: 3 } }), /delivery\.delivered/],
  ['expected', (cell) => ({ ...cell, delivery: { ...cell.delivery, expected: 3 } }), /delivery\.expected is 3/],
  ['bytes', (cell) => ({ ...cell, wire: { ...cell.wire, perDeliveryBytes: 2 } }), /wire\.perDeliveryBytes is 2/],
  ['CPU', (cell) => ({ ...cell, server: { ...cell.server, cpuUs: 1 } }), /estimates: .*cpu.* does not follow/i],
])('a changed %s is told, even under an id that fits', (_what, change, message) => {
  expect(() => verifyResult(forged(change))).toThrow(message);
});

it.each<[string, (result: Result) => Result, RegExp]>([
  [
    'estimate',
    (result) => ({ ...result, estimates: result.estimates.map((one) => ({ ...one, value: 1 })) }),
    /estimates/,
  ],
  [
    'verdict',
    (result) => ({ ...result, comparisons: result.comparisons.map((one) => ({ ...one, verdict: 'lower' as const })) }),
    /comparisons/,
  ],
  ['judgement', (result) => ({ ...result, citable: { ok: false, reasons: ['no'] } }), /citable does not follow/],
  ['seed', (result) => ({ ...result, seed: 99 }), /its id is not the hash/],
])('a changed %s is told', (_what, change, message) => {
  expect(() => verifyResult(change(honest()))).toThrow(message);
});
