/** Means of values from independent rounds, with their interval or their range. */

import { boundsOf, evidenceOf, momentsOf } from './evidence.ts';

export interface Interval {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

export function meanOf(values: readonly number[]): Interval {
  const moments = momentsOf(values);
  if (values.length < 2) return { value: moments.mean, low: null, high: null };
  return { value: moments.mean, ...boundsOf(evidenceOf(moments, values.length)) };
}

/** Geometric mean and 95 % t interval, by the logarithms of the values' ratios to the first; all must be positive. */
export function geometricMeanOf(values: readonly number[]): Interval {
  const [first = Number.NaN] = values;
  const { value, low, high } = meanOf(values.map((each) => Math.log(each / first)));
  // Not `low && …`: the logarithm of an exact 1 is 0.
  const back = (log: number | null) => (log === null ? null : first * Math.exp(log));
  return { value: first * Math.exp(value), low: back(low), high: back(high) };
}

export function rangeOf(values: readonly number[]): Interval {
  return { value: momentsOf(values).mean, ...extremesOf(values) };
}

export function extremesOf(values: readonly number[]): Pick<Interval, 'low' | 'high'> {
  return values.length < 2 ? { low: null, high: null } : { low: Math.min(...values), high: Math.max(...values) };
}
