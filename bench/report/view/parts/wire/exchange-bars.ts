/** Pure: the bytes of one event on its way to one client, and of a poll that brings none, by direction and layer. */

import type { CompletedCell } from '../../../../contract/result.ts';
import { meanOf } from '../../../../stats/inference/mean.ts';
import { chartedIn, headlineOf } from '../../../../stats/metrics/metrics.ts';
import { DIRECTIONS, type Direction, deliveryOf } from '../../findings/delivery.ts';
import type { LaneLabel, Prose, Table, TableCell } from '../../page-model.ts';
import type { Anchors } from '../../words/anchors.ts';
import { formatCount, formatExact, formatNumber, formatSetting } from '../../words/format.ts';
import type { LaneAtPlace, Place, ScenarioView } from '../../words/places.ts';
import { isRefused, UNCITABLE_MARK } from '../../words/standing.ts';

/** What bars are made of, from the axis outwards. */
export const BAR_LAYERS = ['event', 'framing', 'head', 'tls', 'packets'] as const;

export type BarLayer = (typeof BAR_LAYERS)[number];

/** Bytes. */
export type BarBytes = Readonly<Record<Direction, Readonly<Record<BarLayer, number>>>>;

export interface ExchangeBar {
  readonly lane: LaneLabel;
  /** `with an event`; empty where every message is one. */
  readonly what: string;
  readonly isEmpty: boolean;
  /** That one message or answer carries, on average; 0 of a poll that brings none. */
  readonly events: number;
  readonly says: string;
  readonly bytes: BarBytes;
  readonly total: number;
  /** Why its figure may not be cited; undefined where it may. */
  readonly refusal: string | undefined;
}

/** Settings that a reader is likely to have in mind; a run without them is shown at what comes nearest. */
const USUAL = { payloadBytes: 128, headers: 'browser' } as const;
/** Bytes per delivery with TCP/IP. */
export const PACKETS = chartedIn('layers').find(({ kind }) => kind === 'packets') ?? headlineOf('bytes');

/** Where one client was read along with as a whole, if there is such a place. */
export function shownPlace(views: readonly ScenarioView[]): { view: ScenarioView; place: Place } | undefined {
  const found = views.flatMap((view) =>
    view.places.flatMap((place) => {
      const hasBars = view.scenario.figures.includes('layers') && barsOf(place).some(({ isEmpty }) => !isEmpty);
      return hasBars ? { view, place, distance: distanceOf(place) } : [];
    }),
  );
  return found.sort((a, b) => a.distance - b.distance)[0];
}

function distanceOf({ point: { clients, payloadBytes, headers } }: Place): number {
  return (
    Math.abs(Math.log2(payloadBytes / USUAL.payloadBytes)) * 10 +
    (headers === USUAL.headers ? 0 : 5) +
    Math.min(1, Math.log10(clients))
  );
}

/** More than these in an answer are not one event with some luck. */
const MOST_EVENTS = 2;

/** From few bytes to many; a poll that brings none follows the one that does. */
export function barsOf({ lanes }: Place): ExchangeBar[] {
  const all = lanes.filter(({ label }) => label.duplicateOf === undefined).flatMap(laneBars);
  const isOne = ({ events, isEmpty }: ExchangeBar) => !isEmpty && events <= MOST_EVENTS;
  // An answer full of events would set the scale, and is shown where its transport has no other.
  const hasOne = ({ hue }: LaneLabel) => all.some((bar) => isOne(bar) && bar.lane.hue === hue);
  const bars = all.filter((bar) => bar.isEmpty || isOne(bar) || !hasOne(bar.lane));
  const whole = new Map(bars.flatMap((bar) => (bar.isEmpty ? [] : [[bar.lane.index, bar.total] as const])));
  const rank = ({ lane, total }: ExchangeBar) => whole.get(lane.index) ?? total;
  return bars.sort((a, b) => rank(a) - rank(b) || a.lane.index - b.lane.index || +a.isEmpty - +b.isEmpty);
}

function laneBars(lane: LaneAtPlace): ExchangeBar[] {
  const { label, valid, estimates } = lane;
  const standing = estimates.get(PACKETS.id) ?? estimates.get(headlineOf('bytes').id);
  const refusal = standing && isRefused(standing) ? standing.standing.reasons.join(' ') : undefined;
  const bar = (of: typeof eventBytes, events: number, what: string, says: string): ExchangeBar[] => {
    const bytes = meanBytes(valid.flatMap((cell) => of(cell) ?? []));
    const isEmpty = events === 0;
    return bytes
      ? [{ lane: label, what, isEmpty, events, says: saysText(says, bytes), bytes, total: totalOf(bytes), refusal }]
      : [];
  };
  const each = meanOrUndefined(valid.flatMap((cell) => eventsPerAnswer(cell) ?? []));
  if (each === undefined) return bar(eventBytes, 1, '', 'one message');
  // A lane at two poll intervals says in its title how many events a poll brings.
  const isSingle = each < MOST_EVENTS || label.title.endsWith('a poll');
  const empty = bar(emptyBytes, 0, 'nothing new', 'ask, answer');
  const what = !isSingle ? `with ${formatSetting(each)} events` : empty.length > 0 ? 'with an event' : '';
  return [...bar(eventBytes, each, what, 'ask, answer'), ...empty];
}

/** `one message, framing 4 B`; `ask, answer, heads 695 B` */
function saysText(who: string, { up, down }: BarBytes): string {
  const heads = up.head + down.head;
  const [name, bytes] = heads > 0 ? ['heads', heads] : ['framing', up.framing + down.framing];
  return `${who}, ${name} ${formatCount(Number(bytes))}\u00a0B`;
}

/** Of an answer that brings any; undefined where nothing is asked. */
export function eventsPerAnswer({ wire: { ledger } }: CompletedCell): number | undefined {
  if (!ledger) return undefined;
  const { events, cycles, emptyCycles } = ledger.window;
  const answers = cycles.count - emptyCycles.count;
  return answers > 0 ? events / answers : undefined;
}

function eventBytes(cell: CompletedCell): BarBytes | undefined {
  const delivery = deliveryOf(cell);
  if (!delivery) return undefined;
  const events = eventsPerAnswer(cell) ?? 1;
  const packets = packetBytes(cell);
  const of = (direction: Direction) => {
    const { payload, framing, chunking, control, requestHead, responseHead, tls } = delivery[direction];
    const layers = { event: payload, framing: framing + chunking + control, head: requestHead + responseHead, tls };
    const scaled = Object.entries(layers).map(([layer, bytes]) => [layer, bytes * events] as const);
    return { ...(Object.fromEntries(scaled) as Record<BarLayer, number>), packets: packets[direction] };
  };
  return { up: of('up'), down: of('down') };
}

function emptyBytes(cell: CompletedCell): BarBytes | undefined {
  const cycles = cell.wire.ledger?.window.emptyCycles;
  if (!cycles || cycles.count === 0) return undefined;
  const packets = packetBytes(cell);
  const of = (direction: Direction) => {
    const head = cycles[`${direction}Bytes`] / cycles.count;
    return { event: 0, framing: 0, head, tls: 0, packets: packets[direction] };
  };
  return { up: of('up'), down: of('down') };
}

/** Headers of the packets of one message or one poll, acknowledgements too: of all polls alike, with an event or without. */
function packetBytes({ wire: { packets, ledger, windowDeliveries } }: CompletedCell): Record<Direction, number> {
  if (!packets || !ledger || windowDeliveries === 0 || ledger.window.events === 0) return { up: 0, down: 0 };
  const { events, cycles } = ledger.window;
  const exchanges = cycles.count > 0 ? windowDeliveries * (cycles.count / events) : windowDeliveries;
  const of = (segments: number) => (segments * packets.headerBytesPerSegment) / exchanges;
  return { up: of(packets.receivedSegments), down: of(packets.sentSegments) };
}

function meanBytes(all: readonly BarBytes[]): BarBytes | undefined {
  if (all.length === 0) return undefined;
  const of = (direction: Direction) =>
    Object.fromEntries(
      BAR_LAYERS.map((layer) => [layer, meanOf(all.map((bytes) => bytes[direction][layer])).value]),
    ) as Record<BarLayer, number>;
  return { up: of('up'), down: of('down') };
}

function meanOrUndefined(values: readonly number[]): number | undefined {
  return values.length > 0 ? meanOf(values).value : undefined;
}

export function sideOf(bytes: BarBytes, direction: Direction): number {
  return BAR_LAYERS.reduce((sum, layer) => sum + bytes[direction][layer], 0);
}

function totalOf(bytes: BarBytes): number {
  return sideOf(bytes, 'up') + sideOf(bytes, 'down');
}

/** `For an event of 128 B WebSocket adds 108 B (4 B of that are framing) and Polling 850 B, 7.87 times as much …` */
export function barsText(bars: readonly ExchangeBar[]): Prose {
  const extra = ({ bytes, total, events }: ExchangeBar) => (total - bytes.down.event - bytes.up.event) / events;
  const whole = bars.filter(({ isEmpty }) => !isEmpty).sort((a, b) => extra(a) - extra(b));
  const least = whole.find(({ lane }) => lane.isReference) ?? whole[0];
  const most = whole.at(-1);
  if (!least || !most) return [];
  const partOf = ({ bytes, events }: ExchangeBar, layer: BarLayer, name: string) => {
    const each = (bytes.up[layer] + bytes.down[layer]) / events;
    return each > 0 ? ` (${formatCount(each)}\u00a0B of that are ${name})` : '';
  };
  const empty = bars.find(({ isEmpty }) => isEmpty);
  return [
    `For an event of ${formatCount(least.bytes.down.event / least.events)}\u00a0B `,
    { strong: least.lane.title },
    ` adds ${formatCount(extra(least))}\u00a0B${partOf(least, 'framing', 'framing')}`,
    ...(most === least
      ? []
      : [
          ' and ',
          { strong: most.lane.title },
          ` ${formatCount(extra(most))}\u00a0B, ${formatNumber(extra(most) / extra(least))} times as much`,
          partOf(most, 'head', 'HTTP heads'),
        ]),
    '.',
    ...(empty ? [` A poll that brings nothing costs ${formatCount(empty.total)}\u00a0B.`] : []),
  ];
}

const COLUMNS: Readonly<Record<BarLayer, string>> = {
  event: 'Event',
  framing: 'Framing',
  head: 'HTTP head',
  tls: 'TLS',
  packets: 'TCP/IP',
};

export function barsTable(bars: readonly ExchangeBar[], { point }: Place, anchors: Anchors): Table {
  const columns = DIRECTIONS.toReversed().flatMap((direction) =>
    BAR_LAYERS.filter((layer) => bars.some(({ bytes }) => bytes[direction][layer] > 0)).map((layer) => ({
      label: `${COLUMNS[layer]} ${direction}`,
      of: ({ bytes }: ExchangeBar) => bytes[direction][layer],
    })),
  );
  return {
    id: anchors.take('wire bars table'),
    title: 'The same in numbers',
    definition:
      `Bytes of one message, or of one request and its answer, for events of ${formatCount(point.payloadBytes)} B. Framing is all ` +
      'that a protocol puts around an event within an open connection. Up is from client to server.',
    columns: [
      { label: 'Lane', numeric: false },
      ...[...columns.map(({ label }) => label), 'Sum'].map((label) => ({ label, unit: 'B', numeric: true })),
    ],
    rows: bars.map((bar) => ({
      header: [bar.lane.title, bar.what].filter(Boolean).join(', '),
      lane: bar.lane,
      cells: [
        ...columns.map(({ of }): TableCell => ({ text: formatExact(of(bar)) })),
        { text: formatExact(bar.total), ...(bar.refusal !== undefined && { refusal: bar.refusal }) },
      ],
    })),
    folded: `${formatCount(bars.length)} rows`,
  };
}

/** `236 B`, with the mark of a figure that may not be cited. */
export function totalText({ total, refusal }: ExchangeBar): string {
  return `${formatCount(total)}\u00a0B${refusal === undefined ? '' : UNCITABLE_MARK}`;
}
