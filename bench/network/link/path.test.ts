import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { range } from '../../contract/test-support.ts';
import { Path } from './path.ts';

const MS = 1e6;
const pathOf = (conditions: Partial<ConstructorParameters<typeof Path>[0]>, number = 0, openNs = 0) =>
  new Path({ rttMs: 100, seed: 7, ...conditions }, number, openNs);

describe('a path', () => {
  test('takes half the RTT', () => {
    const path = pathOf({});
    expect(path.exitNs(10 * MS, 100)).toBe(60 * MS);
    expect(path.exitNs(11 * MS, 1e6)).toBe(61 * MS);
  });

  test('takes what enters before it is open as if it entered then', () => {
    const path = pathOf({}, 0, 110 * MS);
    expect(path.exitNs(10 * MS, 0)).toBe(160 * MS);
    expect(path.exitNs(20 * MS, 100)).toBe(160 * MS);
    expect(path.exitNs(120 * MS, 100)).toBe(170 * MS);
  });

  test('of a bandwidth lets one byte after another through, and is idle in between', () => {
    // 8 Mbit/s: a byte per µs.
    const path = pathOf({ bandwidthBitsPerSecond: 8e6 });
    expect(path.exitNs(0, 1_000)).toBe(51 * MS);
    expect(path.exitNs(0, 500)).toBe(51.5 * MS);
    expect(path.exitNs(10 * MS, 1_000)).toBe(61 * MS);
  });

  test('of a bandwidth hands chunks on in pieces of a segment, or of a millisecond where that is more', () => {
    expect(pathOf({ bandwidthBitsPerSecond: 1e6 }).pieceBytes).toBe(1_448);
    expect(pathOf({ bandwidthBitsPerSecond: 80e6 }).pieceBytes).toBe(10_000);
    expect(pathOf({}).pieceBytes).toBe(Number.POSITIVE_INFINITY);
  });

  test('holds what bandwidth and delay put on the way, and little more', () => {
    const onTheWayBytes = (10e6 / 8) * 0.05;
    const { capacityBytes } = pathOf({ bandwidthBitsPerSecond: 10e6 });
    expect(capacityBytes).toBeGreaterThan(onTheWayBytes);
    expect(capacityBytes).toBeLessThan(onTheWayBytes + 128 * 1024);
    expect(Number.isFinite(pathOf({}).capacityBytes)).toBe(true);
  });

  test('with jitter adds between nothing and all of it, each direction its own, the same for the same seed', () => {
    const delays = (number: number, seed = 7) => {
      const path = pathOf({ jitterMs: 20, seed }, number);
      return range(1, 500).map((n) => path.exitNs(n * 1e9, 1) / MS - n * 1e3);
    };
    const all = delays(3);
    expect(Math.min(...all)).toBeGreaterThanOrEqual(50);
    expect(Math.max(...all)).toBeLessThan(70);
    expect(Math.max(...all) - Math.min(...all)).toBeGreaterThan(18);
    expect(delays(3)).toEqual(all);
    expect(delays(4)).not.toEqual(all);
    expect(delays(3, 8)).not.toEqual(all);
  });

  test('lets nothing out sooner than its delay, nor ahead of what entered before', () => {
    const chunk = fc.record({ waitNs: fc.integer({ min: 0, max: 30e6 }), bytes: fc.integer({ min: 0, max: 65_536 }) });
    const conditions = fc.record({
      rttMs: fc.integer({ min: 0, max: 1_000 }),
      jitterMs: fc.integer({ min: 0, max: 100 }),
      bandwidthBitsPerSecond: fc.option(fc.integer({ min: 1e3, max: 1e9 }), { nil: undefined }),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(conditions, fc.array(chunk, { minLength: 1, maxLength: 50 }), (given, chunks) => {
        const path = new Path(given, 1, 0);
        let nowNs = 0;
        let lastNs = 0;
        for (const { waitNs, bytes } of chunks) {
          nowNs += waitNs;
          const exitNs = path.exitNs(nowNs, bytes);
          const serialisedNs = (bytes * 8e9) / (given.bandwidthBitsPerSecond ?? Number.POSITIVE_INFINITY);
          // Sums of floating point may be a nanosecond short.
          expect(exitNs).toBeGreaterThanOrEqual(nowNs + given.rttMs * 5e5 + serialisedNs * (1 - 1e-9) - 1);
          expect(exitNs).toBeGreaterThanOrEqual(lastNs);
          lastNs = exitNs;
        }
      }),
    );
  });
});
