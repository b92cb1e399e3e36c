/** What the terminal shows of a scenario: which columns, and a row for each lane. Pure. */

import { type FigureKind, type Metric, shownIn } from '../../stats/metrics/metrics.ts';
import { kneeTexts, limitText } from '../view/figures/knee-figure.ts';
import { byRoundTrip, eventsPerRoundTrip, expectedText, LONGEST, PERCENTILES, SHARE } from '../view/findings/gap.ts';
import { kneesOf } from '../view/findings/knee.ts';
import type { LaneLabel } from '../view/page-model.ts';
import { lanesOf } from '../view/tables/lane-table.ts';
import {
  formatExact,
  formatInterval,
  formatNumber,
  formatSetting,
  headed,
  intervalText,
} from '../view/words/format.ts';
import {
  labelsOf,
  laneAt,
  type Place,
  type ScenarioView,
  type SweepView,
  scaleIn,
  withoutDuplicates,
} from '../view/words/places.ts';
import { isRefused, markLegend, UNCITABLE_MARK } from '../view/words/standing.ts';
import { inSentence } from '../view/words/wording.ts';

type Apart = NonNullable<Metric['shown']['terminal']>['apart'];

export interface Column {
  readonly metric: Metric;
  readonly label: string;
  readonly isDetail: boolean;
  readonly apart: Apart | undefined;
}

/** Figures whose metrics stand in one table; the others have tables of their own. */
const TABLES: readonly (readonly FigureKind[])[] = [
  ['latency', 'cpu', 'isolation'],
  ['bytes', 'layers', 'memory'],
  ['idle'],
  ['connect'],
  ['upstream'],
  ['recovery'],
  ['capacity'],
];

/** The width of a terminal that tables and sentences are to fit. */
export const LINE_COLUMNS = 100;

export function tablesInFull(view: ScenarioView, lanes: readonly LaneLabel[]): string[] {
  return [
    ...view.places.flatMap((place) => [
      ...groupsOf(view).map((columns) => placeTable(place, columns, lanes)),
      ...apartTables(place, apartOf(view), lanes),
    ]),
    ...kneeTables(view),
    ...gapTables(view),
  ];
}

/** One table for each sweep, where its columns fit; without details and duplicates. */
export function tablesInShort(all: ScenarioView, lanes: readonly LaneLabel[]): string[] {
  const view = withoutDuplicates(all);
  const groups = withoutDetails(groupsOf(view));
  const [place, ...others] = view.places;
  if (place && others.length === 0) {
    const own = lanes.filter(({ duplicateOf }) => duplicateOf === undefined);
    const table = (intervals: boolean) => (columns: readonly Column[]) => placeTable(place, columns, own, intervals);
    const tables = groups.length === 0 ? [] : [groups.flat()];
    return [
      ...narrowest([tables.map(table(true)), tables.map(table(false)), groups.map(table(true))]),
      ...apartTables(place, withoutDetails(apartOf(view)), own),
      ...kneeTables(view),
      ...gapTables(view),
    ];
  }
  const sweeps = groups.length === 0 ? [] : view.sweeps;
  return [
    ...sweeps.flatMap((sweep) =>
      narrowest(
        [3, 2].flatMap((most) =>
          [[groups.flat()], groups].map((tables) => tables.map((columns) => sweepTable(sweep, columns, view, most))),
        ),
      ),
    ),
    ...view.sweeps.flatMap((sweep) =>
      withoutDetails(apartOf(view)).flatMap((columns) => apartSweepTable(sweep, columns, view)),
    ),
    ...kneeTables(view),
    ...gapTables(view),
  ];
}

export function withoutDetails(groups: readonly Column[][]): Column[][] {
  return groups.map((columns) => columns.filter(({ isDetail }) => !isDetail)).filter(({ length }) => length > 0);
}

function columnsOf({ scenario }: ScenarioView): Column[] {
  return shownIn('terminal', scenario.figures).map(({ metric, words: { label, isDetail = false, apart } }) => ({
    metric,
    label,
    isDetail,
    apart,
  }));
}

/** Columns that hold for some lanes alone, as those of polls do. */
export function apartOf(view: ScenarioView): Column[][] {
  const columns = columnsOf(view);
  const groups = (['polls', 'parts', 'floor'] as const).map((name) => columns.filter(({ apart }) => apart === name));
  return groups.filter(({ length }) => length > 0);
}

/** Of the lanes and columns that have a value. */
export function apartTables(place: Place, groups: readonly Column[][], lanes: readonly LaneLabel[]): string[] {
  return groups.flatMap((all) => {
    const has = (label: LaneLabel, { metric }: Column) => laneAt(place, label)?.estimates.has(metric.id) === true;
    const columns = all.filter((column) => lanes.some((label) => has(label, column)));
    const rows = lanes.filter((label) => columns.some((column) => has(label, column)));
    if (rows.length === 0) return [];
    return narrowest([true, false].map((hasIntervals) => [placeTable(place, columns, rows, hasIntervals)]));
  });
}

function apartSweepTable(sweep: SweepView, all: readonly Column[], view: ScenarioView): string[] {
  const lanes = sweep.places.flatMap(({ place }) => place.lanes);
  const isTold = ({ metric }: Column) => lanes.some(({ estimates }) => estimates.has(metric.id));
  const columns = all.filter(isTold);
  if (columns.length === 0) return [];
  const own = lanes.filter(({ estimates }) => columns.some(({ metric }) => estimates.has(metric.id)));
  const labels = new Set(labelsOf(own).map(({ index }) => index));
  const of = (place: Place): Place => ({ ...place, lanes: place.lanes.filter(({ label }) => labels.has(label.index)) });
  const places = sweep.places.map((one) => ({ ...one, place: of(one.place) }));
  return narrowest([3, 2].map((most) => [sweepTable({ ...sweep, places }, columns, view, most)]));
}

function groupsOf(view: ScenarioView): Column[][] {
  const columns = columnsOf(view).filter(({ apart }) => apart === undefined);
  const isIn = (figures: readonly FigureKind[], [own]: readonly FigureKind[]) =>
    own !== undefined && figures.includes(own);
  return TABLES.map((figures) => columns.filter(({ metric: { shown } }) => isIn(figures, shown.figures))).filter(
    ({ length }) => length > 0,
  );
}

/** Why figures of its tables have the mark; nothing where none has. */
export function legendOf(view: ScenarioView, isInShort: boolean): string[] {
  return legendOfColumns(
    view,
    columnsOf(view).filter(({ isDetail }) => !(isInShort && isDetail)),
  );
}

/** What labels of these columns leave open, and why figures have the mark. */
export function legendOfColumns(view: ScenarioView, shown: readonly Column[]): string[] {
  const estimates = view.places.flatMap(({ lanes }) =>
    lanes.flatMap((lane) => shown.flatMap(({ metric }) => lane.estimates.get(metric.id) ?? [])),
  );
  const notes = shown.flatMap(({ metric: { id, shown } }) =>
    estimates.some(({ metric }) => metric === id) ? (shown.terminal?.note ?? []) : [],
  );
  return [...notes, ...usualSilence(view), ...[markLegend(estimates) ?? []].flat()];
}

/**
 * `Bytes/client·min at the keep-alives that lanes have by themselves: Server-Sent Events 32 B; …`: of those that were given another
 * period.
 */
function usualSilence({ places }: ScenarioView): string[] {
  const values = lanesOf({ places }).flatMap(({ label, estimates }) => {
    const [measured, usual] = SILENCE.map((id) => estimates.get(id)?.value);
    if (measured === undefined || usual === undefined || measured === usual) return [];
    return `${label.title} ${formatExact(usual)} B`;
  });
  return values.length === 0
    ? []
    : [`Bytes/client·min at the keep-alives that lanes have by themselves: ${values.join('; ')}.`];
}

/** As measured, and for the periods that lanes have by themselves. */
const SILENCE = ['idle.bytesPerClientMinute', 'idle.bytesPerClientMinuteAtDefault'];

export function narrowest(candidates: readonly string[][]): string[] {
  const fits = (table: string) => table.split('\n').every(({ length }) => length <= LINE_COLUMNS);
  return candidates.find((tables) => tables.every(fits)) ?? candidates.at(-1) ?? [];
}

export function placeTable(
  place: Place,
  wanted: readonly Column[],
  lanes: readonly LaneLabel[],
  hasIntervals = true,
): string {
  const columns = wanted.map((column) => ({ ...column, scale: scaleIn(place.lanes, [column.metric]) }));
  const rows = lanes.map((label) => {
    const lane = laneAt(place, label);
    const rounds = Math.max(0, ...columns.map(({ metric }) => lane?.estimates.get(metric.id)?.rounds ?? 0));
    if (!lane || rounds === 0) return [label.title, 'not measured'];
    const texts = columns.map(({ metric, scale }) => {
      const estimate = lane.estimates.get(metric.id);
      if (!estimate) return metric.isPercentile ? 'n too small' : 'not known';
      const mark = isRefused(estimate) ? UNCITABLE_MARK : '';
      // Bytes hardly differ between rounds; the page has their ranges.
      if (metric.spread === 'range') return formatInterval(estimate, scale).value + mark;
      if (!hasIntervals) return formatNumber(estimate.value / scale.factor) + mark;
      return intervalText(formatInterval(estimate, scale)) + mark;
    });
    return [label.title, ...texts, String(rounds)];
  });
  return align([['', ...columns.map(({ label, scale }) => headed(label, scale)), 'rounds'], ...rows]);
}

function sweepTable(sweep: SweepView, wanted: readonly Column[], { places }: ScenarioView, most: number): string {
  const shown = spreadOut(set(sweep), most);
  return `${whereText(sweep, shown)}\n${align(sweepRows(sweep, shown, wanted, places))}`;
}

function sweepRows(
  sweep: SweepView,
  shown: readonly Place[],
  wanted: readonly Column[],
  all: readonly Place[],
): string[][] {
  const columns = wanted.map((column) => ({ ...column, scale: scaleIn(lanesOf({ places: all }), [column.metric]) }));
  const rows = labelsOf(sweep.places.flatMap(({ place }) => place.lanes)).map((label) => {
    // A lane that lacks the points of the others is shown where it was measured.
    const own = shown.some((place) => laneAt(place, label))
      ? shown
      : spreadOut(
          sweep.places.map(({ place }) => place).filter((place) => laneAt(place, label)),
          shown.length,
        );
    const texts = columns.map(({ metric, scale }) => {
      const format = metric.spread === 'range' ? formatExact : formatNumber;
      const found = own.map((place) => laneAt(place, label)?.estimates.get(metric.id));
      if (found.every((estimate) => estimate === undefined)) return '–';
      return found
        .map((estimate) => {
          if (!estimate) return '–';
          return `${format(estimate.value / scale.factor)}${isRefused(estimate) ? UNCITABLE_MARK : ''}`;
        })
        .join(' → ');
    });
    return [label.title, ...texts];
  });
  return [['', ...columns.map(({ label, scale }) => headed(label, scale))], ...rows];
}

function set({ along, places }: SweepView): Place[] {
  const all = places.map(({ place }) => place);
  const numbered = all.filter(({ point }) => along?.valueOf(point) !== undefined);
  return numbered.length > 0 ? numbered : all;
}

/** The first, the last and as many between them as are wanted, evenly. */
function spreadOut(places: readonly Place[], most: number): Place[] {
  const count = Math.min(most, places.length);
  return Array.from({ length: count }, (_, at) =>
    count === 1 ? 0 : Math.round((at * (places.length - 1)) / (count - 1)),
  ).flatMap((at) => places[at] ?? []);
}

/** `RTT 0 → 20 → 100 ms, with 1 event/s; polled every 5,000 ms at RTT 100 ms (of 5 points)` */
function whereText({ along, places, title }: SweepView, shown: readonly Place[]): string {
  const of = shown.length < places.length ? ` (of ${places.length} points)` : '';
  if (!along) return `${title ?? 'at'}: ${places.map((one) => one.title ?? '').join(' → ')}`;
  const values = shown.map(({ point }) => formatSetting(along.valueOf(point) ?? 0)).join(' → ');
  const fixed = along.fixed === undefined ? '' : `, with ${along.fixed}`;
  const covaries = along.covaries === undefined ? '' : `, ${along.covaries} in step`;
  const partiallySet = along.partiallySet === undefined ? '' : `; ${along.partiallySet}`;
  return `${along.name} ${values} ${along.unit}`.trim() + covaries + fixed + partiallySet + of;
}

function kneeTables(view: ScenarioView): string[] {
  if (!view.scenario.figures.includes('knee')) return [];
  const limit = limitText(view)?.replaceAll('\u00a0', ' ');
  return kneesOf(view).map(({ fixed, knees }) =>
    align([
      [fixed ?? '', `keeps ${limit} up to`, 'not at', 'what gave out'],
      ...knees.map((knee) => [knee.label.title, ...kneeTexts(knee).map((one) => one.text)]),
    ]),
  );
}

function gapTables({ scenario, places }: ScenarioView): string[] {
  if (!scenario.figures.includes('gap')) return [];
  const latencies = [...PERCENTILES.slice(0, 1), LONGEST];
  return labelsOf(lanesOf({ places })).flatMap((label) => {
    const rows = byRoundTrip(places).flatMap((place) => {
      const lane = laneAt(place, label);
      const events = eventsPerRoundTrip(place.point);
      if (!lane || events === undefined || !SHARE.estimate(lane, place)) return [];
      const [share = '', ...others] = [SHARE, ...latencies].map(({ estimate, scale }) => {
        const interval = estimate(lane, place);
        return interval ? formatInterval(interval, scale).value : 'not known';
      });
      return [[place.varied ?? '', formatSetting(events), share, expectedText(events), ...others]];
    });
    const heads = ['rate × RTT', headed(inSentence(SHARE.label), SHARE.scale), 'expected'];
    const others = latencies.map((one) => headed(inSentence(one.label), one.scale));
    return rows.length === 0 ? [] : [align([[label.title, ...heads, ...others], ...rows])];
  });
}

export function align(rows: readonly (readonly string[])[]): string {
  const widths = rows.reduce<number[]>((widest, row) => {
    row.forEach((text, column) => {
      widest[column] = Math.max(widest[column] ?? 0, text.length);
    });
    return widest;
  }, []);
  return rows
    .map((row) =>
      row
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
