/** A metric over the numbers of a sweep: a line a lane, each round a dot. */

import { metricOf } from '../stats/metrics.ts';
import { countOf, type Scale } from './format.ts';
import { settingsAxis, valuesAxis } from './numeric-axis.ts';
import type { LaneLabel, LaneLine, LineAxis, LineChart } from './page-model.ts';
import type { Curve } from './panels.ts';
import { type LaneAtPlace, labelsOf, laneAt } from './places.ts';

export interface CurveSpec {
  readonly metric: string;
  /** What the vertical axis shows. */
  readonly title: string;
  readonly scale: Scale;
  /** Of the vertical axis, whatever the values span. */
  readonly prefers: 'log' | 'linear';
  /** In the metric's own unit. */
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

function valuesOf({ valid, estimates }: LaneAtPlace, metric: string): number[] {
  const estimate = estimates.get(metric);
  if (!estimate) return [];
  const { value, low, high } = estimate;
  return [value, low ?? value, high ?? value, ...valid.flatMap((cell) => metricOf(metric).of(cell) ?? [])];
}

function curveChart(
  { places, along }: Curve,
  spec: CurveSpec,
  y: LineAxis,
  curves: readonly Curve[],
): LineChart | undefined {
  const { metric, scale, limit } = spec;
  const set = curves
    .filter((other) => other.along.name === along.name)
    .flatMap((other) => other.places.flatMap(({ place }) => along.valueOf(place.point) ?? []));
  const { placeOf, ...x } = settingsAxis(along, set);
  const lanes = labelsOf(places.flatMap(({ place }) => place.lanes.filter(({ estimates }) => estimates.has(metric))));
  if (lanes.length === 0) return undefined;
  const lineOf = (label: LaneLabel): LaneLine => {
    const located = places
      .flatMap(({ place }) => {
        const lane = laneAt(place, label);
        return lane ? [{ lane, x: placeOf(along.valueOf(place.point) ?? 0) }] : [];
      })
      .sort((a, b) => a.x - b.x);
    return {
      points: located.flatMap(({ lane, x }) => {
        const estimate = lane.estimates.get(metric);
        if (!estimate) return [];
        const scaled = (bound: number | null) => (bound === null ? null : bound / scale.factor);
        return { x, y: estimate.value / scale.factor, low: scaled(estimate.low), high: scaled(estimate.high) };
      }),
      rounds: located.flatMap(({ lane, x }) =>
        lane.valid.flatMap((cell) => {
          const value = metricOf(metric).of(cell);
          return value === undefined ? [] : { x, y: value / scale.factor, round: cell.round };
        }),
      ),
    };
  };
  return {
    kind: 'lines',
    shape: 'straight',
    texts: 'ends',
    spread: metricOf(metric).spread,
    unit: scale.unit,
    label:
      `Line chart. ${y.title} over ${x.title} for ${countOf(lanes.length, 'lane')}, a dot for each round. ` +
      'The table that follows has the same numbers.',
    axisTitle: y.title,
    lanes,
    lines: lanes.map(lineOf),
    x,
    y,
    limit: limit && { value: limit.max / scale.factor, text: limit.text },
  };
}
