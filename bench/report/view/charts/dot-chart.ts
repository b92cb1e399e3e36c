/** A chart of one quantity by lane: each round a dot, estimates with their intervals, a symbol a series. */

import type { Point } from '../../../contract/result.ts';
import { metricOf } from '../../../stats/metrics/metrics.ts';
import type { DotChart, DotSeries, LaneLabel } from '../page-model.ts';
import { countOf, formatInterval, headed, type Scale } from '../words/format.ts';
import type { LaneAtPlace } from '../words/places.ts';
import { dotName } from '../words/rounds.ts';

export interface SeriesOfLanes {
  readonly metric: string;
  readonly label: string;
  /** One for each lane of the chart; undefined where it was not measured. */
  readonly rows: readonly (LaneAtPlace | undefined)[];
  /** The metric's value in the chart's unit times its factor. @default as it is */
  readonly convert?: (value: number, point: Point) => number;
}

interface DotChartSpec {
  readonly title: string;
  readonly scale: Scale;
  readonly axis: DotChart['scale'];
  readonly isDense?: boolean;
}

export function dotChart(
  labels: readonly LaneLabel[],
  all: readonly SeriesOfLanes[],
  { title, scale, axis, isDense }: DotChartSpec,
): DotChart | undefined {
  const has = ({ metric, rows }: SeriesOfLanes, row: number): boolean => rows[row]?.estimates.has(metric) ?? false;
  const kept = labels.flatMap((_, row) => (all.some((one) => has(one, row)) ? row : []));
  const series = all
    .filter((one) => kept.some((row) => has(one, row)))
    .map((one) => ({ ...one, rows: kept.map((row) => one.rows[row]) }));
  const [first] = series;
  if (!first) return undefined;
  const what = series.length > 1 ? `${title} (${series.map(({ label }) => label).join(', ')})` : title;
  return {
    kind: 'dots',
    scale: axis,
    ...(isDense && { isDense }),
    spread: metricOf(first.metric).spread,
    unit: scale.unit,
    label:
      `Dot plot. ${what}${scale.unit && ` in ${scale.unit}`}${axis === 'log' ? ' on a logarithmic axis' : ''} for ${countOf(kept.length, 'lane')}, ` +
      'a dot for each round. The table that follows has the same numbers.',
    axisTitle: headed(title, scale),
    lanes: kept.flatMap((row) => labels[row] ?? []),
    series: series.map((one) => dotSeries(one, scale)),
  };
}

function dotSeries({ metric, label, rows, convert = (value) => value }: SeriesOfLanes, scale: Scale): DotSeries {
  return {
    label,
    rounds: rows.flatMap((lane, row) =>
      (lane?.valid ?? []).flatMap((cell) => {
        const value = metricOf(metric).of(cell);
        if (value === undefined) return [];
        return { row, round: dotName(cell), value: convert(value, cell.point) / scale.factor };
      }),
    ),
    estimates: rows.flatMap((lane, row) => {
      const estimate = lane?.estimates.get(metric);
      if (!estimate) return [];
      const converted = (bound: number) => convert(bound, estimate.point);
      const [low, high] = [estimate.low, estimate.high].map((bound) => (bound === null ? null : converted(bound)));
      const all = { ...estimate, value: converted(estimate.value), low: low ?? null, high: high ?? null };
      const scaled = (bound: number | null) => (bound === null ? null : bound / scale.factor);
      const text = `${formatInterval(all, scale).value} ${scale.unit}`.trimEnd();
      return { row, value: all.value / scale.factor, low: scaled(all.low), high: scaled(all.high), text };
    }),
  };
}
