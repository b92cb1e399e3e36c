/** Warnings that any other cell would have, and one whose server was killed has not. */

import { describe, expect, it } from 'vitest';
import type { CompletedCell } from '../../contract/result.ts';
import { LatencyRecorder } from '../../measure/latency.ts';
import { makeResult, QUIET } from '../../tests/fixture.ts';
import { cellWarnings } from './warnings.ts';

function cellOf(changes: Partial<CompletedCell>): CompletedCell {
  const cell = makeResult().cells[0];
  if (cell?.state !== 'completed') throw new Error('the fixture has no completed cell');
  return { ...cell, ...changes };
}

const { server, wire, halvesP50Us } = cellOf({});
const firstEvent = new LatencyRecorder();
firstEvent.record(500e6);
const recovery = { kills: 2, firstEvent: firstEvent.summary(), attempts: 40, replayed: 9, attemptsByTenth: [40] };

const codesOf = (changes: Partial<CompletedCell>) =>
  cellWarnings({
    cell: cellOf(changes),
    pinning: { server: 1, workers: [0], relay: 0, probe: 0 },
    problems: [],
  }).map(({ code }) => code);

describe('a server that took the place of one that was killed', () => {
  const ofOne = wire.cell.server;
  it.each<[string, string, Partial<CompletedCell>]>([
    ['saw less of the window', 'late-reading', { server: { ...server, elapsedUs: server.elapsedUs / 4 } }],
    [
      'has counted only its own bytes',
      'bytes-disagree',
      { wire: { ...wire, cell: { ...wire.cell, server: { ...ofOne, sentBytes: ofOne.sentBytes / 2 } } } },
    ],
    ['makes the halves differ', 'unsteady', { halvesP50Us: [halvesP50Us[0], halvesP50Us[0] * 100] }],
  ])('%s, and that is no %s', (_what, code, seen) => {
    expect(codesOf(seen)).toContain(code);
    expect(codesOf({ ...seen, recovery })).not.toContain(code);
  });

  it.each<[string, Partial<CompletedCell>]>([
    ['late-reading', { workers: [{ ...server, elapsedUs: server.elapsedUs / 4 }] }],
    ['disturbed', { disturbance: { ...QUIET, steal: 0.1, exceeded: ['steal'] } }],
    ['worker-saturated', { workers: [{ ...server, cpuShare: 0.9 }] }],
  ])('is no excuse for %s of others', (code, seen) => {
    expect(codesOf({ ...seen, recovery })).toContain(code);
  });

  it('is judged against recoveries: what is much for a delivery is little for them', () => {
    const busy = { ...server, eventLoopDelayP99Us: 5_000 };
    expect(codesOf({ server: busy })).toContain('server-saturated');
    expect(codesOf({ server: busy, recovery })).not.toContain('server-saturated');
  });
});
