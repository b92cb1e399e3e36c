/** Pure: what the formulas take from a run. Lanes of which the run does not say enough are named, with what it would take. */

import type { Layer, LedgerCount } from '../../../contract/ledger.ts';
import type { Cell, CompletedCell, Result } from '../../../contract/result.ts';
import { QUOTED } from '../../../stats/metrics/quoted.ts';
import { isValid } from '../../../stats/metrics/valid.ts';
import type { Missing } from '../page-model.ts';
import { quoteOf, type Report } from '../words/quotes.ts';
import { type Constants, digits, framingOf, type LaneConstants } from './formulas.ts';

type Lane = Result['lanes'][number];
type Ledger = Pick<LedgerCount, 'up' | 'down' | 'cycles' | 'emptyCycles' | 'events'>;

export interface RunConstants extends Constants {
  /** By lane, the cells that its constants were read off: at their points the formulas give what was measured. */
  readonly sources: ReadonlyMap<string, readonly CompletedCell[]>;
  /** Titles of lanes without constants. */
  readonly missing: readonly string[];
  /** Whether minutes without events were measured: without them, keep-alives take nothing. */
  readonly isSilenceMeasured: boolean;
  /** Whether a lane over TLS tells what a record adds; else it is what RFC 8446 says. */
  readonly isTlsMeasured: boolean;
}

/** IPv4 and TCP with timestamps. */
const HEADER_BYTES = 52;
/** Head, type and tag: RFC 8446, section 5.2. */
const TLS_RECORD_BYTES = 22;
const COMMON_PAYLOAD_BYTES = 128;
const SILENCE = QUOTED.silence;

export function constantsOf(report: Report): RunConstants {
  const { result } = report;
  const cells = result.cells.filter((cell) => isDelivering(result, cell)).filter(isValid);
  const emptyAnswerBytes = cells.map(emptyAnswerOf).find((bytes) => bytes !== undefined);
  const candidates = result.lanes.filter(({ duplicateOf }) => duplicateOf === undefined);
  const read = candidates.flatMap((lane) => {
    const sources = sourcesOf(cells.filter((cell) => cell.lane === lane.id));
    const constants = laneOf(report, lane, sources, emptyAnswerBytes);
    return constants ? [{ lane, sources, constants }] : [];
  });
  // An event that is pushed is one record; how many a poll's answer takes, only its server knows.
  const pushedFirst = [...read].sort((a, b) => Number(Boolean(a.constants.polls)) - Number(Boolean(b.constants.polls)));
  const overTls = pushedFirst.flatMap(({ sources }) => tlsRecordOf(sources[0]) ?? []);
  const heads = read.flatMap(({ constants: { polls } }) => (polls ? [Object.keys(polls.requestHeadBytes)] : []));
  const profiles = new Set(read.flatMap(({ sources }) => sources.map(({ point }) => point.headers)));
  return {
    lanes: read.map(({ constants }) => constants),
    profiles: [...profiles].filter((profile) => heads.every((known) => known.includes(profile))),
    headerBytes: cells.find(({ wire }) => wire.packets)?.wire.packets?.headerBytesPerSegment ?? HEADER_BYTES,
    tlsRecordBytes: overTls[0] ?? TLS_RECORD_BYTES,
    isSilenceMeasured: result.estimates.some(({ metric }) => metric === SILENCE),
    isTlsMeasured: overTls.length > 0,
    sources: new Map(read.map(({ lane, sources }) => [lane.id, sources])),
    missing: candidates.filter((lane) => read.every((one) => one.lane !== lane)).map(({ title }) => title),
  };
}

/** What stands in place of all that the formulas say. */
export const NO_CONSTANTS: Missing = {
  text: 'Not computed: the formulas take their constants from bytes by layer, which this run has not.',
  command: 'npm run bench -- --scenarios fanout,anatomy,idle',
};

/** Without the control, and without lanes that differ from another one in an option, where the run has that. */
export function comparedLanes({ result }: Report, { lanes, sources }: RunConstants): LaneConstants[] {
  return lanes.filter(({ id }) => {
    const original = result.lanes.find((lane) => lane.id === id)?.variantOf;
    const isControl = sources.get(id)?.[0]?.url.startsWith('tcp:');
    return !isControl && (original === undefined || !sources.has(original));
  });
}

/** What a formula can say of a cell: events to clients that stay, as they are, each on a connection of its own. */
export function isDelivering({ scenarios, lanes }: Pick<Result, 'scenarios' | 'lanes'>, cell: Cell): boolean {
  const { messagesPerSecond, stalledClients } = cell.point;
  if (cell.state !== 'completed' || messagesPerSecond !== undefined || stalledClients !== undefined) return false;
  const { compression = 'none', encoding = 'text', over = 'http', connections = 'own' } = cell.options;
  const isPlain = compression === 'none' && encoding === 'text' && over !== 'h2' && connections === 'own';
  const isShared = lanes.some(({ id, sharesConnection }) => id === cell.lane && sharesConnection);
  const scenario = scenarios.find(({ id }) => id === cell.scenario);
  return isPlain && !isShared && scenario?.procedure === 'deliver';
}

/** For each header profile the cell with events that the ledger read most of, at the payload nearest to the common one. */
function sourcesOf(cells: readonly CompletedCell[]): CompletedCell[] {
  const readable = cells.filter(({ wire }) => wire.ledger && wire.ledger.window.events > 0);
  const distance = ({ point, wire: { ledger } }: CompletedCell) =>
    Math.abs(Math.log(point.payloadBytes / COMMON_PAYLOAD_BYTES)) - (ledger?.clients === point.clients ? 100 : 0);
  const best = new Map<string, CompletedCell>();
  for (const cell of [...readable].sort((a, b) => distance(a) - distance(b))) {
    if (!best.has(cell.point.headers)) best.set(cell.point.headers, cell);
  }
  return [...best.values()];
}

function laneOf(
  report: Report,
  { id, title, polls: polled, idlePeriodMs }: Lane,
  sources: readonly CompletedCell[],
  emptyAnswerBytes: number | undefined,
): LaneConstants | undefined {
  const way = polled ?? 'pushed';
  const [source] = sources;
  const window = source?.wire.ledger?.window;
  if (!source || !window) return undefined;
  const { payloadBytes } = source.point;
  const perEvent = (layer: Layer) => (window.up[layer] + window.down[layer]) / window.events;
  const rule = /^wss?:/.test(source.url) ? 'frames' : perEvent('chunking') > 0 ? 'chunked' : 'lines';
  const bare: LaneConstants = { id, title, way, rule, framingBytes: 0, packets: packetsOf(source, way) };
  // The length of a chunk is that of the fields and the payload in it.
  const ruled = rule === 'chunked' ? digits(payloadBytes + perEvent('framing'), 16) : framingOf(bare, payloadBytes);
  const framingBytes = perEvent('framing') + perEvent('chunking') - ruled;
  const ownUs = ownUsOf(report, id, way);
  const kept = keepAliveOf(report, id, idlePeriodMs);
  const lane = { ...bare, framingBytes, ...(ownUs !== undefined && { ownUs }), ...(kept && { keepAlive: kept }) };
  if (way === 'pushed') return lane;
  const polls = headsOf(sources, framingOf(lane, payloadBytes), emptyAnswerBytes);
  return polls && { ...lane, polls };
}

/** Heads of polls that brought events, by header profile: what their exchanges have besides events. */
function headsOf(
  sources: readonly CompletedCell[],
  framingBytes: number,
  emptyAnswerBytes: number | undefined,
): LaneConstants['polls'] {
  const answers = sources.flatMap(({ point, wire: { ledger } }) => {
    const full = ledger && fullCycles(ledger.window);
    if (!full || full.count === 0) return [];
    const body = (ledger.window.events / full.count) * (point.payloadBytes + framingBytes);
    return [{ headers: point.headers, requestHeadBytes: full.up, answerHeadBytes: full.down - body - digits(body) }];
  });
  const [first] = answers;
  if (!first) return undefined;
  const own = sources.map(emptyAnswerOf).find((bytes) => bytes !== undefined);
  return {
    requestHeadBytes: Object.fromEntries(answers.map(({ headers, requestHeadBytes }) => [headers, requestHeadBytes])),
    answerHeadBytes: first.answerHeadBytes,
    emptyAnswerBytes: own ?? emptyAnswerBytes ?? first.answerHeadBytes,
  };
}

/** Bytes of an exchange that brought events, by direction. */
function fullCycles({ cycles, emptyCycles }: Ledger) {
  const count = cycles.count - emptyCycles.count;
  const each = (of: 'upBytes' | 'downBytes') => (cycles[of] - emptyCycles[of]) / count;
  return { count, up: each('upBytes'), down: each('downBytes') };
}

function emptyAnswerOf({ wire: { ledger } }: CompletedCell): number | undefined {
  const { count = 0, downBytes = 0 } = ledger?.window.emptyCycles ?? {};
  return count > 0 ? downBytes / count : undefined;
}

/** Whole packets: what some exchanges have more or less is of their moment. */
function packetsOf({ wire: { packets, windowDeliveries }, polls }: CompletedCell, way: LaneConstants['way']): number {
  const usual = way === 'pushed' ? 2 : 3;
  const exchanges = polls?.answered ?? windowDeliveries;
  return packets ? Math.round((packets.sentSegments + packets.receivedSegments) / exchanges) : usual;
}

/** B of a record of which an exchange has one each way, or of the one that an event is; undefined without TLS. */
function tlsRecordOf(source: CompletedCell | undefined): number | undefined {
  const { ledger } = source?.wire ?? {};
  if (!ledger || !source?.options['over'] || source.options['over'] === 'http') return undefined;
  const { up, down, events, cycles } = ledger.window;
  return (up.tls + down.tls) / (cycles.count > 0 ? 2 * cycles.count : events);
}

/** The median of one client that nothing stands between; of timed polls what comes before and after the wait, on average. */
function ownUsOf(report: Report, lane: string, way: LaneConstants['way']): number | undefined {
  if (way !== 'timed') {
    const at = ({ clients, rttMs }: Cell['point']) => clients === 1 && rttMs === undefined;
    return quoteOf(report, { metric: QUOTED.p50, lane, at })?.estimate.value;
  }
  const at = ({ rttMs }: Cell['point']) => rttMs === undefined;
  const parts = ['latency.feedUs', 'latency.wireUs', 'latency.clientUs'].map(
    (metric) => quoteOf(report, { metric, lane, at })?.estimate.value,
  );
  return parts.reduce((sum, part) => (sum === undefined || part === undefined ? undefined : sum + part), 0);
}

/** From minutes of silence: what a keep-alive takes, and its usual period. */
function keepAliveOf(report: Report, lane: string, rowMs: number | undefined): LaneConstants['keepAlive'] {
  const bytes = quoteOf(report, { metric: SILENCE, lane });
  const segments = quoteOf(report, { metric: 'idle.segmentsPerClientMinute', lane });
  const { periodMs, usualPeriodMs } = bytes?.lane.valid[0]?.keepAlive ?? { periodMs: rowMs, usualPeriodMs: rowMs };
  if (!usualPeriodMs || !periodMs) return rowMs === undefined ? undefined : { bytes: 0, packets: 0, usualMs: rowMs };
  const each = (perMinute: number | undefined) => ((perMinute ?? 0) * periodMs) / 60e3;
  const packets = Math.round(each(segments?.estimate.value));
  return { bytes: each(bytes?.estimate.value), packets, usualMs: usualPeriodMs };
}
