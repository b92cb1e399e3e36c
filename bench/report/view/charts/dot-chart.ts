/** A chart of one quantity by lane: each round a dot, estimates with their intervals, a symbol a series. */

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
}

interface DotChartSpec {
  readonly title: string;
  readonly scale: Scale;
  readonly axis: DotChart['scale'];
}

export function dotChart(
  labels: readonly LaneLabel[],
  all: readonly SeriesOfLanes[],
  { title, scale, axis }: DotChartSpec,
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

function dotSeries({ metric, label, rows }: SeriesOfLanes, scale: Scale): DotSeries {
  const scaled = (bound: number | null) => (bound === null ? null : bound / scale.factor);
  return {
    label,
    rounds: rows.flatMap((lane, row) =>
      (lane?.valid ?? []).flatMap((cell) => {
        const value = metricOf(metric).of(cell);
        return value === undefined ? [] : { row, round: dotName(cell), value: value / scale.factor };
      }),
    ),
    estimates: rows.flatMap((lane, row) => {
      const estimate = lane?.estimates.get(metric);
      if (!estimate) return [];
      const { value, low, high } = estimate;
      const text = `${formatInterval(estimate, scale).value} ${scale.unit}`.trimEnd();
      return { row, value: value / scale.factor, low: scaled(low), high: scaled(high), text };
    }),
  };
}
