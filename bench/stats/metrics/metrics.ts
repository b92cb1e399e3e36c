/**
 * The table of metrics: what is estimated, compared, charted and printed. A new metric is one row of a file of
 * rows beside this one; terminal, page, exports, progress and comparison ask for those that a row has them show.
 */

import type { Percentile } from '../percentiles.ts';
import { browserMetrics } from './browser-metrics.ts';
import { conditionMetrics } from './condition-metrics.ts';
import { deliveryMetrics, latencyId } from './delivery-metrics.ts';
import { latencyPartMetrics } from './latency-part-metrics.ts';
import type { FigureKind, Metric, Shown } from './metric.ts';
import { pollMetrics } from './poll-metrics.ts';

export type { FigureKind, Metric };

/** In the order of a result's estimates, which its readers rely on: a new row may stand anywhere, those there stay in order. */
export const metrics: readonly Metric[] = [
  ...deliveryMetrics,
  ...conditionMetrics,
  ...latencyPartMetrics,
  ...pollMetrics,
  ...browserMetrics,
];

export function metricOf(id: string): Metric {
  const metric = metrics.find((candidate) => candidate.id === id);
  if (!metric) throw new Error(`there is no metric ${id}`);
  return metric;
}

export function latencyMetric(name: Percentile): Metric {
  return metricOf(latencyId(name));
}

type ShownIn = 'chart' | 'exported' | 'terminal';

/** The metrics that a place shows of a scenario with these figures, each with its row's words for that place, by rank. */
export function shownIn<P extends ShownIn>(
  place: P,
  figures: readonly FigureKind[],
): { metric: Metric; words: NonNullable<Shown[P]> }[] {
  return metrics
    .flatMap((metric) => {
      const words = place === 'chart' ? (metric.shown.chart ?? {}) : metric.shown[place];
      const wanted = words?.figures ?? metric.shown.figures;
      return words && wanted.some((figure) => figures.includes(figure))
        ? [{ metric, words: words as NonNullable<Shown[P]> }]
        : [];
    })
    .sort((a, b) => (a.metric.shown.rank ?? 0) - (b.metric.shown.rank ?? 0));
}

/** The metrics of a figure's charts and table: its own, then those that have another figure too. */
export function chartedIn(figure: FigureKind): Metric[] {
  const isGuest = ({ shown }: Metric) => Number((shown.chart?.figures ?? shown.figures)[0] !== figure);
  return shownIn('chart', [figure])
    .map(({ metric }) => metric)
    .sort((a, b) => isGuest(a) - isGuest(b));
}

/** Said of a lane with valid rounds and no value. */
export function missingText({ shown, needs }: Metric): string {
  return shown.chart?.missing ?? `needs ${needs}`;
}

/** The metric that a figure is about, which its sentence compares. */
export function headlineOf(figure: FigureKind): Metric {
  const [first] = chartedIn(figure);
  if (!first) throw new Error(`no metric is charted as ${figure}`);
  return first;
}
