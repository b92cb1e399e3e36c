import { describe, expect, it } from 'vitest';
import { randomAt } from '../contract/random.ts';
import type { Cell, CompletedCell } from '../contract/result.ts';
import { QUIET } from '../test-fixture.ts';
import { geometricMeanOf, meanOf, summarise } from './summarise.ts';

const usage = {
  elapsedUs: 6_000_000,
  cpuUs: 1_000,
  cpuShare: 0.1,
  eventLoopUtilisation: 0.1,
  eventLoopDelayP99Us: 0,
  peakRssBytes: 1,
  heapBytes: { empty: 0, connected: 300 },
};
const wire = { sentBytes: 0, receivedBytes: 0, connections: 3 };

function cell(lane: string, round: number, p50Us: number, changes: Partial<CompletedCell> = {}): CompletedCell {
  return {
    lane,
    scenario: 'test',
    point: { clients: 3, eventsPerSecond: 10, payloadBytes: 100, headers: 'browser' },
    round,
    order: 1,
    state: 'completed',
    url: '',
    options: {},
    cutOffClients: 0,
    window: { warmupEvents: 1, events: 60, seconds: 6 },
    delivery: { expected: 180, delivered: 180, missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 },
    latency: {
      count: 180,
      minUs: 1,
      meanUs: p50Us,
      p50Us,
      p90Us: p50Us * 2,
      p95Us: p50Us * 3,
      p99Us: p50Us * 4,
      p999Us: p50Us * 5,
      maxUs: p50Us * 6,
      histogram: '',
    },
    halvesP50Us: [p50Us, p50Us],
    feed: { achievedEventsPerSecond: 10, lagP50Us: 0, lagP95Us: 0, lagP99Us: 0, lagMaxUs: 0 },
    wire: {
      window: { server: wire, clients: wire },
      windowDeliveries: 100,
      cell: { server: wire, clients: wire },
      perDeliveryBytes: 102,
    },
    server: usage,
    workers: [usage],
    noise: QUIET,
    warnings: [],
    ...changes,
  };
}

const of = (cells: readonly Cell[], lane: string, metric: string) =>
  summarise(cells, 'b').estimates.find((one) => one.lane === lane && one.metric === metric);
const compared = (cells: readonly Cell[], lane: string, metric: string) =>
  summarise(cells, 'b').comparisons.find((one) => one.lane === lane && one.metric === metric);

describe('an interval', () => {
  it('is mean ± t·s/√n', () => {
    // 1, 2, 3: mean 2, s 1, t(2) 4.3027, half-width 4.3027/√3 = 2.4841
    const { value, low, high } = meanOf([1, 2, 3]);
    expect([value, low, high]).toEqual([2, expect.closeTo(-0.4841, 3), expect.closeTo(4.4841, 3)]);
  });

  it('of a geometric mean is that of the logarithms', () => {
    // ln 1, ln e, ln e²: mean 1, half-width 2.4841
    const { value, low, high } = geometricMeanOf([1, Math.E, Math.E ** 2]);
    expect([value, low, high]).toEqual([
      expect.closeTo(Math.E, 9),
      expect.closeTo(Math.exp(1 - 2.4841), 3),
      expect.closeTo(Math.exp(1 + 2.4841), 2),
    ]);
  });

  it('of equal values has no width, of ones too', () => {
    expect(geometricMeanOf([1, 1, 1])).toEqual({ value: 1, low: 1, high: 1 });
  });

  it('is null with one value', () => {
    expect(meanOf([5])).toEqual({ value: 5, low: null, high: null });
    expect(geometricMeanOf([5])).toEqual({ value: expect.closeTo(5, 12), low: null, high: null });
  });

  it.each([3, 5, 10, 20])('covers the true value about 95 times in 100, with %i rounds', (rounds) => {
    const trials = 4_000;
    let covered = 0;
    for (let trial = 0; trial < trials; trial++) {
      const values = Array.from({ length: rounds }, (_, index) => Math.exp(normal(trial, index)));
      const { low, high } = geometricMeanOf(values);
      if (low !== null && high !== null && low <= 1 && high >= 1) covered++;
    }
    expect(covered / trials).toBeGreaterThan(0.93);
    expect(covered / trials).toBeLessThan(0.97);
  });
});

describe('a comparison', () => {
  const cells = [cell('a', 1, 200), cell('b', 1, 100), cell('a', 2, 60), cell('b', 2, 20), cell('a', 3, 50)];

  it('pairs by round: the ratio is the geometric mean of the rounds that have both', () => {
    expect(compared(cells, 'a', 'latency.p50Us')).toMatchObject({
      ratio: expect.closeTo(Math.sqrt(2 * 3), 9),
      reference: 'b',
      rounds: 2,
    });
  });

  it('of the reference with itself is not made', () => {
    expect(compared(cells, 'b', 'latency.p50Us')).toBeUndefined();
  });

  it('equals the ratio of the two estimates when every round has both', () => {
    const both = cells.slice(0, 4);
    const ratio = (of(both, 'a', 'latency.p50Us')?.value ?? 0) / (of(both, 'b', 'latency.p50Us')?.value ?? 0);
    expect(compared(both, 'a', 'latency.p50Us')?.ratio).toBeCloseTo(ratio, 9);
  });
});

describe('an estimate', () => {
  it('leaves out cells that failed their audit', () => {
    const lossy = { ...cell('a', 2, 900).delivery, missing: 1 };
    const cells = [cell('a', 1, 100), cell('a', 2, 900, { delivery: lossy })];
    expect(of(cells, 'a', 'latency.p50Us')).toMatchObject({ value: expect.closeTo(100, 9), rounds: 1 });
  });

  it('of a percentile is given only with events enough behind it', () => {
    const cells = [cell('a', 1, 100)];
    expect(of(cells, 'a', 'latency.p95Us')).toBeDefined();
    expect(of(cells, 'a', 'latency.p99Us')).toBeUndefined();
    const fewer = [cell('a', 1, 100, { window: { warmupEvents: 1, events: 58, seconds: 5.8 } })];
    expect(of(fewer, 'a', 'latency.p95Us')).toBeUndefined();
  });

  it('that is not positive is arithmetic, and has no ratio', () => {
    const shrunk = { ...usage, heapBytes: { empty: 300, connected: 0 } };
    const cells = [cell('a', 1, 100, { server: shrunk }), cell('a', 2, 100), cell('b', 1, 100)];
    expect(of(cells, 'a', 'server.heapPerClientBytes')?.value).toBe(0);
    expect(compared(cells, 'a', 'server.heapPerClientBytes')).toBeUndefined();
  });

  it('states overhead without the payload, and CPU by deliveries of the window', () => {
    const cells = [cell('a', 1, 100)];
    expect(of(cells, 'a', 'wire.overheadPerDeliveryBytes')?.value).toBeCloseTo(2, 9);
    expect(of(cells, 'a', 'server.cpuPerDeliveryUs')?.value).toBeCloseTo(10, 9);
    expect(of(cells, 'a', 'server.heapPerClientBytes')?.value).toBeCloseTo(100, 9);
  });
});

/** A standard normal draw (Box and Muller). */
function normal(trial: number, index: number): number {
  const u = 1 - randomAt(trial, 90, index);
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * randomAt(trial, 91, index));
}
