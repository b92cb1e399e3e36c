/** What the terminal shows of a scenario: which columns, and a row for each lane. Pure. */

import type { Result } from '../../contract/result.ts';
import { metricOf } from '../../stats/metrics/metrics.ts';
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
  type Interval,
  quantityOf,
  type Scale,
  scaleFor,
} from '../view/words/format.ts';
import {
  labelsOf,
  laneAt,
  type Place,
  type ScenarioView,
  type SweepView,
  withoutRepeats,
} from '../view/words/places.ts';
import { inSentence } from '../view/words/wording.ts';

type Figure = Result['scenarios'][number]['figures'][number];

interface Column {
  readonly metric: string;
  /** Short: a table fits on a terminal of 100 columns. */
  readonly label: string;
  /** Shown for scenarios with any of these. */
  readonly figures: readonly Figure[];
  /** Left out of a long run. */
  readonly isDetail?: boolean;
}

/** Columns that stand in one table. */
const TABLES: readonly (readonly Column[])[] = [
  [
    { metric: 'latency.p50Us', label: 'latency p50', figures: ['latency', 'tradeoff'] },
    { metric: 'latency.p95Us', label: 'latency p95', figures: ['latency'], isDetail: true },
    { metric: 'latency.p99Us', label: 'latency p99', figures: ['isolation'] },
    { metric: 'server.cpuPerDeliveryUs', label: 'CPU/delivery', figures: ['cpu', 'tradeoff'] },
    { metric: 'server.peakRssBytes', label: 'peak memory', figures: ['isolation'] },
  ],
  [
    { metric: 'wire.framingPerDeliveryBytes', label: 'framing', figures: ['layers'] },
    { metric: 'wire.headsPerDeliveryBytes', label: 'heads', figures: ['layers'] },
    { metric: 'wire.perDeliveryBytes', label: 'bytes/delivery', figures: ['bytes', 'layers', 'tradeoff'] },
    { metric: 'wire.tcpIpPerDeliveryBytes', label: 'with TCP/IP', figures: ['layers'] },
    { metric: 'wire.handshakeBytes', label: 'handshake', figures: ['layers'] },
    { metric: 'server.heapPerClientBytes', label: 'memory/client', figures: ['memory'] },
  ],
  [
    { metric: 'idle.bytesPerClientMinute', label: 'bytes/client·min', figures: ['idle'] },
    { metric: 'idle.segmentsPerClientMinute', label: 'packets/client·min', figures: ['idle'] },
    { metric: 'idle.cpuPerClientMinuteUs', label: 'CPU/client·min', figures: ['idle'] },
  ],
  [
    { metric: 'open.firstEventP50Us', label: 'first event p50', figures: ['connect'] },
    { metric: 'open.firstEventP95Us', label: 'first event p95', figures: ['connect'], isDetail: true },
    { metric: 'open.bytesPerConnection', label: 'bytes to it', figures: ['connect'] },
  ],
  [
    { metric: 'upstream.echoP50Us', label: 'echo p50', figures: ['upstream'] },
    { metric: 'upstream.echoP95Us', label: 'echo p95', figures: ['upstream'] },
    { metric: 'upstream.bytesPerMessage', label: 'bytes/message', figures: ['upstream'] },
  ],
  [
    { metric: 'recovery.firstEventP50Us', label: 'recovery p50', figures: ['recovery'] },
    { metric: 'recovery.firstEventMaxUs', label: 'last client', figures: ['recovery'] },
    { metric: 'recovery.attemptsPerClient', label: 'attempts/client', figures: ['recovery'] },
  ],
  [
    { metric: 'capacity.requestsPerSecond', label: 'polls answered', figures: ['capacity'] },
    { metric: 'capacity.witnessRequestsPerSecond', label: 'by the witness', figures: ['capacity'] },
    { metric: 'capacity.bytesPerRequest', label: 'bytes/poll', figures: ['capacity'] },
  ],
];

const LINE_COLUMNS = 100;
const PERCENTILE = /p\d+Us$/i;

/** A table for each group of columns, at a scenario's only point. */
export function tablesInFull(view: ScenarioView, lanes: readonly LaneLabel[]): string[] {
  return [
    ...view.places.flatMap((place) => groupsOf(view).map((columns) => placeTable(place, columns, lanes))),
    ...kneeTables(view),
    ...gapTables(view),
  ];
}

/** One table for each sweep, where its columns fit; without what is a detail, and without lanes that repeat another. */
export function tablesInShort(all: ScenarioView, lanes: readonly LaneLabel[]): string[] {
  const view = withoutRepeats(all);
  const groups = groupsOf(view).map((columns) => columns.filter(({ isDetail = false }) => !isDetail));
  const [place, ...others] = view.places;
  if (place && others.length === 0) {
    const own = lanes.filter(({ repeats }) => repeats === undefined);
    const table = (intervals: boolean) => (columns: readonly Column[]) => placeTable(place, columns, own, intervals);
    const tables = groups.length === 0 ? [] : [groups.flat()];
    return [
      ...narrowest([tables.map(table(true)), tables.map(table(false)), groups.map(table(true))]),
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
    ...kneeTables(view),
    ...gapTables(view),
  ];
}

function groupsOf({ scenario }: ScenarioView): Column[][] {
  return TABLES.map((columns) =>
    columns.filter(({ figures }) => figures.some((figure) => scenario.figures.includes(figure))),
  ).filter(({ length }) => length > 0);
}

/** The first that fits on the terminal, or the last. */
function narrowest(candidates: readonly string[][]): string[] {
  const fits = (table: string) => table.split('\n').every(({ length }) => length <= LINE_COLUMNS);
  return candidates.find((tables) => tables.every(fits)) ?? candidates.at(-1) ?? [];
}

function placeTable(place: Place, wanted: readonly Column[], lanes: readonly LaneLabel[], hasIntervals = true): string {
  const columns = wanted.map((column) => ({ ...column, scale: scaleIn([place], column) }));
  const rows = lanes.map((label) => {
    const lane = laneAt(place, label);
    const rounds = Math.max(0, ...columns.map(({ metric }) => lane?.estimates.get(metric)?.rounds ?? 0));
    if (!lane || rounds === 0) return [label.title, 'not measured'];
    const texts = columns.map(({ metric, scale }) => {
      const estimate = lane.estimates.get(metric);
      const isExact = metricOf(metric).spread === 'range' || !hasIntervals;
      if (!estimate) return PERCENTILE.test(metric) ? 'n too small' : 'not known';
      // Bytes hardly differ between rounds; the page has their ranges.
      return isExact ? formatInterval(estimate, scale).value : text(estimate, scale);
    });
    return [label.title, ...texts, String(rounds)];
  });
  return align([['', ...columns.map(({ label, scale }) => headed(label, scale)), 'rounds'], ...rows]);
}

/** `0.91 [0.85, 0.98]` */
function text(interval: Interval, scale: Scale): string {
  const { value, interval: bounds } = formatInterval(interval, scale);
  return bounds ? `${value} ${bounds}` : value;
}

/** A row for each lane: its values at the ends of the sweep, and between them as many as are wanted. */
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
  const columns = wanted.map((column) => ({ ...column, scale: scaleIn(all, column) }));
  const rows = labelsOf(sweep.places.flatMap(({ place }) => place.lanes)).map((label) => {
    // A lane that lacks the points of the others is shown where it was measured.
    const own = shown.some((place) => laneAt(place, label))
      ? shown
      : spreadOut(
          sweep.places.map(({ place }) => place).filter((place) => laneAt(place, label)),
          shown.length,
        );
    const texts = columns.map(({ metric, scale }) => {
      const format = metricOf(metric).spread === 'range' ? formatExact : formatNumber;
      const values = own.map((place) => laneAt(place, label)?.estimates.get(metric)?.value);
      if (values.every((value) => value === undefined)) return '–';
      return values.map((value) => (value === undefined ? '–' : format(value / scale.factor))).join(' → ');
    });
    return [label.title, ...texts];
  });
  return [['', ...columns.map(({ label, scale }) => headed(label, scale))], ...rows];
}

/** Those with a number, where what is varied has any. */
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

/** Of each lane that parks polls, a row for each setting. */
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

function scaleIn(places: readonly Place[], { metric }: Column): Scale {
  const values = places.flatMap(({ lanes }) => lanes.flatMap(({ estimates }) => estimates.get(metric)?.value ?? []));
  return scaleFor(quantityOf(metricOf(metric)), values);
}

/** Columns of equal width, two spaces apart. */
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
