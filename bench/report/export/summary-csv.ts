/** `summary.csv`: every figure of the run, unrounded, with its bounds, its ratio and whether it may be cited. */

import type { Comparison, Estimate, Result } from '../../contract/result.ts';
import { metricOf } from '../../stats/metrics/metrics.ts';
import { csv, type Field, POINT_HEADER, pointFields } from '../view/words/csv.ts';
import type { ScenarioView } from '../view/words/places.ts';

const HEADER: readonly string[] = [
  ...['run', 'lane', 'scenario', ...POINT_HEADER, 'metric', 'unit', 'mean', 'low', 'high', 'bounds', 'rounds', 'runs'],
  ...['reference', 'ratio', 'ratio_low', 'ratio_high', 'verdict', 'may_be_cited', 'ratio_may_be_cited', 'why_not'],
  ...['mean_of_all_attempts', 'ratio_trimmed'],
];

/**
 * A row for each lane, scenario, point and metric. Bounds are a 95 % `interval`, or the `range` of the rounds; ratios are to the
 * lane under `reference`. With disturbed attempts, or as a 20 % trimmed mean, a figure stands at the row's end.
 */
export function summaryCsv({ id }: Pick<Result, 'id'>, views: readonly ScenarioView[]): string {
  const lanes = views.flatMap(({ places }) => places.flatMap((place) => place.lanes));
  return csv(
    HEADER,
    lanes.flatMap(({ estimates, comparisons }) =>
      [...estimates.values()].map((estimate) => [id, ...fieldsOf(estimate, comparisons.get(estimate.metric))]),
    ),
  );
}

function fieldsOf(estimate: Estimate, comparison: Comparison | undefined): Field[] {
  const { lane, scenario, point, metric, value, low, high, spread, rounds, runs = 1, standing } = estimate;
  const bounds = low === null ? '' : spread;
  const reasons = new Set([...standing.reasons, ...(comparison?.standing.reasons ?? [])]);
  return [
    ...[lane, scenario, ...pointFields(point), metric, metricOf(metric).unit, value, low, high, bounds, rounds, runs],
    ...[comparison?.reference, comparison?.ratio, comparison?.low, comparison?.high, comparison?.verdict],
    ...[standing.ok, comparison?.standing.ok, [...reasons].join(' ')],
    ...[estimate.allAttempts?.value, comparison?.trimmed?.ratio],
  ];
}
