/**
 * A sample of what connections say: of each kind of exchange the first, every byte in the layer that the ledger put it into.
 *
 * The ledger itself is fed byte by byte for that, and what it counts after each is the byte's layer. So a sample can't say
 * other than the ledger; that the split of the bytes changes no count is what `splits.test.ts` holds.
 */

import {
  LAYERS,
  type Layer,
  type LedgerCount,
  SAMPLED_MESSAGE_BYTES,
  type SampleKind,
  type WireExchange,
  type WireMessage,
} from '../contract/ledger.ts';
import type { ConnectionLedger } from './connection.ts';
import type { DirectionName } from './direction.ts';
import { subtractCounts } from './layers.ts';

/**
 * A byte fed alone takes up to 3 µs until that code is compiled: an event of 64 KiB would take 0.2 s, which makes the relay's
 * readings late, and a busy connection is sampled only as it begins.
 */
const MOST_TRACED_BYTES = 16 * 1024;
/** Once exchanges are sampled, what is longer is no ping, comment or close. */
const LONGEST_CONTROL_BYTES = 256;
/** FIN and the opcode 8 (RFC 6455, section 5.5.1). No comment, chunk or line begins with it. */
const CLOSE_FRAME = 0x88;
/** Stands for a byte in no layer, or not read yet. */
const UNREAD = 255;
const CHUNKING = LAYERS.indexOf('chunking');

interface TracedMessage {
  readonly direction: DirectionName;
  readonly atUs: number;
  /** The first of its bytes: the memory of a chunk is used again. */
  readonly bytes: Buffer;
  /** The layer of each byte, by its place in `LAYERS`. */
  readonly layers: Uint8Array;
}

/** What takes the bytes of a connection, in any split. */
export interface ByteReader {
  fromClient(chunk: Buffer): void;
  fromServer(chunk: Buffer): void;
}

export class WireSampler {
  readonly #nowUs: () => number;
  readonly #exchanges = new Map<SampleKind, WireExchange>();
  #sampled: ConnectionLedger | undefined;
  #tracedBytes = 0;
  #opensLasting = false;
  /** Messages since the last exchange that was complete, and the count before them. */
  #pending: TracedMessage[] = [];
  #isWhole = true;
  /** Whether the last bytes are the beginning of what comes next: neither exchange is whole then. */
  #isCut = false;
  #before: LedgerCount | undefined;

  /** @param nowUs a monotonic clock */
  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  /**
   * Returns what the bytes of a new connection are handed to: this sampler, which hands them on, or the ledger. One connection is
   * sampled at a time; a further one only where each poll has one of its own.
   */
  readerOf(ledger: ConnectionLedger): ByteReader {
    if (this.#sampled || (this.#hasEvent && this.#exchanges.has('empty'))) return ledger;
    this.#sampled = ledger;
    this.#begin(ledger);
    return {
      fromClient: (chunk) => this.#take(ledger, 'up', chunk),
      fromServer: (chunk) => this.#take(ledger, 'down', chunk),
    };
  }

  /** Tells that no byte of this connection will follow. */
  ended(ledger: ConnectionLedger): void {
    if (ledger !== this.#sampled) return;
    if (isControl(this.#delta(ledger))) this.#settle(ledger);
    this.#sampled = undefined;
  }

  /** In the order in which they were first seen. */
  read(): WireExchange[] {
    return [...this.#exchanges.values()];
  }

  get #hasEvent(): boolean {
    return this.#exchanges.get('event')?.events === 1;
  }

  #take(ledger: ConnectionLedger, direction: DirectionName, chunk: Buffer): void {
    const atUs = this.#nowUs();
    // A comment is answered by nothing, a ping by a pong.
    if (this.#pending.at(-1)?.direction === direction && isControl(this.#delta(ledger))) this.#settle(ledger);
    const isWanted =
      !(this.#hasEvent && (this.#opensLasting || this.#exchanges.has('empty'))) ||
      chunk.length <= LONGEST_CONTROL_BYTES;
    if (isWanted && this.#tracedBytes + chunk.length <= MOST_TRACED_BYTES) {
      this.#trace(ledger, direction, chunk, atUs);
    } else {
      this.#isWhole = false;
      hand(ledger, direction, chunk);
    }
    if (isComplete(this.#delta(ledger))) this.#settle(ledger);
  }

  #trace(ledger: ConnectionLedger, direction: DirectionName, chunk: Buffer, atUs: number): void {
    this.#tracedBytes += chunk.length;
    const layers = new Uint8Array(chunk.length).fill(UNREAD);
    const bytes = Buffer.from(chunk.subarray(0, SAMPLED_MESSAGE_BYTES));
    this.#pending.push({ direction, atUs, bytes, layers });
    const known = { up: countsOf(ledger, 'up'), down: countsOf(ledger, 'down') };
    let events = ledger.events;
    let endsAt: number | undefined;
    for (let at = 0; at < chunk.length; at++) {
      hand(ledger, direction, chunk.subarray(at, at + 1));
      for (const one of ['up', 'down'] as const) {
        const gained = this.#follow(one, known[one], countsOf(ledger, one));
        if (one === direction) layers[at] = gained;
      }
      if (ledger.events > events) endsAt = at;
      events = ledger.events;
    }
    // The end of a chunk of HTTP/1.1 follows its event.
    this.#isCut = endsAt !== undefined && layers.subarray(endsAt + 1).some((layer) => layer !== CHUNKING);
  }

  /**
   * Where a layer has lost bytes since the last byte, gives its last ones the layer that they were moved to: a head that turned
   * out to open a lasting connection.
   *
   * @param known what the layers had before that byte; has `counts` when it returns
   * @returns the layer that the byte is in
   */
  #follow(direction: DirectionName, known: number[], counts: readonly number[]): number {
    const changes = counts.map((bytes, layer) => bytes - (known[layer] ?? 0));
    for (const [from, change] of changes.entries()) {
      if (change >= 0) continue;
      const to = changes.findIndex((gain) => gain >= -change);
      relabel(this.#pending, direction, { from, to, bytes: -change });
      changes[to] = (changes[to] ?? 0) + change;
    }
    known.splice(0, known.length, ...counts);
    const gained = changes.findIndex((change) => change > 0);
    return gained === -1 ? UNREAD : gained;
  }

  #delta(ledger: ConnectionLedger): LedgerCount {
    const now = ledger.count();
    return this.#before ? subtractCounts(now, this.#before) : now;
  }

  /** Keeps the exchange that has ended, where it is the first of its kind, or has fewer events than the one so far. */
  #settle(ledger: ConnectionLedger): void {
    const delta = this.#delta(ledger);
    const messages = this.#pending;
    const isWhole =
      this.#isWhole && !this.#isCut && messages.length > 0 && delta.messagesUp === 0 && delta.problems.length === 0;
    this.#begin(ledger);
    if (!isWhole) return;
    const kind = this.#kindOf(delta, messages);
    const { events } = delta;
    const held = this.#exchanges.get(kind);
    if (held && held.events <= events) return;
    if (kind === 'opening') this.#opensLasting = delta.up.handshake > 0;
    const [first] = messages;
    const since = first?.atUs ?? 0;
    this.#exchanges.set(kind, { kind, events, messages: messages.map((message) => messageOf(message, since)) });
  }

  #kindOf(delta: LedgerCount, messages: readonly TracedMessage[]): SampleKind {
    if (isControl(delta)) return messages[0]?.bytes[0] === CLOSE_FRAME ? 'close' : 'keepAlive';
    if (delta.up.handshake > 0 || (!this.#exchanges.has('opening') && delta.events === 0)) return 'opening';
    return delta.events > 0 ? 'event' : 'empty';
  }

  #begin(ledger: ConnectionLedger): void {
    this.#pending = [];
    this.#isWhole = !this.#isCut;
    this.#isCut = false;
    this.#before = ledger.count();
  }
}

function hand(ledger: ConnectionLedger, direction: DirectionName, chunk: Buffer): void {
  if (direction === 'up') ledger.fromClient(chunk);
  else ledger.fromServer(chunk);
}

function countsOf(ledger: ConnectionLedger, direction: DirectionName): number[] {
  return LAYERS.map((layer) => ledger.layers[direction][layer]);
}

/** Moves the last `bytes` of one layer in a direction to another. */
function relabel(
  messages: readonly TracedMessage[],
  direction: DirectionName,
  { from, to, bytes }: { readonly from: number; readonly to: number; readonly bytes: number },
): void {
  let left = bytes;
  for (const { layers } of messages.filter((message) => message.direction === direction).reverse()) {
    for (let at = layers.length - 1; at >= 0 && left > 0; at--) {
      if (layers[at] !== from) continue;
      layers[at] = to;
      left--;
    }
  }
}

/** Whether all of these bytes keep a connection open, or end it. */
function isControl({ up, down, events, cycles }: LedgerCount): boolean {
  const isAll = (layers: LedgerCount['up']) =>
    LAYERS.every((layer) => layer === 'control' || layer === 'chunking' || layers[layer] === 0);
  return events === 0 && cycles.count === 0 && up.control + down.control > 0 && isAll(up) && isAll(down);
}

/** A request is complete with its answer, a lasting connection with both halves of its handshake, a ping with its pong. */
function isComplete({ up, down, events, cycles }: LedgerCount): boolean {
  if (up.requestHead > 0) return cycles.count > 0;
  if (up.handshake + down.handshake > 0) return up.handshake > 0 && down.handshake > 0;
  return events > 0 || (up.control > 0 && down.control > 0);
}

function messageOf({ direction, atUs, bytes, layers }: TracedMessage, sinceUs: number): WireMessage {
  const runs: [Layer, number][] = [];
  for (const place of layers) {
    const layer = LAYERS[place] as Layer;
    const last = runs.at(-1);
    if (last?.[0] === layer) last[1]++;
    else runs.push([layer, 1]);
  }
  return { direction, afterUs: atUs - sinceUs, layers: runs, bytes: bytes.toString('base64') };
}
