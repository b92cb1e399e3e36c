/** Tables of few columns, which terminal, summary and README draw, each in its way. Plain data. */

import type { Estimate } from '../../../contract/result.ts';
import { type FigureKind, type Metric, shownIn } from '../../../stats/metrics/metrics.ts';
import { formatSetting, type Scale, scaleOf } from '../words/format.ts';
import { type LaneAtPlace, labelsOf, laneAt, type Place, type ScenarioView, type SweepView } from '../words/places.ts';

export interface BriefTable {
  /** What the heads leave open; undefined where labels stand there in full. */
  readonly note?: string;
  /** What a cell's values are along: `RTT 0 → 20 → 100 ms`; undefined where each has one. */
  readonly along?: string | undefined;
  /** Of the rows. */
  readonly names: readonly string[];
  readonly columns: readonly BriefColumn[];
}

export interface BriefColumn {
  readonly label: string;
  /** The same where there is no room, in two lines, without its unit. */
  readonly heads: readonly [string, string];
  readonly metric: Metric;
  readonly scale: Scale;
  /** By row: a value for each of the table's points. */
  readonly cells: readonly (readonly (Estimate | undefined)[])[];
}

/** Points of a sweep that are told: its first, its last and one between. */
const MOST_POINTS = 3;

export function scaleOfColumn(metric: Metric, cells: BriefColumn['cells']): Scale {
  return scaleOf(
    metric,
    cells.flat().flatMap((estimate) => estimate?.value ?? []),
  );
}

/** One of each sweep of a scenario, with a column for each kind of quantity that it is about. Lanes without a value are left out. */
export function briefTables({ scenario, sweeps }: ScenarioView): BriefTable[] {
  return sweeps.flatMap((sweep) => {
    const shown = spreadOut(numbered(sweep));
    const wanted = headlines(scenario.figures);
    const isTold = ({ estimates }: LaneAtPlace) => wanted.some(({ metric }) => estimates.has(metric.id));
    const all = sweep.places.flatMap(({ place }) => place.lanes).filter(isTold);
    const rows = labelsOf(all).map((label) => {
      const own = sweep.places.map(({ place }) => place).filter((place) => laneAt(place, label));
      // A lane that lacks the points of the others is shown where it was measured.
      const places = shown.some((place) => own.includes(place)) ? shown : spreadOut(own);
      return { name: label.title, lanes: places.map((place) => laneAt(place, label)) };
    });
    const columns = wanted.flatMap(({ metric, label }): BriefColumn[] => {
      const cells = rows.map(({ lanes }) => lanes.map((lane) => lane?.estimates.get(metric.id)));
      const column = { label, heads: [label, ''], metric, scale: scaleOfColumn(metric, cells), cells } as const;
      return cells.flat().some(Boolean) ? [column] : [];
    });
    const along = shown.length > 1 ? alongText(sweep, shown) : sweep.places.length > 1 ? sweep.title : undefined;
    return columns.length === 0 ? [] : [{ along, names: rows.map(({ name }) => name), columns }];
  });
}

/** The first metric of each kind: of latency its p50, of bytes all that are on the sockets. */
function headlines(figures: readonly FigureKind[]): { metric: Metric; label: string }[] {
  const all = shownIn('terminal', figures);
  return all
    .filter(({ metric }, at) => all.findIndex((one) => one.metric.kind === metric.kind) === at)
    .map(({ metric, words }) => ({ metric, label: words.label }));
}

function numbered({ along, places }: SweepView): Place[] {
  const all = places.map(({ place }) => place);
  const set = all.filter(({ point }) => along?.valueOf(point) !== undefined);
  return set.length > 0 ? set : all;
}

function spreadOut(places: readonly Place[]): Place[] {
  const count = Math.min(MOST_POINTS, places.length);
  const step = count > 1 ? (places.length - 1) / (count - 1) : 0;
  return Array.from({ length: count }, (_, at) => places[Math.round(at * step)] ?? []).flat();
}

/** `RTT 0 → 20 → 100 ms, with 1 event/s (of 5 points)` */
function alongText({ along, places, title }: SweepView, shown: readonly Place[]): string {
  const of = shown.length < places.length ? ` (of ${places.length} points)` : '';
  if (!along) {
    const titles = places.filter(({ place }) => shown.includes(place)).map((one) => one.title ?? '');
    return `${title ?? 'at'}: ${titles.join(' → ')}${of}`;
  }
  const values = shown.map(({ point }) => formatSetting(along.valueOf(point) ?? 0)).join(' → ');
  const fixed = along.fixed === undefined ? '' : `, with ${along.fixed}`;
  const covaries = along.covaries === undefined ? '' : `, ${along.covaries} in step`;
  return `${along.name} ${values} ${along.unit}`.trim() + covaries + fixed + of;
}
