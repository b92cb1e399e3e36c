/** Means of values from independent rounds, of one run or of several, with their interval or their range. */

import { boundsOf, momentsOf } from './evidence.ts';
import { betweenRunsShare, evidenceOfRuns, type Sample, sampleOf } from './runs.ts';

export interface Interval {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

export interface RunsInterval extends Interval {
  /** Of the variance of a single round, what lies between runs; undefined with one run. */
  readonly betweenRunsShare?: number | undefined;
}

export function meanOf(values: readonly number[]): Interval {
  return intervalOf([sampleOf(values)]);
}

/** Geometric mean and 95 % t interval, by the logarithms of the values' ratios to the first; all must be positive. */
export function geometricMeanOf(values: readonly number[]): Interval {
  return geometricMeanOfRuns([values]);
}

/** The arithmetic mean of the runs' means, which may have any sign. */
export function meanOfRuns(runs: readonly (readonly number[])[]): RunsInterval {
  return intervalOf(runs.map(sampleOf));
}

/** The same of logarithms; all values must be positive. */
export function geometricMeanOfRuns(runs: readonly (readonly number[])[]): RunsInterval {
  const first = runs[0]?.[0] ?? Number.NaN;
  const logs = runs.map((values) => sampleOf(values.map((each) => Math.log(each / first))));
  return scaledBy(first, intervalOf(logs));
}

/** The same of logarithms that are samples already. */
export function geometricIntervalOf(runs: readonly Sample[]): RunsInterval {
  const first = runs[0]?.mean ?? Number.NaN;
  return scaledBy(Math.exp(first), intervalOf(runs.map((run) => ({ ...run, mean: run.mean - first }))));
}

function intervalOf(runs: readonly Sample[]): RunsInterval {
  const evidence = evidenceOfRuns(runs);
  if (!evidence) return { value: runs[0]?.mean ?? Number.NaN, low: null, high: null };
  const share = betweenRunsShare(runs);
  return { value: evidence.mean, ...boundsOf(evidence), ...(share !== undefined && { betweenRunsShare: share }) };
}

function scaledBy(factor: number, { value, low, high, ...others }: RunsInterval): RunsInterval {
  // Not `low && …`: the logarithm of an exact 1 is 0.
  const back = (log: number | null) => (log === null ? null : factor * Math.exp(log));
  return { value: factor * Math.exp(value), low: back(low), high: back(high), ...others };
}

export function rangeOf(values: readonly number[]): Interval {
  return { value: momentsOf(values).mean, ...extremesOf(values) };
}

export function extremesOf(values: readonly number[]): Pick<Interval, 'low' | 'high'> {
  return values.length < 2 ? { low: null, high: null } : { low: Math.min(...values), high: Math.max(...values) };
}
