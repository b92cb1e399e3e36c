/** Columns of the summary and of the LaTeX tables. Which metrics they show, the rows of the metrics say. */

import type { Comparison, Estimate } from '../../../contract/result.ts';
import { EXPORT_TABLES } from '../../../stats/metrics/metric.ts';
import { type Metric, shownIn } from '../../../stats/metrics/metrics.ts';
import { type FormattedInterval, formatInterval, RATIO, type Scale } from '../words/format.ts';
import { type LaneAtPlace, type Place, type ScenarioView, scaleIn } from '../words/places.ts';
import { isRefused, UNCITABLE_MARK } from '../words/standing.ts';
import { formatEstimate } from '../words/wording.ts';
import { lanesOf } from './lane-table.ts';

export const TABLES = Object.entries(EXPORT_TABLES).map(([id, title]) => ({ id, title }));

export interface Column {
  readonly metric: Metric;
  readonly label: string;
  readonly scale: Scale;
  readonly isQuoted: boolean;
}

export function columnsOf(table: string, { scenario, places }: ScenarioView): Column[] {
  const lanes = lanesOf({ places });
  return shownIn('exported', scenario.figures).flatMap(({ metric, words }) => {
    const { label = metric.label, isQuoted = false } = words;
    const isHere = words.table === table && lanes.some(({ estimates }) => estimates.has(metric.id));
    return isHere ? { metric, label, scale: scaleIn(lanes, [metric]), isQuoted } : [];
  });
}

/** With the sign of one that may not be cited. */
export interface MarkedInterval extends FormattedInterval {
  readonly mark?: string;
}

export function formattedValue({ estimates }: LaneAtPlace, { metric, scale }: Column): MarkedInterval | undefined {
  const estimate = estimates.get(metric.id);
  return estimate && { ...formatEstimate(estimate, scale), ...markOf(estimate) };
}

function markOf(figure: Estimate | Comparison): Pick<MarkedInterval, 'mark'> {
  return isRefused(figure) ? { mark: UNCITABLE_MARK } : {};
}

export function baselinesOf(places: readonly Pick<Place, 'lanes'>[]): string[] {
  return [...new Set(places.flatMap(({ lanes }) => lanes.flatMap(({ baseline }) => baseline?.title ?? [])))];
}

export function formattedRatio(comparison: Comparison): MarkedInterval {
  return { ...formatInterval({ ...comparison, value: comparison.ratio }, RATIO), ...markOf(comparison) };
}
