import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { range } from '../../bench/contract/test-support.ts';
import { gridOffsetMs } from './poll-grid.ts';

const phases = (count: number) => range(0, count - 1).map((n) => (n + 0.5) / count);
const offsets = (intervalMs: number, eventSlotMs: number) =>
  phases(1_000).map((phase) => gridOffsetMs(phase, { intervalMs, eventSlotMs }));
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Distance from the nearest multiple. */
const fromMultiple = (value: number, of: number) => Math.abs(value - Math.round(value / of) * of);

describe('the grid of polls', () => {
  test('leaves 2 % of the interval on both sides of its multiples', () => {
    const at = offsets(1_000, 0);
    expect(Math.min(...at)).toBeCloseTo(20, 0);
    expect(Math.max(...at)).toBeCloseTo(980, 0);
  });

  test.each([
    [100, 8],
    [40, 8],
    [12, 4],
    [1, 1 / 3],
  ])('of %f ms leaves %f ms, and a middle third at least', (intervalMs, guardMs) => {
    const at = offsets(intervalMs, 0);
    expect(Math.min(...at)).toBeGreaterThanOrEqual(guardMs);
    expect(Math.max(...at)).toBeLessThanOrEqual(intervalMs - guardMs);
  });

  test.each([
    [1_000, 50],
    [1_000, 1_000],
    [300, 50],
    [50, 50],
    [100, 1_000],
  ])('of %f ms stays out of the half of each slot of %f ms in which events come', (intervalMs, slotMs) => {
    for (const at of offsets(intervalMs, slotMs)) {
      // The last poll before the end of the window, which is the end of a slot too.
      expect(fromMultiple(intervalMs - at, slotMs)).toBeLessThanOrEqual(slotMs / 4 - 3);
    }
  });

  test.each([
    [1_000, 50],
    [1_000, 0],
    [50, 50],
    [1_000, 1_000],
  ])(
    'of %f ms with slots of %f ms is symmetric, so that an event waits half an interval on average',
    (intervalMs, slotMs) => {
      expect(mean(offsets(intervalMs, slotMs))).toBeCloseTo(intervalMs / 2, 6);
    },
  );

  test('where slots are too short to keep out of events, is as without', () => {
    expect(offsets(1_000, 10)).toEqual(offsets(1_000, 0));
  });

  test('is within the interval for any interval, slot and phase, and keeps the order of phases', () => {
    const ms = fc.double({ min: 0.5, max: 10_000, noNaN: true });
    const phase = fc.double({ min: 0, max: 0.999_999, noNaN: true });
    fc.assert(
      fc.property(ms, ms, phase, phase, (intervalMs, eventSlotMs, one, other) => {
        const [low, high] = [Math.min(one, other), Math.max(one, other)].map((at) =>
          gridOffsetMs(at, { intervalMs, eventSlotMs }),
        ) as [number, number];
        expect(low).toBeGreaterThan(0);
        expect(high).toBeLessThan(intervalMs);
        expect(low).toBeLessThanOrEqual(high);
      }),
    );
  });
});
