/** The rounds of one lane at one point, as one value of a metric. */

import type { CompletedCell, Estimate } from '../contract/result.ts';
import type { LatencyCounts } from '../measure/latency-counts.ts';
import { byRun, type Round, roundsOf } from './attempts.ts';
import {
  geometricIntervalOf,
  geometricMeanOf,
  geometricMeanOfRuns,
  type Interval,
  meanOf,
  meanOfRuns,
  type RunsInterval,
  rangeOf,
} from './inference/mean.ts';
import { logSampleOf, type MergedPercentile, mergedPercentile } from './inference/merged-percentile.ts';
import type { RatioSide } from './inference/ratio.ts';
import { type Sample, sampleOf } from './inference/runs.ts';
import { countsIn, isMergeable, mergedCounts } from './metrics/merged.ts';
import type { Merged, Metric, Uncertainty } from './metrics/metric.ts';

type RoundOfPlace = Round<CompletedCell>;

/** Which attempts of a round are taken. */
type Taken = (round: RoundOfPlace) => readonly CompletedCell[];

const chosenAttempt: Taken = ({ chosen }) => [chosen];
const everyAttempt: Taken = ({ attempts }) => attempts;

/** The value, and what comparisons with another result are made of. */
export interface Averaged extends RatioSide, RunsInterval {
  /** Of each round; of what is merged, of each run. */
  readonly values: readonly number[];
  /** Rounds that tell it. */
  readonly telling: readonly RoundOfPlace[];
}

/**
 * What varies by factors has a geometric mean and the t interval of its logarithm; then the ratio of two estimates is the
 * ratio that the comparison states. Where some value is not positive (memory that shrank), mean and interval are arithmetic.
 * Bytes add up: their mean is arithmetic, exactly the value where all rounds agree, with the least and the most. Percentiles
 * beyond the median are those of all rounds together.
 *
 * Of joined runs it is the mean of theirs, with the interval between them.
 *
 * @param cells valid ones; of a round that was measured more than once, the attempt that counts is taken
 * @returns undefined where no cell has a value
 */
export function estimateOf(
  cells: readonly CompletedCell[],
  metric: Metric,
):
  | Pick<
      Estimate,
      'value' | 'low' | 'high' | 'spread' | 'rounds' | 'runs' | 'samples' | 'allAttempts' | 'betweenRunsShare'
    >
  | undefined {
  const rounds = roundsOf(cells);
  const averaged = averageOf(rounds, metric, chosenAttempt);
  if (!averaged) return undefined;
  const { value, telling, betweenRunsShare } = averaged;
  const off = telling.flatMap(({ chosen }) => metric.uncertaintyOf?.(chosen) ?? []);
  const { low, high } = widened(averaged, off);
  const runs = new Set(telling.map(({ run }) => run)).size;
  const isRepeated = rounds.some(({ attempts }) => attempts.length > 1);
  const all = isRepeated ? averageOf(rounds, metric, everyAttempt) : undefined;
  return {
    value,
    low,
    high,
    spread: metric.spread,
    rounds: telling.length,
    ...(runs > 1 && { runs }),
    samples: telling.reduce((sum, { chosen }) => sum + (metric.samplesOf?.(chosen) ?? chosen.wire.windowDeliveries), 0),
    ...(all && { allAttempts: { value: all.value, ...widened(all, off) } }),
    ...(betweenRunsShare !== undefined && { betweenRunsShare }),
  };
}

/** By the most that one of the rounds may be off. */
function widened(
  { low, high }: Pick<Interval, 'low' | 'high'>,
  off: readonly Uncertainty[],
): Pick<Interval, 'low' | 'high'> {
  const [lessUs, moreUs] = [off.map((one) => one.lessUs), off.map((one) => one.moreUs)];
  return {
    low: low === null ? null : low - Math.max(0, ...lessUs),
    high: high === null ? null : high + Math.max(0, ...moreUs),
  };
}

/** The attempts that count, as one side of a comparison; undefined where no cell has a value. */
export function sideOf(cells: readonly CompletedCell[], metric: Metric): Averaged | undefined {
  return averageOf(roundsOf(cells), metric, chosenAttempt);
}

function averageOf(rounds: readonly RoundOfPlace[], metric: Metric, taken: Taken): Averaged | undefined {
  const { merged } = metric;
  if (
    merged &&
    isMergeable(
      rounds.map(({ chosen }) => chosen),
      merged,
    )
  )
    return percentileOf(rounds, merged, taken);
  const valuesOf = (round: RoundOfPlace) => taken(round).flatMap((cell) => metric.of(cell) ?? []);
  const telling = rounds.filter((round) => valuesOf(round).length > 0);
  if (telling.length === 0) return undefined;
  const values = telling.flatMap(valuesOf);
  if (metric.spread === 'range') return { ...rangeOf(values), logs: [], values, telling };
  const isPositive = values.every((value) => value > 0);
  const ofRound = (round: RoundOfPlace) => (isPositive ? geometricMeanOf : meanOf)(valuesOf(round)).value;
  const runs = byRun(telling).map((ofRun) => ofRun.map(ofRound));
  return isPositive
    ? { ...geometricMeanOfRuns(runs), logs: runs.map((ofRun) => sampleOf(ofRun.map(Math.log))), values, telling }
    : { ...meanOfRuns(runs), logs: [], values, telling };
}

const NS_PER_US = 1e3;

/** Runs with too few events for the percentile are left out: how many they have does not depend on what was measured. */
function percentileOf(rounds: readonly RoundOfPlace[], merged: Merged, taken: Taken): Averaged | undefined {
  const counts = new Map<RoundOfPlace, LatencyCounts>();
  for (const round of rounds) {
    const ofAttempts = taken(round).flatMap((cell) => countsIn(cell, merged) ?? []);
    if (ofAttempts.length > 0) counts.set(round, mergedCounts(ofAttempts));
  }
  const eventsIn = (ofRun: readonly RoundOfPlace[]) =>
    ofRun.reduce((sum, { chosen }) => sum + merged.eventsOf(chosen), 0);
  const runs = byRun(rounds.filter((round) => counts.has(round))).filter(
    (ofRun) => eventsIn(ofRun) >= merged.eventsNeeded,
  );
  const percentiles = runs.map((ofRun) => {
    const ofRounds = ofRun.flatMap((round) => counts.get(round) ?? []);
    return mergedPercentile(ofRounds, merged.share, eventsIn(ofRun), mergedCounts(ofRounds));
  });
  const [only] = percentiles;
  if (!only) return undefined;
  const logs = percentiles.map(inMicroseconds);
  const interval = percentiles.length === 1 ? scaled(only) : geometricIntervalOf(logs);
  return { ...interval, logs, values: percentiles.map(({ value }) => value / NS_PER_US), telling: runs.flat() };
}

function inMicroseconds(percentile: MergedPercentile): Sample {
  const { mean, ...others } = logSampleOf(percentile);
  return { ...others, mean: mean - Math.log(NS_PER_US) };
}

/** Ends of an interval of shares are values of deliveries: of one run it need not be symmetric. */
function scaled({ value, low, high }: MergedPercentile): Interval {
  const us = (ns: number | null) => (ns === null ? null : ns / NS_PER_US);
  return { value: value / NS_PER_US, low: us(low), high: us(high) };
}
