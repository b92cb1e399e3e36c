/**
 * Two results against each other: b to a, of the same lane, scenario, point and metric. Pure data, for a table.
 *
 * No round of one run belongs to a round of the other, so nothing is paired. Families are those of a run: all comparisons of
 * a metric in a scenario.
 */

import type { Comparison, Estimate, Result } from '../contract/result.ts';
import { type Difference, differencesBetween } from './differences.ts';
import { estimateOf, valuesOf } from './estimate.ts';
import { unpairedRatio } from './inference/ratio.ts';
import { type Candidate, compareAll, type Decision } from './inference/verdict.ts';
import { type Metric, metrics } from './metrics/metrics.ts';
import type { ValidCell } from './metrics/valid.ts';
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

type RowIdentity = Pick<Comparison, 'lane' | 'scenario' | 'point' | 'metric'> & Pick<Metric, 'unit'>;

export type Side = Pick<Estimate, 'value' | 'low' | 'high' | 'rounds'> & {
  readonly values: readonly number[];
};

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
  return {
    identity: { ...at, unit: metric.unit, a, b },
    family: JSON.stringify([scenario, metric.id]),
    ratio: unpairedRatio(metric, a.values, b.values),
  };
}

function sideOf(cells: readonly ValidCell[], metric: Metric): Side | undefined {
  const estimate = estimateOf(cells, metric);
  return estimate && { ...estimate, values: valuesOf(cells, metric) };
}
