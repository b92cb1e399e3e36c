/** Tables with a row for each lane of each place of a scenario. */

import type { CompletedCell, Estimate } from '../../../contract/result.ts';
import { type Metric, metricOf } from '../../../stats/metrics/metrics.ts';
import { citationId } from '../citation.ts';
import type { Column, Table, TableCell } from '../page-model.ts';
import {
  allAttemptsText,
  countOf,
  formatCount,
  formatExact,
  formatInterval,
  formatRange,
  type Interval,
  RATIO,
  type Scale,
} from '../words/format.ts';
import type { LaneAtPlace, Place, ScenarioView } from '../words/places.ts';
import { isRefused } from '../words/standing.ts';
import { type Judged, marginText, VERDICT_GLYPHS, verdictLegend, verdictText } from '../words/verdicts.ts';

export interface LaneColumn {
  readonly column: Column;
  readonly cell: (lane: LaneAtPlace, place: Place) => TableCell;
}

export const laneColumn = (label: string, unit: string, cell: LaneColumn['cell']): LaneColumn => ({
  column: { label, unit, numeric: true },
  cell,
});

export const remark = (text: string): TableCell => ({ text, isRemark: true });

export const NO_ROUND = remark('no valid round');

export function laneTable(
  { scenario, places }: ScenarioView,
  id: string,
  title: string,
  definition: string,
  columns: readonly LaneColumn[],
): Table {
  const rows = places.flatMap((place) =>
    place.lanes.map((lane) => ({
      header: lane.label.title,
      group: place.varied,
      lane: lane.label,
      cells: columns.map(({ cell }) => cell(lane, place)),
    })),
  );
  return {
    id,
    title: `${title}: ${scenario.title}`,
    definition,
    columns: [{ label: 'Lane', numeric: false }, ...columns.map(({ column }) => column)],
    rows,
    folded: places.length > 1 ? `${countOf(places.length, 'point')}, ${countOf(rows.length, 'row')}` : undefined,
  };
}

export function baselinesText(view: ScenarioView, metrics: readonly string[]): string | undefined {
  const compared = comparedLanes(view, metrics);
  const own = compared.find(({ isVariant }) => !isVariant)?.baseline?.title;
  if (!compared.some(({ isVariant }) => isVariant)) return own;
  return own === undefined ? 'what each varies' : `${own}, of a variant to what it varies`;
}

/** A table of metrics: the baseline stands before the columns, where lanes have different ones, and the rounds behind them. */
export function metricTable(
  view: ScenarioView,
  id: string,
  title: string,
  metrics: readonly string[],
  columns: readonly LaneColumn[],
): Table {
  const all = [...baselineColumn(view, metrics), ...columns, roundsColumn(metrics)];
  return laneTable(view, id, title, bracketsAndRatios(view, metrics), all);
}

export function metricColumns(
  view: ScenarioView,
  { id }: Metric,
  scale: Scale,
  whyMissing: string,
  [label, ratio]: readonly [label: string, ratio: string],
): LaneColumn[] {
  return [valueColumn(label, scale, ({ estimates }) => estimates.get(id), whyMissing), ...ratioColumn(view, id, ratio)];
}

export function lanesOf({ places }: Pick<ScenarioView, 'places'>): readonly LaneAtPlace[] {
  return places.flatMap(({ lanes }) => lanes);
}

/** What the brackets and ratios of a table of these metrics are, and what the signs beside the ratios say. */
export function bracketsAndRatios(view: ScenarioView, metrics: readonly string[]): string {
  const all = metrics.map(metricOf);
  const brackets = bracketsText(all, view.runs);
  const baselines = baselinesText(view, metrics);
  if (baselines === undefined) return brackets;
  const margins = [...new Set(all.map(({ margin }) => margin))].sort((a, b) => b - a).map(marginText);
  const legend = verdictLegend(margins.join(', of bytes and packets '));
  return `${brackets} Ratios: to ${baselines}, paired by round, with their verdict: ${legend}.`;
}

export function bracketsText(all: readonly Metric[], runs = 1): string {
  const has = (spread: 'interval' | 'range') => all.some((metric) => metric.spread === spread);
  return [
    ...(has('interval')
      ? [
          `Brackets: the 95 % interval ${runs > 1 ? 'between runs' : 'over rounds'}; none where the rounds agree, or there is one.`,
        ]
      : []),
    ...(has('range') ? ['Parentheses: from the least to the most of the rounds, where they differ.'] : []),
  ].join(' ');
}

function comparedLanes(view: ScenarioView, metrics: readonly string[]): LaneAtPlace[] {
  return lanesOf(view).filter(({ comparisons }) => metrics.some((metric) => comparisons.has(metric)));
}

/** The baseline of each lane; no column where that is the reference for all. */
export function baselineColumn(view: ScenarioView, metrics: readonly string[]): LaneColumn[] {
  if (comparedLanes(view, metrics).every(({ baseline }) => baseline?.isReference)) return [];
  const cell: LaneColumn['cell'] = ({ baseline }) => (baseline ? { text: baseline.title } : remark('none'));
  return [{ column: { label: 'Ratios to', numeric: false }, cell }];
}

/** @param whyMissing said when the lane has valid rounds, and still no value */
export function valueColumn(
  label: string,
  scale: Scale,
  of: (lane: LaneAtPlace, place: Place) => Interval | undefined,
  whyMissing: string,
): LaneColumn {
  return laneColumn(label, scale.unit, (lane, place) => valueCell(lane, of(lane, place), scale, whyMissing));
}

export function valueCell(
  lane: LaneAtPlace | undefined,
  interval: Interval | undefined,
  scale: Scale,
  whyMissing: string,
): TableCell {
  if (!lane || lane.valid.length === 0) return NO_ROUND;
  return interval ? { ...textOf(interval, scale), cite: citeOf(lane, interval) } : remark(whyMissing);
}

/** Bytes come out the same in every round, or nearly so: the exact value, or the lowest and the highest. */
export function exactColumn(
  label: string,
  of: (cell: CompletedCell) => number | undefined,
  whyMissing: string,
  unit = 'B',
): LaneColumn {
  return laneColumn(label, unit, ({ valid }) => {
    if (valid.length === 0) return NO_ROUND;
    const values = valid.flatMap((cell) => of(cell) ?? []);
    const range = formatRange(values, formatExact);
    return range === undefined ? remark(whyMissing) : { text: range };
  });
}

function ratioColumn(view: ScenarioView, metric: string, label: string): LaneColumn[] {
  if (comparedLanes(view, [metric]).length === 0) return [];
  return [
    laneColumn(label, '×', ({ label, estimates, comparisons }) => {
      const cite = comparisons.has(metric) ? citeOf({ label }, estimates.get(metric)) : undefined;
      if (!label.isReference || !estimates.has(metric)) return { ...comparisonCell(comparisons.get(metric)), cite };
      // Without a sign, but with the room for one, so that numbers stand below each other.
      return { ...ratioCell({ value: 1, low: 1, high: 1 }), verdict: { glyph: '', text: 'the reference' } };
    }),
  ];
}

export function comparisonCell(comparison: Judged | undefined): TableCell {
  if (!comparison) return ratioCell(undefined);
  const verdict = { glyph: VERDICT_GLYPHS[comparison.verdict], text: verdictText(comparison) };
  return { ...ratioCell({ ...comparison, value: comparison.ratio }), verdict };
}

export function ratioCell(ratio: Interval | undefined): TableCell {
  return ratio ? textOf(ratio, RATIO) : remark('none');
}

/** The sentence of a figure; none of what is computed on the way to one, nor of a repeated lane. */
function citeOf({ label }: Pick<LaneAtPlace, 'label'>, figure: Interval | Estimate | undefined): string | undefined {
  return figure && 'metric' in figure && label.duplicateOf === undefined ? citationId(figure) : undefined;
}

function textOf(interval: Interval, scale: Scale): TableCell {
  const { value, interval: bounds } = formatInterval(interval, scale);
  const refusal = isRefused(interval) ? (interval.standing?.reasons.join(' ') ?? '') : undefined;
  const aside = allAttemptsText(interval, scale);
  return {
    text: value,
    interval: bounds,
    ...(aside !== undefined && { aside }),
    ...(refusal !== undefined && { refusal }),
  };
}

export function roundsColumn(metrics: readonly string[]): LaneColumn {
  return laneColumn('Rounds', 'n', (lane) => ({ text: formatCount(firstEstimate(lane, metrics)?.rounds ?? 0) }));
}

export function deliveriesColumn(metrics: readonly string[]): LaneColumn {
  return laneColumn('Deliveries', '', (lane) => ({ text: formatCount(firstEstimate(lane, metrics)?.samples ?? 0) }));
}

function firstEstimate({ estimates }: LaneAtPlace, metrics: readonly string[]): Estimate | undefined {
  return metrics.flatMap((metric) => estimates.get(metric) ?? [])[0];
}
