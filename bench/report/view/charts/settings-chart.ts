/** A quantity over numbers that were set: a line a lane through its estimates, each round a dot. */

import type { CompletedCell, Point } from '../../../contract/result.ts';
import type { Metric } from '../../../stats/metrics/metrics.ts';
import type { LaneLabel, LaneLine, LineAxis, LineChart } from '../page-model.ts';
import { countOf, type Interval } from '../words/format.ts';
import { type LaneAtPlace, labelsOf, type Place } from '../words/places.ts';
import type { SettingsAxis } from './numeric-axis.ts';

export interface Plotted {
  /** Its name and unit, for who can't see the chart. */
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

export interface SetAt {
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
          return value === undefined ? [] : { x: placeOf(setTo), y: value, round: cell.round };
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
