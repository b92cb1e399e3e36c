import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type HeapReading, MEMORY_SHARES, memorySlope } from './memory-slope.ts';

/** The heap of a server with as many clients as a cell and its shares, and `extraBytes` besides at each reading. */
function readings(perClientBytes: number, extraBytes: (at: number) => number): HeapReading[] {
  return Array.from({ length: MEMORY_SHARES.count + 1 }, (_, at) => {
    const clients = 100 + at * MEMORY_SHARES.clients;
    return { clients, heapBytes: 9_000_000 + clients * perClientBytes + extraBytes(at) };
  });
}

describe('memory per client', () => {
  test('is the slope of a line, without what a server without clients takes', () => {
    expect(memorySlope(readings(4_800, () => 0))).toEqual({ perClientBytes: 4_800, low: 4_800, high: 4_800 });
  });

  test('has the t interval of a slope by least squares', () => {
    // y = 0, 100, 260 at x = 0, 10, 20: slope 13, residuals 10, −20, 10: s² = 600, standard error √(600/200) = 1.7321, and
    // t(1) = 12.7062: half-width 22.008. On a slope that is 1,000 times as steep the interval is narrow enough.
    const heaps = [0, 100, 260].map((heapBytes, at) => ({ clients: at * 10, heapBytes: heapBytes + at * 130_000 }));
    const { perClientBytes, low, high } = memorySlope(heaps) ?? {};
    expect(perClientBytes).toBeCloseTo(13_013, 6);
    expect(low).toBeCloseTo(13_013 - 22.008, 2);
    expect(high).toBeCloseTo(13_013 + 22.008, 2);
  });

  test('is off by at most 2.5 % with a step of 30 kB anywhere among readings', () => {
    const stepBytes = 30_000;
    for (let from = 1; from <= MEMORY_SHARES.count; from++) {
      const { perClientBytes = 0 } = memorySlope(readings(4_800, (at) => (at >= from ? stepBytes : 0))) ?? {};
      expect(Math.abs(perClientBytes / 4_800 - 1)).toBeLessThan(0.025);
    }
  });

  test('lies in its interval, which is at most 5 % to either side', () => {
    const noise = fc.array(fc.integer({ min: -50_000, max: 50_000 }), { minLength: 5, maxLength: 5 });
    fc.assert(
      fc.property(fc.integer({ min: 500, max: 20_000 }), noise, (perClientBytes, extra) => {
        const slope = memorySlope(readings(perClientBytes, (at) => extra[at] ?? 0));
        if (!slope) return;
        expect(slope.low).toBeLessThanOrEqual(slope.perClientBytes);
        expect(slope.high).toBeGreaterThanOrEqual(slope.perClientBytes);
        expect(slope.high - slope.perClientBytes).toBeLessThanOrEqual(0.05 * slope.perClientBytes);
      }),
    );
  });

  test.each([
    ['from two readings', readings(4_800, () => 0).slice(0, 2)],
    [
      'where all readings are of the same number of clients',
      readings(0, () => 0).map((one) => ({ ...one, clients: 100 })),
    ],
    ['of a heap that shrank', readings(-100, () => 0)],
    ['of a heap that stayed', readings(0, () => 0)],
    ['where one reading is off by more than the clients take', readings(4_800, (at) => (at === 3 ? 450_000 : 0))],
  ])('is not told %s', (_name, heaps) => {
    expect(memorySlope(heaps)).toBeUndefined();
  });
});
