/**
 * Events, and the texts that carry them.
 *
 * An event's text is one line of JSON: `{"seq":…,"due":…,"symbol":…,"price":…,"pad":…}`, padded to an exact number of
 * bytes. These bytes, and only these, are called *payload* everywhere. Their encoding in fewer bytes is `event-binary.ts`.
 */

export interface EncodedEvent {
  /** One more than that of the event before; A feed's first is 1, or one more than its cursor base. */
  readonly seq: number;
  /** Scheduled instant, in µs since the feed's start. */
  readonly dueUs: number;
  readonly text: string;
  readonly bytes: Buffer;
}

/**
 * Cursor of a measured feed before its first event, so that all its events have seven digits. From 1 on, the bytes of `id:` and
 * `since=` would depend on how many events the warm-up had.
 */
export const MEASURED_CURSOR_BASE = 1_000_000;

/** Events that a returning client can no longer get: those after `after` and before `oldest`. */
export interface Gap {
  readonly after: number;
  readonly oldest: number;
}

export interface EventFeed {
  /** The newest event's seq; before the first, one less than that will have. */
  readonly lastSeq: number;
  /** The cursor that a client means: 0 is the one before the feed's first event, whatever the number of that is. */
  cursorOf(since: number): number;
  /** Events after this cursor that have left the ring, if any. */
  gapAfter(seq: number): Gap | undefined;
  /** All events held with a seq above the given one, oldest first, at most `limit`. */
  since(seq: number, limit?: number): readonly EncodedEvent[];
  /** Calls back for each new event, in order. @returns what unsubscribes */
  subscribe(listener: (event: EncodedEvent) => void): () => void;
}

export const MIN_PAYLOAD_BYTES = 64;
export const MAX_PAYLOAD_BYTES = 65_536;

/** The text of a gap on every transport: `{"gap":{"after":N,"oldest":M}}`. */
export function encodeGap(gap: Gap): string {
  return `{"gap":{"after":${gap.after},"oldest":${gap.oldest}}}`;
}

/** Reads what {@link encodeGap} wrote; undefined for any other text. */
export function readGap(text: string): Gap | undefined {
  const match = /^\{"gap":\{"after":(\d+),"oldest":(\d+)\}\}$/.exec(text);
  return match ? { after: Number(match[1]), oldest: Number(match[2]) } : undefined;
}

/** The answer to a client's message where events come on the same channel: `{"echo":…}` around the message, in JSON. */
export function encodeEcho(json: string): string {
  return `{"echo":${json}}`;
}

/** Reads the message from what {@link encodeEcho} wrote of a string; undefined for any other text. */
export function readEcho(text: string): string | undefined {
  if (!text.startsWith('{"echo":"')) return undefined;
  try {
    const { echo, ...others } = JSON.parse(text) as { echo: string };
    return Object.keys(others).length === 0 ? echo : undefined;
  } catch {
    return undefined;
  }
}

const SYMBOLS = ['ALFA', 'BETA', 'GAMA', 'DLTA', 'ZETA', 'IOTA', 'KAPA', 'OMGA'] as const;

/**
 * Encodes a stock tick of exactly `payloadBytes` bytes. Where the size is too small for all fields, `price` gives way
 * first, then `symbol`; `seq`, `due` and `pad` are always there.
 *
 * @param random a number from 0 to 1 that decides symbol, price and padding
 */
export function encodeEvent(seq: number, dueUs: number, random: number, payloadBytes: number): EncodedEvent {
  const symbol = SYMBOLS[Math.floor(random * SYMBOLS.length)] ?? SYMBOLS[0];
  const price = (100 + random * 100).toFixed(2);
  const head = `{"seq":${seq},"due":${dueUs}`;
  // Below the least size it would depend on seq and due whether they fit: a feed would fail in the middle of its run.
  const isEnough = payloadBytes >= MIN_PAYLOAD_BYTES;
  const fields = isEnough ? [`,"symbol":"${symbol}","price":${price}`, `,"symbol":"${symbol}"`, ''] : [];
  for (const field of fields) {
    const start = `${head}${field},"pad":"`;
    const padBytes = payloadBytes - start.length - 2;
    if (padBytes < 0) continue;
    const text = `${start}${padOf(random, padBytes)}"}`;
    return { seq, dueUs, text, bytes: Buffer.from(text, 'latin1') };
  }
  throw new RangeError(`payloadBytes ${payloadBytes} is too small: ${MIN_PAYLOAD_BYTES} or more are allowed`);
}

const CHARACTERS_PER_WORD = 16 / 3;

/** Kept from pad to pad: an allocation for each would be part of the way from an event's instant to its clients. */
const padWords = new Uint32Array(MAX_PAYLOAD_BYTES / CHARACTERS_PER_WORD);
const padBuffer = Buffer.from(padWords.buffer);

/**
 * Text that can't be guessed, or compression would look better than it is: Marsaglia's xorshift (Journal of Statistical
 * Software 8(14), 2003), in base64, of which deflate saves a quarter, as with tokens and identifiers. With the rest of an event
 * this costs 0.6 µs more than one character repeated for 128 B, and about 40 µs more for 64 KiB.
 *
 * @param random a number from 0 to 1 that decides all of it
 */
export function padOf(random: number, length: number): string {
  const used = Math.ceil(length / CHARACTERS_PER_WORD);
  // Xorshift stays at 0 once it is there.
  let state = Math.floor(random * 2 ** 32) | 0 || 1;
  for (let at = 0; at < used; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    padWords[at] = state;
  }
  return padBuffer.toString('base64', 0, Math.ceil(length / 4) * 3).slice(0, length);
}

/** The two numbers that a client needs of an event. */
export interface EventStamp {
  seq: number;
  dueUs: number;
}

const SEQ_AT = '{"seq":'.length;
const COMMA = 0x2c;
const BRACE = 0x7d;

/**
 * Reads seq and due from the head of an event's text into `into`, without parsing the rest: the payload may be 64 KiB
 * and the reader is on the clients' hot path. Returns false when the text is not an event of ours.
 */
export function readStamp(text: string, into: EventStamp): boolean {
  if (!text.startsWith('{"seq":')) return false;
  let at = SEQ_AT;
  let seq = 0;
  for (; ; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    seq = seq * 10 + digit;
  }
  if (at === SEQ_AT || text.charCodeAt(at) !== COMMA || !text.startsWith('"due":', at + 1)) return false;
  const dueAt = at + 7;
  let dueUs = 0;
  for (at = dueAt; ; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (!(digit >= 0 && digit <= 9)) break;
    dueUs = dueUs * 10 + digit;
  }
  const end = text.charCodeAt(at);
  if (at === dueAt || (end !== COMMA && end !== BRACE)) return false;
  into.seq = seq;
  into.dueUs = dueUs;
  return true;
}
