/**
 * A percentile of a run: that of all its rounds' deliveries together, with an interval over rounds.
 *
 * A round of forty events says next to nothing of its own p99, so percentiles of rounds are not averaged. What a round says
 * well is which share of its deliveries lies above the run's percentile. That share has a mean over rounds, and Student's t
 * interval; the values at the ends of that interval of shares are the ends of the interval of values. Rounds are the
 * clusters: deliveries of one event, and events of one round, need not be independent. The interval need not be symmetric,
 * and ends at the largest value where its upper share does.
 *
 * Sources: R. S. Woodruff, Confidence intervals for medians and other position measures, Journal of the American Statistical
 * Association 47 (1952); C. A. Francisco, W. A. Fuller, Quantile estimation with a complex survey design, Annals of
 * Statistics 19 (1991).
 *
 * Simulated with four probes, forty events and ten rounds that differ by 4 to 10 %, where 0 to 3 % of events are late by
 * several times the median: covers 0.93 to 0.96 at p95 and 0.91 to 0.96 at p99. Sectioning (S. Asmussen, P. W. Glynn,
 * Stochastic Simulation, 2007, ch. III; M. K. Nakayama, ACM TOMACS 24, 2014) covers 0.93 to 0.97 and 0.76 to 0.95, a
 * jackknife over rounds 0.90 to 0.93 and 0.74 to 0.90, the mean of the rounds' logarithms 0.89 to 0.92 and 0.70 to 0.94. The
 * ratio of two lanes, below, covers 0.96 to 0.98 at p95 and 0.91 to 0.98 at p99, by sectioning 0.94 to 0.98 and 0.81 to 0.98.
 * Where all of a fifth of the rounds is slower by a factor of e or more, in both lanes, it covers 0.81 to 0.84 only: rounds
 * of that kind are disturbed, and are measured again.
 *
 * Three rounds may by chance all have the same share above, and an interval without width. Below five rounds the variance of
 * the share is at least that of as many independent events: without it p99 of three rounds with a hundred events each covers
 * 0.80 to 0.96 and its ratio 0.78 to 0.94, with it 0.91 and more. From five on rounds speak for themselves (0.93 to 0.95 and
 * 0.90 to 0.98), and it would only widen the interval.
 */

import { countAbove, type LatencyCounts, mergeCounts, valueAtShareNs } from '../../measure/latency-counts.ts';
import { criticalValueOf, momentsOf } from './evidence.ts';
import type { Interval } from './mean.ts';
import type { Sample } from './runs.ts';

export interface MergedPercentile extends Interval {
  /**
   * By how much each round moves the logarithm of the percentile, in the order given; their sum is 0. The standard error that
   * they have is that of Woodruff's interval, as long as half of it is.
   */
  readonly influences: readonly number[];
  /** The least that the variance of the percentile's logarithm is taken for; 0 from five rounds on. */
  readonly leastVariance: number;
}

/** From here on, rounds are enough to tell how much shares vary. */
const ROUNDS_TO_TRUST = 5;

/**
 * @param rounds at least one; each holds something
 * @param share 0.99 of p99
 * @param events independent ones in all rounds; deliveries of one event are not
 * @param merged the rounds together
 * @returns value, low and high in ns; low and high null with one round
 */
export function mergedPercentile(
  rounds: readonly LatencyCounts[],
  share: number,
  events: number,
  merged = mergeCounts(rounds),
): MergedPercentile {
  const value = valueAtShareNs(merged, share);
  if (rounds.length < 2) return { value, low: null, high: null, influences: [0], leastVariance: 0 };
  const shareAbove = countAbove(merged, value) / merged.total;
  const usual = merged.total / rounds.length;
  // Of rounds of different sizes each counts by its size: the residuals of a ratio estimate.
  const residuals = rounds.map((one) => (countAbove(one, value) - shareAbove * one.total) / usual);
  const leastOfShare = rounds.length < ROUNDS_TO_TRUST ? (share * (1 - share)) / events : 0;
  const variance = Math.max(momentsOf(residuals).variance / rounds.length, leastOfShare);
  const half = criticalValueOf(rounds.length - 1) * Math.sqrt(variance);
  const low = valueAtShareNs(merged, 1 - shareAbove - half);
  const high = valueAtShareNs(merged, 1 - shareAbove + half);
  const logOfShare = half === 0 ? 0 : Math.log(high / low) / 2 / half;
  const influences = residuals.map((residual) => residual * logOfShare);
  return { value, low, high, influences, leastVariance: leastOfShare * logOfShare ** 2 };
}

/** The logarithm of the percentile, in ns, as a sample of its rounds. */
export function logSampleOf({ value, influences, leastVariance }: MergedPercentile): Sample {
  return { mean: Math.log(value), ...spreadOf(influences, leastVariance) };
}

/**
 * The logarithm of the ratio of two, whose rounds are pairs: what moved both percentiles of a round falls out.
 *
 * @param b as many rounds as of a, in the same order
 */
export function logRatioSampleOf(a: MergedPercentile, b: MergedPercentile): Sample {
  const differences = a.influences.map((influence, at) => influence - (b.influences[at] ?? 0));
  return { mean: Math.log(a.value / b.value), ...spreadOf(differences, a.leastVariance + b.leastVariance) };
}

function spreadOf(influences: readonly number[], leastVariance: number): Pick<Sample, 'variance' | 'rounds'> {
  const { length } = influences;
  return { variance: Math.max(momentsOf(influences).variance, leastVariance * length), rounds: length };
}
