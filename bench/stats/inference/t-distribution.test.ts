import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tCdf, tQuantile } from './t-distribution.ts';

const SHARES = [0.9, 0.95, 0.975, 0.99, 0.995];

// NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2, by those shares.
it.each([
  [1, [3.078, 6.314, 12.706, 31.821, 63.657]],
  [2, [1.886, 2.92, 4.303, 6.965, 9.925]],
  [3, [1.638, 2.353, 3.182, 4.541, 5.841]],
  [5, [1.476, 2.015, 2.571, 3.365, 4.032]],
  [10, [1.372, 1.812, 2.228, 2.764, 3.169]],
  [20, [1.325, 1.725, 2.086, 2.528, 2.845]],
  [30, [1.31, 1.697, 2.042, 2.457, 2.75]],
  [100, [1.29, 1.66, 1.984, 2.364, 2.626]],
])('quantiles with %i degrees of freedom are those published', (degrees, published) => {
  expect(SHARES.map((p) => Number(tQuantile(p, degrees).toFixed(3)))).toEqual(published);
});

// SciPy 1.17.1, scipy.stats.t.ppf
it.each([
  [1.5, 0.975, 6.016663104427929],
  [2.5, 0.9975, 9.52807820299323],
  [7.3, 0.975, 2.345066736547703],
  [31.7, 0.9995, 3.6252146063704873],
])('degrees of freedom need not be whole: %f', (degrees, p, quantile) => {
  expect(tQuantile(p, degrees) / quantile).toBeCloseTo(1, 11);
});

// Twice scipy.stats.t.cdf
it.each([
  [1.5, 3, 0.13354775425491328],
  [4, 8, 0.0013238969092171672],
  [9, 20, 9.079521299916546e-9],
  [200, 6, 9.115120348810346e-9],
])('tails keep their digits: %f degrees of freedom, beyond %f', (degrees, t, p) => {
  expect((2 * tCdf(-t, degrees)) / p).toBeCloseTo(1, 11);
});

describe('for any t', () => {
  const anyT = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  const degrees = fc.double({ min: 1, max: 2_000, noNaN: true });

  it('one degree of freedom is the Cauchy distribution, and two have a closed form', () => {
    fc.assert(
      fc.property(anyT, (t) => {
        expect(tCdf(t, 1)).toBeCloseTo(0.5 + Math.atan(t) / Math.PI, 11);
        expect(tCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 11);
      }),
    );
  });

  it('both sides are alike', () => {
    fc.assert(
      fc.property(anyT, degrees, (t, n) => {
        expect(tCdf(t, n) + tCdf(-t, n)).toBeCloseTo(1, 11);
      }),
    );
  });

  it('the quantile leads back', () => {
    const share = fc.double({ min: 1e-6, max: 1 - 1e-6, noNaN: true });
    fc.assert(
      fc.property(share, degrees, (p, n) => {
        expect(tCdf(tQuantile(p, n), n)).toBeCloseTo(p, 10);
      }),
    );
  });
});

it.each([0, 1, -1, Number.NaN])('a quantile of %f is refused', (p) => {
  expect(() => tQuantile(p, 3)).toThrow(/between 0 and 1/);
});

it.each([0, -1, Number.NaN])('%f degrees of freedom are refused', (degrees) => {
  expect(() => tQuantile(0.975, degrees)).toThrow(/allowed/);
});
