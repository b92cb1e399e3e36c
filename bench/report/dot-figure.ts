/** A figure of one quantity by lane: each round a dot, estimates with their intervals, and the table of the same numbers. */

import { metricOf } from '../stats/metrics.ts';
import type { Anchors } from './anchors.ts';
import { countOf, formatInterval, type Quantity, type Scale, scaleFor } from './format.ts';
import {
  bracketsAndRatios,
  type LaneColumn,
  lanesOf,
  laneTable,
  ratioColumn,
  roundsColumn,
  valueColumn,
} from './lane-table.ts';
import type { DotChart, DotSeries, Figure } from './page-model.ts';
import { chartGroups } from './panels.ts';
import type { LaneAtPlace, Place, ScenarioView } from './places.ts';

/** A metric: one symbol of the chart, and its columns in the table. */
export interface Series {
  readonly metric: string;
  readonly label: string;
  /** Said in the table where valid rounds still give no estimate. */
  readonly whyMissing: string;
}

export interface DotFigureSpec {
  /** The figure's part of its anchor. */
  readonly name: string;
  readonly title: string;
  readonly definition: string;
  readonly quantity: Quantity;
  readonly scale: DotChart['scale'];
  readonly series: readonly Series[];
  /** Columns of the table that the chart does not show. */
  readonly more?: readonly LaneColumn[];
}

export function dotFigure(view: ScenarioView, spec: DotFigureSpec, anchors: Anchors): Figure {
  const { name, title, definition, series, more = [] } = spec;
  const lanes = lanesOf(view);
  const estimates = series.flatMap(({ metric }) => lanes.flatMap((lane) => lane.estimates.get(metric) ?? []));
  const scale = scaleFor(
    spec.quantity,
    estimates.map(({ value }) => value),
  );
  const id = anchors.take(`${view.id} ${name}`);
  const metrics = series.map(({ metric }) => metric);
  // A column that would say the same in each row is a line below the table.
  const isAnyValid = lanes.some(({ valid }) => valid.length > 0);
  const isMissing = ({ metric }: Series) => isAnyValid && !lanes.some(({ estimates }) => estimates.has(metric));
  const columns = [
    ...series
      .filter((one) => !isMissing(one))
      .flatMap(({ metric, label, whyMissing }) => [
        valueColumn(label, scale, ({ estimates }) => estimates.get(metric), whyMissing),
        ...ratioColumn(view, metric, series.length > 1 ? `${label} ratio` : 'Ratio'),
      ]),
    ...more,
    roundsColumn(metrics),
  ];
  // Over many points the first series alone: the charts are to be read side by side, and the table has the others.
  const [headline] = series;
  const shown: DotFigureSpec =
    headline && series.length > 1 && view.places.length > 1
      ? {
          ...spec,
          title: `${title} ${headline.label}`,
          definition: `${definition} The charts show the ${headline.label}, the table has the others.`,
          series: [headline],
        }
      : spec;
  return {
    id,
    title,
    definition: shown.definition,
    charts: chartGroups(view, id, anchors, (place) => dotChart(place, shown, scale)),
    tables: [
      {
        ...laneTable(view, anchors.take(`${id} table`), title, columns),
        definition: bracketsAndRatios(view, metrics),
        notes: series.filter(isMissing).map(({ label, whyMissing }) => `${label}: ${whyMissing}.`),
      },
    ],
  };
}

function dotChart(place: Place, spec: DotFigureSpec, scale: Scale): DotChart | undefined {
  const has = ({ estimates }: LaneAtPlace, { metric }: Series): boolean => estimates.has(metric);
  const series = spec.series.filter((one) => place.lanes.some((lane) => has(lane, one)));
  const lanes = place.lanes.filter((lane) => series.some((one) => has(lane, one)));
  const [first] = series;
  if (!first) return undefined;
  const what = series.length > 1 ? `${spec.title} (${series.map(({ label }) => label).join(', ')})` : spec.title;
  const axis = spec.scale === 'log' ? 'logarithmic' : 'linear';
  return {
    kind: 'dots',
    scale: spec.scale,
    spread: metricOf(first.metric).spread,
    unit: scale.unit,
    label:
      `Dot plot. ${what} in ${scale.unit} on a ${axis} axis for ${countOf(lanes.length, 'lane')}, ` +
      'a dot for each round. The table that follows has the same numbers.',
    axisTitle: `${spec.title}, ${scale.unit} (${axis})`,
    lanes: lanes.map(({ label }) => label),
    series: series.map((one) => dotSeries(lanes, one, scale)),
  };
}

function dotSeries(lanes: readonly LaneAtPlace[], { metric, label }: Series, scale: Scale): DotSeries {
  const scaled = (bound: number | null) => (bound === null ? null : bound / scale.factor);
  return {
    label,
    rounds: lanes.flatMap(({ valid }, row) =>
      valid.flatMap((cell) => {
        const value = metricOf(metric).of(cell);
        return value === undefined ? [] : { row, round: cell.round, value: value / scale.factor };
      }),
    ),
    estimates: lanes.flatMap(({ estimates }, row) => {
      const estimate = estimates.get(metric);
      if (!estimate) return [];
      const { value, low, high } = estimate;
      const text = `${formatInterval(estimate, scale).value} ${scale.unit}`;
      return { row, value: value / scale.factor, low: scaled(low), high: scaled(high), text };
    }),
  };
}
