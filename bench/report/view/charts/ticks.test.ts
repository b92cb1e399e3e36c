import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { linearTicks, logTicks } from './ticks.ts';

const values = ({ ticks }: ReturnType<typeof logTicks>) => ticks.map(([at]) => at);

describe('a linear axis', () => {
  test('has round steps, and ends that are ticks', () => {
    expect(linearTicks([0, 837], 6)).toMatchObject({ range: [0, 1_000] });
    expect(values(linearTicks([0, 837], 6))).toEqual([0, 200, 400, 600, 800, 1_000]);
    expect(linearTicks([0, 0.3], 6).ticks).toEqual([0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3].map((at) => [at, String(at)]));
    expect(linearTicks([-3, 51], 4)).toMatchObject({ range: [-20, 60] });
  });

  test('keeps a range that is fixed, with ticks within it', () => {
    const { range, ticks } = linearTicks([0.3, 4.1], 4, true);
    expect(range).toEqual([0.3, 4.1]);
    expect(ticks.map(([, text]) => text)).toEqual(['1', '2', '3', '4']);
  });

  test('of any range holds it, with two to nine ticks in rising order', () => {
    const number = fc.integer({ min: -1e6, max: 1e6 }).map((value) => value / 100);
    fc.assert(
      fc.property(number, number, fc.constantFrom(4, 6), (a, b, steps) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        const axis = linearTicks([from, to], steps);
        const slack = (to - from || 1) * 1e-6;
        expect(axis.range[0]).toBeLessThanOrEqual(from + slack);
        expect(axis.range[1]).toBeGreaterThanOrEqual(to - slack);
        expect(values(axis).length).toBeGreaterThan(1);
        expect(values(axis).length).toBeLessThan(10);
        expect(values(axis)).toEqual(values(axis).toSorted((x, y) => x - y));
      }),
    );
  });
});

describe('a logarithmic axis', () => {
  test('has powers of ten where two or more lie within, each line × 10', () => {
    expect(logTicks([0.6, 588])).toMatchObject({ range: [0.6, 588], isDecades: true });
    expect(values(logTicks([0.6, 588]))).toEqual([1, 10, 100]);
  });

  test('has 1, 2 and 5 where one lies within, or finer numbers', () => {
    expect(values(logTicks([1.5, 30]))).toEqual([2, 5, 10, 20]);
    expect(values(logTicks([0.21, 1.4]))).toEqual([0.3, 0.4, 0.5, 0.7, 1]);
    expect(logTicks([0.21, 1.4])).toMatchObject({ range: [0.21, 1.4], isDecades: false });
  });

  test('moves its ends out where nothing round lies within', () => {
    expect(logTicks([8.1, 8.3])).toMatchObject({
      range: [7, 10],
      ticks: [
        [7, '7'],
        [10, '10'],
      ],
    });
  });

  test('of any range has ticks within it', () => {
    const number = fc.double({ min: 1e-4, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(number, number, (a, b) => {
        const axis = logTicks([Math.min(a, b) * 0.8, Math.max(a, b) * 1.2]);
        expect(values(axis).length).toBeGreaterThan(1);
        for (const at of values(axis)) {
          expect(at).toBeGreaterThanOrEqual(axis.range[0] * (1 - 1e-6));
          expect(at).toBeLessThanOrEqual(axis.range[1] * (1 + 1e-6));
        }
      }),
    );
  });
});
