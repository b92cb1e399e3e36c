/** How two lanes, or two runs, compare in one metric. All values must be positive. */

import type { CompletedCell } from '../../contract/result.ts';
import { byRun, pairsOf } from '../attempts.ts';
import type { Metric } from '../metrics/metrics.ts';
import { boundsOf } from './evidence.ts';
import { extremesOf, geometricMeanOf, type Interval } from './mean.ts';
import { type Prospect, prospectOfRuns, unpairedProspect } from './prospect.ts';
import { roundsOfRuns, type Sample, sampleOf } from './runs.ts';
import { trimmedRatio } from './trimmed.ts';

export type Kind = Pick<Metric, 'spread' | 'margin'>;

export interface Ratio extends Interval, Kind {
  /** The ratio's logarithm; undefined where there is no interval. */
  readonly prospect: Prospect | undefined;
  /** Beside it: of the middle rounds alone, from ten rounds of one run on. */
  readonly trimmed?: { readonly ratio: number; readonly low: number; readonly high: number } | undefined;
}

/** One of two results: its own value with interval or range, and, of what varies by factors, the logarithms by run. */
export interface RatioSide extends Interval {
  readonly logs: readonly Sample[];
}

/**
 * Two lanes of one run, by round: the geometric mean, with the t interval of the logarithm or with the least and the most.
 *
 * @param ratios one of each round that has both
 */
export function pairedRatio(kind: Kind, ratios: readonly number[]): Ratio {
  return pairedRatioOfRuns(kind, [ratios]);
}

/**
 * The same in several runs: the mean of theirs, with the interval between them.
 *
 * @param runs in each one ratio of each round that has both
 */
export function pairedRatioOfRuns(kind: Kind, runs: readonly (readonly number[])[]): Ratio {
  const all = runs.flat();
  if (kind.spread === 'interval' && all.length > 1) {
    const logs = runs.map((ratios) => ratios.map(Math.log));
    const trimmed = runs.length === 1 ? trimmedRatio(logs.flat()) : undefined;
    return { ...ratioOfSamples(kind, logs.map(sampleOf)), ...(trimmed && { trimmed }) };
  }
  return { ...pick(kind), value: geometricMeanOf(all).value, ...extremesOf(all), prospect: undefined };
}

/** @param runs of logarithms of ratios */
export function ratioOfSamples(kind: Kind, runs: readonly Sample[]): Ratio {
  if (roundsOfRuns(runs) > 1) return { ...pick(kind), ...fromProspect(prospectOfRuns(runs)) };
  return { ...pick(kind), value: Math.exp(runs[0]?.mean ?? Number.NaN), low: null, high: null, prospect: undefined };
}

/**
 * Two results, b to a, whose rounds are no pairs: the ratio of their means, with Welch's t interval of the logarithm or with
 * the least and the most that a round of the one and a round of the other give.
 */
export function unpairedRatio(kind: Kind, a: RatioSide, b: RatioSide): Ratio {
  const none = { ...pick(kind), value: b.value / a.value, low: null, high: null, prospect: undefined };
  if (kind.spread === 'range') {
    if (a.low === null && b.low === null) return none;
    const low = (b.low ?? b.value) / (a.high ?? a.value);
    return { ...none, low, high: (b.high ?? b.value) / (a.low ?? a.value) };
  }
  const hasInterval = roundsOfRuns(a.logs) > 1 && roundsOfRuns(b.logs) > 1;
  return hasInterval ? { ...pick(kind), ...fromProspect(unpairedProspect(a.logs, b.logs)) } : none;
}

/**
 * By how much the two differ at most, in per cent, as a factor either way: 0.8 and 1.25 are both 25 %.
 *
 * @param bounds of the interval of their ratio
 */
export function boundPercent({ low, high }: { readonly low: number; readonly high: number }): number {
  return 100 * (Math.max(1 / low, high) - 1);
}

function pick({ spread, margin }: Kind): Kind {
  return { spread, margin };
}

function fromProspect(prospect: Prospect): Interval & Pick<Ratio, 'prospect'> {
  const { low, high } = boundsOf(prospect.now);
  return { value: Math.exp(prospect.now.mean), low: Math.exp(low), high: Math.exp(high), prospect };
}

/**
 * Cells of the same round belong together: what disturbed one disturbed the other.
 *
 * @returns by run, one ratio for each round that both have; none where some value is not positive: to leave that round out
 * would be to choose among rounds
 */
export function ratiosByRun(
  mine: readonly CompletedCell[],
  theirs: readonly CompletedCell[],
  of: Metric['of'],
): number[][] {
  const pairs = pairsOf(mine, theirs).flatMap(({ run, ...cells }) => {
    const [a, b] = [of(cells.mine), of(cells.theirs)];
    return a === undefined || b === undefined ? [] : [{ run, a, b }];
  });
  if (!pairs.every(({ a, b }) => a > 0 && b > 0)) return [];
  return byRun(pairs).map((ofRun) => ofRun.map(({ a, b }) => a / b));
}
