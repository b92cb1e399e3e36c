/** A figure of metrics by lane: charts of each round with estimates and intervals, and the table of the same numbers. */

import type { Metric } from '../../../stats/metrics/metrics.ts';
import { dotChart } from '../charts/dot-chart.ts';
import { besideEachOther, chartGroups } from '../charts/panels.ts';
import { curveCharts } from '../charts/settings-chart.ts';
import { findingOf } from '../findings/finding.ts';
import type { ChartGroup, DotChart, Figure } from '../page-model.ts';
import { type LaneColumn, lanesOf, metricColumns, metricTable } from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import type { Scale } from '../words/format.ts';
import { type Place, type ScenarioView, scaleIn } from '../words/places.ts';
import { inSentence } from '../words/wording.ts';

export interface Series {
  readonly metric: Metric;
  readonly label: string;
  readonly whyMissing: string;
}

export interface Plot {
  readonly title: string;
  readonly scale: DotChart['scale'];
  readonly series: readonly [Series, ...Series[]];
  readonly limit?: { readonly max: number; readonly text: string } | undefined;
}

export interface MetricFigureSpec {
  readonly name: string;
  readonly title: string;
  /** In place of those of its metrics; made from that of the first. */
  readonly definition?: (first: string) => string;
  readonly plots: readonly Plot[];
  readonly more?: readonly LaneColumn[];
}

/** Symbols that a chart can hold where two of them are read side by side. */
const MOST_SYMBOLS = 2;

export function metricFigure(view: ScenarioView, spec: MetricFigureSpec, anchors: Anchors): Figure {
  const { name, title, plots, more = [] } = spec;
  const id = anchors.take(`${view.id} ${name}`);
  const series = plots.flatMap((plot) => plot.series);
  const metrics = series.map(({ metric }) => metric.id);
  const lanes = lanesOf(view);
  const scaled = plots.map((plot) => {
    const [headline, ...others] = plot.series;
    return { ...plot, scaleOfValues: scaleIn(lanes, [headline.metric, ...others.map(({ metric }) => metric)]) };
  });
  // A column that would say the same in each row is a line below the table.
  const isAnyValid = lanes.some(({ valid }) => valid.length > 0);
  const isMissing = ({ metric }: Series) => isAnyValid && !lanes.some(({ estimates }) => estimates.has(metric.id));
  const columns = [
    ...scaled.flatMap(({ series: shown, scaleOfValues }) =>
      shown
        .filter((one) => !isMissing(one))
        .flatMap(({ metric, label, whyMissing }) =>
          metricColumns(view, metric, scaleOfValues, whyMissing, [
            label,
            series.length > 1 ? `${label} ratio` : 'Ratio',
          ]),
        ),
    ),
    ...more,
  ];
  const headlines = scaled.map((plot) => withHeadline(view, plot));
  const isCut = headlines.some((plot, at) => plot.series.length < (plots[at]?.series.length ?? 0));
  const [first] = series;
  const definition = spec.definition?.(first?.metric.definition ?? '') ?? definitionsOf(series);
  return {
    id,
    title,
    definition: isCut
      ? `${definition} The charts show the ${headlines.map((plot) => plot.series[0].label).join(' and the ')}, the table has the others.`
      : definition,
    finding: first && findingOf(view, first.metric.id),
    charts: besideEachOther(
      headlines.map((plot) => ({ title: plot.title, groups: plotGroups(view, plot, id, anchors) })),
    ),
    tables: [
      {
        ...metricTable(view, anchors.take(`${id} table`), title, metrics, columns),
        notes: series.filter(isMissing).map(({ label, whyMissing }) => `${label}: ${whyMissing}.`),
      },
    ],
  };
}

interface ScaledPlot extends Plot {
  readonly scaleOfValues: Scale;
}

export function definitionsOf(series: readonly Pick<Series, 'metric' | 'label'>[]): string {
  return series
    .map(({ metric: { definition }, label }) => {
      return definition.startsWith(label) ? `${definition}.` : `${label}: ${inSentence(definition)}.`;
    })
    .join(' ');
}

/** Over many points, or where lines show a sweep, the first series alone: the table has the others. */
function withHeadline({ places }: ScenarioView, plot: ScaledPlot): ScaledPlot {
  const [headline, ...others] = plot.series;
  if (others.length === 0 || places.length === 1) return plot;
  if (places.length === 2 && plot.series.length <= MOST_SYMBOLS) return plot;
  const title = plot.title.endsWith(headline.label) ? plot.title : `${plot.title} ${headline.label}`;
  return { ...plot, title, series: [headline] };
}

function plotGroups(view: ScenarioView, plot: ScaledPlot, id: string, anchors: Anchors): ChartGroup[] {
  const { title, scale: prefers, scaleOfValues: scale, series, limit } = plot;
  return chartGroups(
    view,
    id,
    anchors,
    (place) => placeChart(place, plot),
    (curves) => curveCharts(curves, { metric: series[0].metric, title, scale, prefers, limit }),
  );
}

function placeChart({ lanes }: Place, { title, scale, scaleOfValues, series }: ScaledPlot): DotChart | undefined {
  return dotChart(
    lanes.map(({ label }) => label),
    series.map(({ metric, label }) => ({ metric: metric.id, label, rows: lanes })),
    { title, scale: scaleOfValues, axis: scale },
  );
}
