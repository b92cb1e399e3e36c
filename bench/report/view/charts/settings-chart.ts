/** A quantity over numbers that were set, a line a lane and each round a dot; and a metric over the numbers of a sweep. */

import type { CompletedCell, Point } from '../../../contract/result.ts';
import type { Metric } from '../../../stats/metrics/metrics.ts';
import type { LaneLabel, LaneLine, LineAxis, LineChart } from '../page-model.ts';
import { countOf, type Interval, type Scale } from '../words/format.ts';
import { type LaneAtPlace, labelsOf, type Place } from '../words/places.ts';
import { dotName } from '../words/rounds.ts';
import { type SettingsAxis, settingsAxis, valuesAxis } from './numeric-axis.ts';
import type { Curve } from './panels.ts';

export interface Plotted {
  /** Its name and unit, for readers that can't see the chart. */
  readonly label: string;
  readonly spread: LineChart['spread'];
  readonly of: (cell: CompletedCell) => number | undefined;
  readonly estimate: (lane: LaneAtPlace, place: Place) => Interval | undefined;
}

/** A metric in another unit, which may depend on the point; undefined where it has no value there. */
export function converted(
  { id, of, spread }: Metric,
  convert: (value: number, point: Point) => number | undefined,
): Omit<Plotted, 'label'> {
  const at = (point: Point, value: number | null | undefined) =>
    typeof value === 'number' ? convert(value, point) : undefined;
  return {
    spread,
    of: (cell) => at(cell.point, of(cell)),
    estimate: ({ estimates }, { point }) => {
      const estimate = estimates.get(id);
      const value = at(point, estimate?.value);
      if (value === undefined) return undefined;
      return { value, low: at(point, estimate?.low) ?? null, high: at(point, estimate?.high) ?? null, spread };
    },
  };
}

interface SetAt {
  readonly lane: LaneAtPlace;
  readonly place: Place;
  readonly setTo: number;
}

/** A line for each lane that has an estimate somewhere. */
export function settingsChart(
  measured: readonly SetAt[],
  { label, spread, of, estimate }: Plotted,
  { placeOf, ...x }: SettingsAxis,
  y: LineAxis,
): LineChart {
  const estimated = measured.flatMap(({ lane, place, setTo }) => {
    const interval = estimate(lane, place);
    return interval ? [{ lane, setTo, interval }] : [];
  });
  const lanes = labelsOf(estimated.map(({ lane }) => lane));
  const lineOf = ({ index }: LaneLabel): LaneLine => {
    const mine = estimated.filter(({ lane }) => lane.label.index === index).sort((a, b) => a.setTo - b.setTo);
    return {
      points: mine.map(({ setTo, interval: { value, low, high } }) => ({ x: placeOf(setTo), y: value, low, high })),
      rounds: mine.flatMap(({ lane, setTo }) =>
        lane.valid.flatMap((cell) => {
          const value = of(cell);
          return value === undefined ? [] : { x: placeOf(setTo), y: value, round: dotName(cell) };
        }),
      ),
    };
  };
  return {
    kind: 'lines',
    shape: 'straight',
    texts: 'ends',
    spread,
    unit: y.unit,
    label:
      `Line chart. ${label} over ${x.title} for ${countOf(lanes.length, 'lane')}, a dot for each round. ` +
      'The table that follows has the same numbers.',
    axisTitle: y.title,
    lanes,
    lines: lanes.map(lineOf),
    x,
    y,
  };
}

interface CurveSpec {
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
  const scaled = values.map((value) => value / scale.factor);
  const y = valuesAxis(spec.title, scale, scaled, spec.prefers);
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
