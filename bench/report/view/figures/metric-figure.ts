/** The metrics that a kind of figure asks for: a chart of the first plot of them, and the table of all. */

import type { CompletedCell } from '../../../contract/result.ts';
import { chartedIn, type FigureKind, type Metric, missingText } from '../../../stats/metrics/metrics.ts';
import { dotChart } from '../charts/dot-chart.ts';
import { chartGroups } from '../charts/panels.ts';
import { curveCharts } from '../charts/settings-chart.ts';
import { findingOf } from '../findings/ranking.ts';
import type { Figure, LineChart } from '../page-model.ts';
import {
  deliveriesColumn,
  type LaneColumn,
  laneColumn,
  lanesOf,
  metricColumns,
  metricTable,
  NO_ROUND,
} from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { formatNumber, formatPercent, formatRange, type Scale } from '../words/format.ts';
import { type Place, type ScenarioView, scaleIn } from '../words/places.ts';
import { inSentence } from '../words/wording.ts';

const MIB = 1024 ** 2;
/** Rows that a chart with several symbols a row can hold. */
const MOST_ROWS = 8;

type Metrics = readonly [Metric, ...Metric[]];

interface MetricFigureSpec {
  readonly name: string;
  readonly metrics: Metrics;
  readonly limit?: { readonly max: number; readonly text: string } | undefined;
  /** Drawn with the chart of a sweep: what is expected, in the units of its axes. */
  readonly expected?: (chart: LineChart, scale: Scale) => NonNullable<LineChart['expected']>;
}

export function kindFigure(view: ScenarioView, kind: FigureKind, anchors: Anchors): Figure {
  const charted = chartedIn(kind);
  const isPayloadVaried = new Set(view.places.map(({ point }) => point.payloadBytes)).size > 1;
  // The payload would hide what is around it.
  const [first, ...others] = kind === 'bytes' && isPayloadVaried ? charted.toReversed() : charted;
  if (!first) throw new Error(`no metric is charted as ${kind}`);
  return metricFigure(view, { name: kind, metrics: [first, ...others] }, anchors);
}

export function metricFigure(view: ScenarioView, spec: MetricFigureSpec, anchors: Anchors): Figure {
  const { name, metrics } = spec;
  const id = anchors.take(`${view.id} ${name}`);
  const shown = shownFirst(view, metrics);
  const title = shown.length > 1 ? plotOf(shown[0]) : shown[0].title;
  return {
    id,
    title,
    definition: definitionsOf(metrics),
    finding: findingOf(view, metrics[0]),
    charts: chartsOf(view, shown, { ...spec, id, title }, anchors),
    tables: [tableOf(view, metrics, { id: anchors.take(`${id} table`), name, title: plotOf(metrics[0]) })],
  };
}

const plotOf = ({ title, shown }: Metric): string => shown.chart?.plot ?? title;

export const labelOf = ({ label, shown }: Metric): string => shown.chart?.label ?? label;

/** The metrics that share the axis of the first; over many rows, or where lines show a sweep, the first alone. */
function shownFirst({ places }: ScenarioView, [first, ...others]: Metrics): Metrics {
  const sameAxis = others.filter((one) => plotOf(one) === plotOf(first));
  const isShort = places.every(({ lanes }) => lanes.length <= MOST_ROWS);
  const isSmall = places.length === 1 || (places.length === 2 && sameAxis.length === 1);
  return [first, ...(isShort && isSmall ? sameAxis : [])];
}

/** Of several percentiles of one thing, the first says what they are of. */
export function definitionsOf(metrics: readonly Metric[]): string {
  const said = metrics.filter((metric) => {
    const [first] = metrics.filter((one) => plotOf(one) === plotOf(metric));
    return metric === first || !metric.isPercentile;
  });
  return said
    .map((metric) => {
      const { definition } = metric;
      return definition.startsWith(labelOf(metric))
        ? `${definition}.`
        : `${labelOf(metric)}: ${inSentence(definition)}.`;
    })
    .join(' ');
}

function chartsOf(
  view: ScenarioView,
  shown: Metrics,
  { id, title, limit, expected }: MetricFigureSpec & { readonly id: string; readonly title: string },
  anchors: Anchors,
): Figure['charts'] {
  const [first] = shown;
  const scale = scaleIn(lanesOf(view), shown);
  const dots = ({ lanes }: Place) =>
    dotChart(
      lanes.map(({ label }) => label),
      shown.map((metric) => ({ metric: metric.id, label: labelOf(metric), rows: lanes })),
      { title, scale, axis: first.axis },
    );
  return chartGroups(view, id, anchors, dots, (curves) =>
    curveCharts(curves, { metric: first, title, scale, prefers: first.axis, limit }).map((chart) => {
      return chart && expected ? { ...chart, expected: expected(chart, scale) } : chart;
    }),
  );
}

function tableOf(
  view: ScenarioView,
  metrics: readonly Metric[],
  { id, name, title }: { readonly id: string; readonly name: string; readonly title: string },
) {
  const lanes = lanesOf(view);
  // A column that would say the same in each row is a line below the table.
  const isAnyValid = lanes.some(({ valid }) => valid.length > 0);
  const isMissing = (metric: Metric) => isAnyValid && !lanes.some(({ estimates }) => estimates.has(metric.id));
  const columns = metrics
    .filter((metric) => !isMissing(metric))
    .flatMap((metric) => {
      const sameAxis = metrics.filter((one) => one !== metric && plotOf(one) === plotOf(metric));
      const ratio = metrics.length > 1 ? `${labelOf(metric)} ratio` : 'Ratio';
      const scale = scaleIn(lanes, [metric, ...sameAxis]);
      return metricColumns(view, metric, scale, missingText(metric), [labelOf(metric), ratio]);
    });
  const ids = metrics.map((metric) => metric.id);
  return {
    ...metricTable(view, id, title, ids, [...columns, ...moreColumns(name, ids)]),
    notes: metrics.filter(isMissing).map((metric) => `${labelOf(metric)}: ${missingText(metric)}.`),
  };
}

function moreColumns(name: string, metrics: readonly string[]): LaneColumn[] {
  if (name === 'latency') return [deliveriesColumn(metrics)];
  if (name === 'cpu') return [perRound('Of one core', '%', ({ server }) => server.cpuShare, formatPercent)];
  if (name === 'memory') return [perRound('Peak RSS', 'MiB', ({ server }) => server.peakRssBytes / MIB, formatNumber)];
  return [];
}

function perRound(
  label: string,
  unit: string,
  of: (cell: CompletedCell) => number,
  format: (value: number) => string,
): LaneColumn {
  return laneColumn(label, unit, ({ valid }) => {
    const range = formatRange(valid.map(of), format);
    return range === undefined ? NO_ROUND : { text: range };
  });
}
