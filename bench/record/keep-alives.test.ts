import { describe, expect, it } from 'vitest';
import type { CompletedCell, Result } from '../contract/result.ts';
import { metricOf } from '../stats/metrics/metrics.ts';
import { failed, makeResult, POINT } from '../tests/fixture.ts';
import { withKeepAlives } from './keep-alives.ts';
import { recomputed } from './recompute.ts';

const silent = (cell: CompletedCell): CompletedCell => ({ ...cell, window: { ...cell.window, events: 0 } });
const base = makeResult({ points: [{ ...POINT, eventsPerSecond: 0 }], change: silent });

/** Alpha polls every second, beta has a keep-alive every 15 s, gamma none; the scenario sets 2 s. */
function idle(keepAliveSeconds?: number): Result {
  const own: Record<string, Partial<Result['lanes'][number]>> = {
    alpha: { polls: 'timed', idlePeriodMs: 1_000 },
    beta: { idlePeriodMs: 15_000 },
  };
  return {
    ...base,
    lanes: base.lanes.map((lane) => ({ ...lane, ...own[lane.id] })),
    scenarios: base.scenarios.map((one) => ({ ...one, ...(keepAliveSeconds !== undefined && { keepAliveSeconds }) })),
  };
}

const periodsOf = (cells: Result['cells'], id: string) =>
  cells.flatMap((cell) => (cell.lane === id && cell.state === 'completed' ? [cell.keepAlive] : []));

describe('the period of keep-alives', () => {
  it('is in cells of lanes that were given another one', () => {
    const cells = withKeepAlives(idle(2));
    for (const one of periodsOf(cells, 'beta')) expect(one).toEqual({ periodMs: 2_000, usualPeriodMs: 15_000 });
    for (const one of [...periodsOf(cells, 'alpha'), ...periodsOf(cells, 'gamma')]) expect(one).toBeUndefined();
  });

  it('is in no cell of a scenario that leaves lanes their own, nor in one that failed', () => {
    expect(withKeepAlives(idle())).toEqual(base.cells);
    const { cells, ...rest } = idle(2);
    const broken = cells.map((cell) => (cell.state === 'completed' ? failed(cell) : cell));
    expect(withKeepAlives({ ...rest, cells: broken })).toEqual(broken);
  });

  it('divides the bytes of silence at usual keep-alives, and of other lanes leaves them as they are', () => {
    const { estimates } = recomputed(idle(2));
    const valueIn = (lane: string, metric: string) =>
      estimates.find((one) => one.lane === lane && one.metric === metric)?.value ?? Number.NaN;
    const shares = ['alpha', 'beta', 'gamma'].map(
      (lane) =>
        valueIn(lane, metricOf('idle.bytesPerClientMinuteAtDefault').id) / valueIn(lane, 'idle.bytesPerClientMinute'),
    );
    expect(shares[0]).toBeCloseTo(1, 9);
    expect(shares[1]).toBeCloseTo(2 / 15, 9);
    expect(shares[2]).toBeCloseTo(1, 9);
  });
});
