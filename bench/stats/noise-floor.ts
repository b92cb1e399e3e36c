import type { Comparison as Judged, Warning } from '../contract/result.ts';
import { criticalValueOf, type Evidence } from './inference/evidence.ts';
import { holm } from './inference/holm.ts';
import { claimOf } from './inference/verdict.ts';
import { isDuplicate, type Lineup } from './lineup.ts';
import { type Metric, metricOf } from './metrics/metrics.ts';

type Comparison = Omit<Judged, 'standing'>;

export interface SelfComparison<T extends Comparison = Comparison> {
  readonly comparison: T;
  /** undefined where the interval includes 1. */
  readonly severity: Warning['severity'] | undefined;
}

/**
 * The A/A comparisons of latency and CPU: how far a duplicate lane is from its original.
 *
 * A 95 % interval misses the true ratio once in twenty times, so by construction one in twenty leaves 1: that is a notice. It
 * is severe when, after Holm's correction over all of the run's, it lies beyond its margin too: then the machine can't tell a
 * lane from itself. Where nothing is wrong, one run in twenty at most has any that is severe.
 */
export function noiseFloor<T extends Comparison>(
  comparisons: readonly T[],
  lanes: Lineup['lanes'],
): SelfComparison<T>[] {
  const selfComparisons = comparisons.filter(
    ({ lane, reference, metric }) => isDuplicate(lanes, lane, reference) && isJudged(metricOf(metric)),
  );
  const claims = selfComparisons.flatMap((comparison) => {
    const evidence = evidenceBehind(comparison);
    return evidence ? [{ comparison, ...claimOf(evidence, comparison.margin) }] : [];
  });
  const severe = holm(claims).filter(({ isRejected, claim }) => isRejected && claim !== 'equivalent');
  const worst = new Set(severe.map(({ comparison }) => comparison));
  return selfComparisons.map((comparison) => {
    const mild = leavesOne(comparison) ? 'notice' : undefined;
    return { comparison, severity: worst.has(comparison) ? 'severe' : mild };
  });
}

/** Times that stand for themselves: the parts of one would count its noise once more each. */
function isJudged({ kind, unit, isPart = false }: Metric): boolean {
  return (kind === 'latency' || kind === 'cpu') && unit === 'µs' && !isPart;
}

function leavesOne({ low, high }: Comparison): boolean {
  return low !== null && high !== null && (low > 1 || high < 1);
}

/** What its interval was made of; undefined without one. */
function evidenceBehind({ ratio, low, high, rounds, runs = 1 }: Comparison): Evidence | undefined {
  if (low === null || high === null) return undefined;
  const degreesOfFreedom = (runs > 1 ? runs : rounds) - 1;
  const standardError = Math.log(high / low) / 2 / criticalValueOf(degreesOfFreedom);
  return { mean: Math.log(ratio), standardError, degreesOfFreedom };
}
