/**
 * Two results against each other: b to a, of the same lane, scenario, point and metric. Pure data, for a table.
 *
 * No round of one run belongs to a round of the other, so nothing is paired. Families are those of a run: all comparisons of
 * a metric in a scenario.
 */

import type { Comparison, Estimate, Result } from '../contract/result.ts';
import { type Difference, differencesBetween } from './differences.ts';
import { type Averaged, sideOf } from './estimate.ts';
import type { Prospect } from './inference/prospect.ts';
import { unpairedRatio } from './inference/ratio.ts';
import { type Candidate, compareAll, type Decision } from './inference/verdict.ts';
import { type Metric, metrics } from './metrics/metrics.ts';
import { type SharedPlace, sharedPlaces, type Uncompared } from './shared-places.ts';

export interface RunComparison {
  readonly rows: readonly ComparisonRow[];
  readonly uncompared: readonly Uncompared[];
  readonly differences: readonly Difference[];
}

/** `roundsNeeded` are those of each run. */
export interface ComparisonRow extends RowIdentity, Decision {
  readonly a: Side;
  readonly b: Side;
  readonly ratio: number;
  /** null where both have one round, or, of a metric with an interval, where either has. */
  readonly low: number | null;
  readonly high: number | null;
  readonly spread: Metric['spread'];
  readonly margin: number;
}

type RowIdentity = Pick<Comparison, 'lane' | 'scenario' | 'point' | 'metric'> &
  Pick<Metric, 'unit'> & {
    /** Of the logarithm of the ratio; undefined where there is no interval. */
    readonly prospect: Prospect | undefined;
  };

export type Side = Pick<Estimate, 'value' | 'low' | 'high' | 'rounds'> & Pick<Averaged, 'values'>;

type RowCandidate = Candidate<RowIdentity & { readonly a: Side; readonly b: Side }>;

export function compareResults(a: Result, b: Result): RunComparison {
  const { shared, uncompared } = sharedPlaces(a, b);
  const found = shared.flatMap((place) => metrics.flatMap((metric) => compareAt(place, metric) ?? []));
  const candidates = found.flatMap((one) => ('ratio' in one ? [one] : []));
  return {
    rows: compareAll(candidates),
    uncompared: [...uncompared, ...found.flatMap((one) => ('reason' in one ? [one] : []))],
    differences: differencesBetween(a, b, shared),
  };
}

/** @returns undefined where neither says anything, or both say 0: then nothing is lacking */
function compareAt(place: SharedPlace, metric: Metric): RowCandidate | Uncompared | undefined {
  const { lane, scenario, point } = place.a[0];
  const [a, b] = [sideOf(place.a, metric), sideOf(place.b, metric)];
  if (!a && !b) return undefined;
  const at = { lane, scenario, point, metric: metric.id };
  if (!a || !b) return { ...at, reason: `no value in ${a ? 'b' : 'a'}: it needs ${metric.needs}` };
  const values = [...a.values, ...b.values];
  if (values.every((value) => value === 0)) return undefined;
  if (values.some((value) => value <= 0)) {
    return { ...at, reason: 'not positive in every round: there is no ratio' };
  }
  const ratio = unpairedRatio(metric, a, b);
  return {
    identity: { ...at, unit: metric.unit, prospect: ratio.prospect, a: shownOf(a), b: shownOf(b) },
    family: JSON.stringify([scenario, metric.id]),
    ratio,
  };
}

function shownOf({ value, low, high, values, telling }: Averaged): Side {
  return { value, low, high, rounds: telling.length, values };
}
