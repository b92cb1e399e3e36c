/**
 * Closed formulas of what each lane takes: bytes of a client and second at three levels, and the mean delay of an event. They
 * run when the page is built and in the browser, so this file imports nothing that a browser does not have. Constants come
 * from a run (`constants.ts`); lengths follow the protocols:
 *
 * - WebSocket: a frame's head has 2 B up to 125 B of payload, 4 up to 65,535, else 10 (RFC 6455, section 5.2).
 * - Chunked HTTP/1.1: a chunk's length in hexadecimal, and two line ends (RFC 9112, section 7.1).
 * - TLS 1.3: a record of at most 16 KiB adds a head of 5 B, a type of 1 B and a tag of 16 B (RFC 8446, section 5.2).
 * - TCP: segments of at most the MSS, an acknowledgement for every second one (RFC 1122, section 4.2.3.2).
 */

/** What a figure of bytes has in it: each level has all of the one before it. */
export const LEVELS = {
  framing: { title: 'payload and framing', parts: ['payload', 'framing'] },
  sockets: { title: 'on the sockets', parts: ['payload', 'framing', 'heads', 'TLS'] },
  tcpIp: { title: 'with TCP/IP headers', parts: ['payload', 'framing', 'heads', 'TLS', 'TCP/IP'] },
} as const;

export type Level = keyof typeof LEVELS;
export type Part = (typeof LEVELS)['tcpIp']['parts'][number];

/** What a run says of a lane. */
export interface LaneConstants {
  readonly id: string;
  readonly title: string;
  /** Whether the server sends by itself, answers a poll that waits for the event, or polls come at an interval. */
  readonly way: 'pushed' | 'parked' | 'timed';
  readonly rule: 'websocket' | 'chunked' | 'lines';
  /** B of framing an event, without what the rule makes of the payload. */
  readonly framingBytes: number;
  /** Packets of both directions for an event that is pushed, or a poll, where the server's part fits into one. */
  readonly packets: number;
  /** undefined of a lane that does not poll. */
  readonly polls?: {
    /** B, by header profile. */
    readonly requestHeadBytes: Readonly<Record<string, number>>;
    /** B, without the digits of Content-Length. */
    readonly answerHeadBytes: number;
    readonly emptyAnswerBytes: number;
  };
  /** What keeps an idle connection; of a parked poll its hold. undefined where the run did not measure it, or polls are timed. */
  readonly keepAlive?: { readonly bytes: number; readonly packets: number; readonly usualMs: number };
  /** Delay of an event that waits for nothing, in µs; undefined where the run did not measure it. */
  readonly ownUs?: number;
}

/** What a run says of all lanes. */
export interface Constants {
  readonly lanes: readonly LaneConstants[];
  /** Header profiles of which every lane's heads are known. */
  readonly profiles: readonly string[];
  /** B of IP and TCP headers a packet. */
  readonly headerBytes: number;
  /** B that TLS adds to a record. */
  readonly tlsRecordBytes: number;
}

export interface Load {
  readonly clients: number;
  readonly eventsPerSecond: number;
  readonly payloadBytes: number;
  readonly rttMs: number;
  /** From poll to poll, of lanes that poll at an interval. */
  readonly intervalMs: number;
  /** Period of keep-alives, and of a parked poll; 0: each lane's usual one. */
  readonly keepAliveMs: number;
  readonly headers: string;
  readonly isTls: boolean;
  /** B of a segment at most: 1,448 on Ethernet with IPv4 and TCP timestamps. */
  readonly mssBytes: number;
}

export const ETHERNET_MSS_BYTES = 1_448;
const TLS_RECORD_PAYLOAD_BYTES = 16_384;

/** So many times a second, bytes by what they are for. A lane's bytes are the sum over its terms. */
export interface Term {
  readonly what: 'events' | 'polls with events' | 'empty polls' | 'keep-alives';
  readonly perSecond: number;
  readonly bytes: Readonly<Partial<Record<Part, number>>>;
}

export const digits = (value: number, base = 10): number => Math.floor(value).toString(base).length;

/** B of framing that an event of this payload takes. */
export function framingOf({ rule, framingBytes }: LaneConstants, payloadBytes: number): number {
  // The two line ends of a chunk are not part of its length.
  if (rule === 'chunked') return framingBytes + digits(payloadBytes + framingBytes - 4, 16);
  if (rule === 'lines') return framingBytes;
  return framingBytes + (payloadBytes < 126 ? 2 : payloadBytes < 65_536 ? 4 : 10);
}

/**
 * Answers to polls a second. Timed polls find what came in an interval; events keep even distances. Of parked polls, those
 * that come a round trip after the last answer find what came meanwhile: x events a round trip, at independent instants,
 * make x + e⁻ˣ events an answer (`bench/stats/gap.ts`). A parked poll is answered with nothing when its hold is over.
 */
export function pollsOf({ way, keepAlive }: LaneConstants, load: Load): { full: number; empty: number } {
  const { eventsPerSecond, rttMs, intervalMs, keepAliveMs } = load;
  if (way === 'pushed') return { full: 0, empty: 0 };
  if (way === 'timed') {
    const all = 1e3 / intervalMs;
    const full = Math.min(eventsPerSecond, all);
    return { full, empty: all - full };
  }
  const perRoundTrip = (eventsPerSecond * rttMs) / 1e3;
  const full = eventsPerSecond / (perRoundTrip + Math.exp(-perRoundTrip));
  const holdMs = keepAliveMs || keepAlive?.usualMs;
  return { full, empty: holdMs === undefined ? 0 : Math.max(0, 1e3 / holdMs - full) };
}

/** What a client takes a second. */
export function termsOf(lane: LaneConstants, load: Load, constants: Constants): Term[] {
  const { eventsPerSecond, payloadBytes, headers, keepAliveMs } = load;
  const framing = framingOf(lane, payloadBytes);
  const event = { payload: payloadBytes, framing };
  const { packets, polls, keepAlive } = lane;
  const around = (sentBytes: number, records: number, count: number) => ({
    ...(load.isTls && { TLS: constants.tlsRecordBytes * records }),
    'TCP/IP': constants.headerBytes * (count + furtherPackets(lane, sentBytes, load.mssBytes)),
  });
  if (!polls) {
    const sentBytes = payloadBytes + framing;
    const periodMs = keepAliveMs || keepAlive?.usualMs;
    const pushed = around(sentBytes, recordsOf(sentBytes), packets);
    const terms: Term[] = [{ what: 'events', perSecond: eventsPerSecond, bytes: { ...event, ...pushed } }];
    if (!keepAlive?.bytes || !periodMs) return terms;
    // A ping is answered by a record of its own, a comment is not.
    const kept = around(keepAlive.bytes, keepAlive.packets > 2 ? 2 : 1, keepAlive.packets);
    return [...terms, { what: 'keep-alives', perSecond: 1e3 / periodMs, bytes: { framing: keepAlive.bytes, ...kept } }];
  }
  const { full, empty } = pollsOf(lane, load);
  const request = polls.requestHeadBytes[headers] ?? 0;
  const body = full > 0 ? (eventsPerSecond / full) * (payloadBytes + framing) : 0;
  const answerHead = polls.answerHeadBytes + digits(body);
  const answered = around(answerHead + body, 1 + recordsOf(answerHead + body), packets);
  const nothing = around(polls.emptyAnswerBytes, 2, packets);
  return [
    { what: 'events', perSecond: eventsPerSecond, bytes: event },
    { what: 'polls with events', perSecond: full, bytes: { heads: request + answerHead, ...answered } },
    { what: 'empty polls', perSecond: empty, bytes: { heads: request + polls.emptyAnswerBytes, ...nothing } },
  ];
}

const recordsOf = (bytes: number): number => Math.ceil(bytes / TLS_RECORD_PAYLOAD_BYTES);

/** Beyond those of a single segment; the next request of a parked poll acknowledges the answer's last one. */
function furtherPackets({ way }: LaneConstants, sentBytes: number, mssBytes: number): number {
  const segments = Math.max(1, Math.ceil(sentBytes / mssBytes));
  return segments - 1 + (way === 'parked' ? Math.floor(segments / 2) : Math.ceil(segments / 2) - 1);
}

/** B of a term at a level. */
export function bytesOf({ bytes }: Term, level: Level): number {
  return LEVELS[level].parts.reduce((sum, part) => sum + (bytes[part] ?? 0), 0);
}

/** B of both directions that a client takes a second. */
export function bytesPerSecond(lane: LaneConstants, load: Load, constants: Constants, level: Level): number {
  return termsOf(lane, load, constants).reduce((sum, term) => sum + term.perSecond * bytesOf(term, level), 0);
}

/**
 * Mean delay of an event in µs: half a round trip, what the lane takes itself, and the wait for a poll: half an interval of
 * timed ones; of parked ones half a round trip for the share of events that come between two polls.
 */
export function delayUs({ way, ownUs = 0 }: LaneConstants, { eventsPerSecond, rttMs, intervalMs }: Load): number {
  const transitUs = (rttMs * 1e3) / 2;
  const perRoundTrip = (eventsPerSecond * rttMs) / 1e3;
  const queued = perRoundTrip / (perRoundTrip + Math.exp(-perRoundTrip));
  const waitUs = { pushed: 0, parked: queued * transitUs, timed: (intervalMs * 1e3) / 2 }[way];
  return transitUs + ownUs + waitUs;
}

/**
 * The poll interval in ms at which timed polls take as many bytes as another lane: 0 where they take fewer already at 10 ms, and
 * Infinity where they still take more at a week.
 */
export function equalIntervalMs(
  timed: LaneConstants,
  other: LaneConstants,
  load: Load,
  constants: Constants,
  level: Level,
): number {
  const aim = bytesPerSecond(other, load, constants, level);
  const takesMore = (intervalMs: number) => bytesPerSecond(timed, { ...load, intervalMs }, constants, level) > aim;
  let [low, high] = [10, 604_800e3];
  if (!takesMore(low)) return 0;
  if (takesMore(high)) return Number.POSITIVE_INFINITY;
  while (high / low > 1.0001) {
    const middle = Math.sqrt(low * high);
    if (takesMore(middle)) low = middle;
    else high = middle;
  }
  return Math.sqrt(low * high);
}
