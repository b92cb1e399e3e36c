/** A metric over the numbers of a sweep: a line a lane, each round a dot. */

import type { Metric } from '../../../stats/metrics/metrics.ts';
import type { LineAxis, LineChart } from '../page-model.ts';
import type { Scale } from '../words/format.ts';
import type { LaneAtPlace } from '../words/places.ts';
import { settingsAxis, valuesAxis } from './numeric-axis.ts';
import type { Curve } from './panels.ts';
import { converted, settingsChart } from './settings-chart.ts';

export interface CurveSpec {
  readonly metric: Metric;
  readonly title: string;
  readonly scale: Scale;
  /** The vertical axis is logarithmic whatever the values span, or only where they span a decade. */
  readonly prefers: 'log' | 'linear';
  readonly limit?: { readonly max: number; readonly text: string } | undefined;
}

/** undefined where no lane has a value. All share their vertical axis, and those of one kind their horizontal one. */
export function curveCharts(curves: readonly Curve[], spec: CurveSpec): (LineChart | undefined)[] {
  const { metric, scale, limit } = spec;
  const lanes = curves.flatMap(({ places }) => places.flatMap(({ place }) => place.lanes));
  const values = [...lanes.flatMap((lane) => valuesOf(lane, metric)), ...(limit ? [limit.max] : [])];
  if (values.length === 0) return curves.map(() => undefined);
  const y = valuesAxis(
    spec.title,
    scale,
    values.map((value) => value / scale.factor),
    spec.prefers,
  );
  return curves.map((curve) => curveChart(curve, spec, y, curves));
}

function valuesOf({ valid, estimates }: LaneAtPlace, { id, of }: Metric): number[] {
  const estimate = estimates.get(id);
  if (!estimate) return [];
  const { value, low, high } = estimate;
  return [value, low ?? value, high ?? value, ...valid.flatMap((cell) => of(cell) ?? [])];
}

function curveChart(
  { places, along }: Curve,
  { metric, scale, limit }: CurveSpec,
  y: LineAxis,
  curves: readonly Curve[],
): LineChart | undefined {
  const set = curves
    .filter((other) => other.along.name === along.name)
    .flatMap((other) => other.places.flatMap(({ place }) => along.valueOf(place.point) ?? []));
  const chart = settingsChart(
    places.flatMap(({ place }) => place.lanes.map((lane) => ({ lane, place, setTo: along.valueOf(place.point) ?? 0 }))),
    { label: y.title, ...converted(metric, (value) => value / scale.factor) },
    settingsAxis(along, set),
    y,
  );
  if (chart.lanes.length === 0) return undefined;
  return { ...chart, limit: limit && { value: limit.max / scale.factor, text: limit.text } };
}
