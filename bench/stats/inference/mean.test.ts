import { describe, expect, it } from 'vitest';
import { geometricMeanOf, meanOf, rangeOf } from './mean.ts';

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

  it('of equal values has no width, and their mean is exactly the value', () => {
    for (const value of [1, 0.1, 132.7, 1e-9]) {
      const values = new Array<number>(7).fill(value);
      expect(meanOf(values)).toEqual({ value, low: value, high: value });
      expect(geometricMeanOf(values)).toEqual({ value, low: value, high: value });
    }
  });

  it('is null with one value', () => {
    expect(meanOf([5])).toEqual({ value: 5, low: null, high: null });
    expect(geometricMeanOf([5])).toEqual({ value: 5, low: null, high: null });
  });
});

describe('a range', () => {
  it('is the arithmetic mean with the least and the most', () => {
    expect(rangeOf([130, 132, 137])).toEqual({ value: 133, low: 130, high: 137 });
  });

  it('of equal values is exactly that value', () => {
    expect(rangeOf([0.1, 0.1, 0.1])).toEqual({ value: 0.1, low: 0.1, high: 0.1 });
  });

  it('is null with one value', () => {
    expect(rangeOf([5])).toEqual({ value: 5, low: null, high: null });
  });
});
