/** Two lanes of the same rounds, or the same lane at two points: their ratio in a metric, paired by round. */

import type { CompletedCell } from '../contract/result.ts';
import { byRun, type Pair, pairsOf } from './attempts.ts';
import { logRatioSampleOf, mergedPercentile } from './inference/merged-percentile.ts';
import { pairedRatioOfRuns, type Ratio, ratioOfSamples, ratiosByRun } from './inference/ratio.ts';
import { countsIn, isMergeable, mergedCounts } from './metrics/merged.ts';
import type { Merged, Metric } from './metrics/metric.ts';

export interface LaneRatio {
  readonly ratio: Ratio;
  /** That have both, of all runs. */
  readonly rounds: number;
  /** Of joined runs, how many have both. */
  readonly runs?: number;
}

type Compared = Pick<Metric, 'of' | 'merged' | 'spread' | 'margin'>;

/**
 * Of percentiles that rounds tell together it is the ratio of those of the rounds that both have; otherwise the geometric mean
 * of the rounds' ratios.
 *
 * @param mine valid cells of one lane at one point
 * @returns undefined where no round has both, or some value is not positive
 */
export function compareLanes(
  mine: readonly CompletedCell[],
  theirs: readonly CompletedCell[],
  metric: Compared,
): LaneRatio | undefined {
  const { merged } = metric;
  if (merged && isMergeable([...mine, ...theirs], merged)) return compareMerged(pairsOf(mine, theirs), metric, merged);
  const runs = ratiosByRun(mine, theirs, metric.of);
  const rounds = runs.flat().length;
  return rounds === 0 ? undefined : { ratio: pairedRatioOfRuns(metric, runs), rounds, ...countOf(runs) };
}

function compareMerged(pairs: readonly Pair<CompletedCell>[], kind: Compared, merged: Merged): LaneRatio | undefined {
  const telling = pairs.flatMap(({ run, mine, theirs }) => {
    const [a, b] = [countsIn(mine, merged), countsIn(theirs, merged)];
    return a && b ? [{ run, a, b, events: Math.min(merged.eventsOf(mine), merged.eventsOf(theirs)) }] : [];
  });
  const eventsIn = (ofRun: typeof telling) => ofRun.reduce((sum, { events }) => sum + events, 0);
  const runs = byRun(telling).filter((ofRun) => eventsIn(ofRun) >= merged.eventsNeeded);
  if (runs.length === 0) return undefined;
  const samples = runs.map((ofRun) => {
    const [a, b] = [ofRun.map((pair) => pair.a), ofRun.map((pair) => pair.b)];
    const percentileOf = (rounds: typeof a) =>
      mergedPercentile(rounds, merged.share, eventsIn(ofRun), mergedCounts(rounds));
    return logRatioSampleOf(percentileOf(a), percentileOf(b));
  });
  return { ratio: ratioOfSamples(kind, samples), rounds: runs.flat().length, ...countOf(runs) };
}

function countOf(runs: readonly unknown[]): Pick<LaneRatio, 'runs'> {
  return runs.length > 1 ? { runs: runs.length } : {};
}
