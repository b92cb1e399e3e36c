import { expect, it } from 'vitest';
import { t975 } from './t-quantile.ts';

// Two-sided 95 % points of Student's t: NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2.
it.each([
  [1, 12.706],
  [2, 4.303],
  [3, 3.182],
  [4, 2.776],
  [5, 2.571],
  [9, 2.262],
  [10, 2.228],
  [19, 2.093],
  [30, 2.042],
  [100, 1.984],
])('t with %i degrees of freedom is %f, as published', (degrees, published) => {
  expect(t975(degrees)).toBeCloseTo(published, 3);
});

it.each([0, -1, 1.5, Number.NaN])('%f degrees of freedom are refused', (degrees) => {
  expect(() => t975(degrees)).toThrow(/from 1 on/);
});
