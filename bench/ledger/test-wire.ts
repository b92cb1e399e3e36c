/**
 * Streams whose layers are known because they are written here, part by part, and how to feed them to a ledger. Nothing of
 * the reader is used: what it must find out is what the writer decided.
 */

import fc from 'fast-check';
import { expect } from 'vitest';
import {
  type CountedBytes,
  type FrameType,
  LAYERS,
  type Layer,
  type LedgerCount,
  sumOf,
  type WireProtocol,
} from '../contract/ledger.ts';
import { ConnectionLedger } from './connection.ts';
import type { DirectionName } from './direction.ts';
import { KeyLog } from './tls/key-log.ts';

export type Part = readonly [Layer, Buffer];
type Counts = Partial<Record<FrameType, CountedBytes>>;

export function part(layer: Layer, content: string | Uint8Array): Part {
  return [layer, Buffer.from(content as string)];
}

export function bytesOf(parts: readonly Part[]): Buffer {
  return Buffer.concat(parts.map(([, bytes]) => bytes));
}

/** The parts between two places, cut where these fall into one. */
export function cutParts(parts: readonly Part[], from: number, to: number): Part[] {
  let at = 0;
  return parts.map(([layer, bytes]) => {
    const start = at;
    at += bytes.length;
    return part(layer, bytes.subarray(Math.max(0, from - start), Math.max(0, to - start)));
  });
}

/** The parts in pieces, cut at these offsets; those beyond the end are ignored. */
export function cutAt(parts: readonly Part[], cuts: readonly number[]): Part[][] {
  const whole = bytesOf(parts).length;
  const offsets = [0, ...cuts.filter((cut) => cut < whole).sort((a, b) => a - b), whole];
  return offsets.slice(1).map((to, index) => cutParts(parts, offsets[index] ?? 0, to));
}

/** A line that the client of an encrypted connection logs, and after how much of all bytes it is told, from 0 to 1. */
export interface Secret {
  readonly line: string;
  readonly toldAt: number;
}

/** What both sides say on one connection, in an order that could be. */
export class Script {
  readonly protocol: WireProtocol;
  readonly said: Record<DirectionName, Part[]> = { up: [], down: [] };
  /** The same, in an order that could be. */
  readonly turns: { readonly direction: DirectionName; readonly parts: readonly Part[]; readonly needs: number }[] = [];
  readonly #lengths = { up: 0, down: 0 };
  /** From byte `at` of one direction on, `needs` bytes of the other must have come before. */
  readonly #gates: Record<DirectionName, { at: number; needs: number }[]> = { up: [], down: [] };
  readonly expected = {
    tlsHandshake: { up: 0, down: 0 },
    events: 0,
    messagesUp: 0,
    cycles: { count: 0, upBytes: 0, downBytes: 0 },
    emptyCycles: { count: 0, upBytes: 0, downBytes: 0 },
    frames: { up: {} as Counts, down: {} as Counts },
    headBlocks: [] as Record<DirectionName, CountedBytes>[],
  };

  constructor(protocol: WireProtocol) {
    this.protocol = protocol;
  }

  length(direction: DirectionName): number {
    return this.#lengths[direction];
  }

  /** @param needs bytes of the other direction that come first */
  say(direction: DirectionName, parts: readonly Part[], needs = 0): void {
    this.turns.push({ direction, parts, needs });
    this.#gates[direction].push({ at: this.length(direction), needs });
    this.said[direction].push(...parts);
    this.#lengths[direction] += bytesOf(parts).length;
  }

  /** Something else is said in place of one byte; its layer is then unknown. */
  change(direction: DirectionName, at: number, to: number): void {
    const bytes = bytesOf(this.said[direction]);
    bytes[at % bytes.length] = to;
    this.said[direction].splice(0, this.said[direction].length, ['payload', bytes]);
  }

  countCycle(upBytes: number, downBytes: number, messages: number): void {
    const { cycles, emptyCycles } = this.expected;
    for (const each of messages === 0 ? [cycles, emptyCycles] : [cycles]) {
      each.count++;
      each.upBytes += upBytes;
      each.downBytes += downBytes;
    }
  }

  layers(direction: DirectionName): Record<Layer, number> {
    const sums = Object.fromEntries(LAYERS.map((layer) => [layer, 0])) as Record<Layer, number>;
    for (const [layer, bytes] of this.said[direction]) sums[layer] += bytes.length;
    return sums;
  }

  /**
   * Feeds it in the pieces that the tape says, and holds the sums against the bytes fed after each.
   *
   * @param secrets when TLS is around it
   */
  play(tape: Tape, secrets?: readonly Secret[]): LedgerCount {
    const keyLog = secrets && new KeyLog();
    const ledger = new ConnectionLedger(this.protocol, keyLog);
    const untold = [...(secrets ?? [])].sort((a, b) => b.toldAt - a.toldAt);
    const tell = (fedBytes: number) => {
      const wholeBytes = this.length('up') + this.length('down');
      while (untold.some(({ toldAt }) => toldAt * wholeBytes <= fedBytes)) keyLog?.add([untold.pop()?.line ?? '']);
    };
    tell(0);
    const streams = { up: bytesOf(this.said.up), down: bytesOf(this.said.down) };
    const at = { up: 0, down: 0 };
    const reach = (direction: DirectionName) => {
      const had = at[direction === 'up' ? 'down' : 'up'];
      const closed = this.#gates[direction].find((gate) => gate.at >= at[direction] && gate.needs > had);
      return (closed?.at ?? streams[direction].length) - at[direction];
    };
    for (let step = 0; at.up < streams.up.length || at.down < streams.down.length; step++) {
      const { prefersUp, bytes } = tape[step % tape.length] ?? { prefersUp: true, bytes: 1 };
      const direction = prefersUp ? (reach('up') > 0 ? 'up' : 'down') : reach('down') > 0 ? 'down' : 'up';
      const piece = streams[direction].subarray(at[direction], at[direction] + Math.min(bytes, reach(direction)));
      if (piece.length === 0) throw new Error('a script in which each side waits for the other');
      // A copy whose memory is used for something else afterwards, as sockets do.
      const chunk = Buffer.from(piece);
      feed(ledger, direction, chunk);
      chunk.fill(0x2a);
      at[direction] += piece.length;
      holdsAllBytes(ledger.count(), at);
      tell(at.up + at.down);
    }
    const count = countAtEnd(ledger);
    holdsAllBytes(count, at);
    return count;
  }
}

export function feed(ledger: ConnectionLedger, direction: DirectionName, chunk: Buffer): void {
  if (direction === 'up') ledger.fromClient(chunk);
  else ledger.fromServer(chunk);
}

/** The count once both sides have ended. */
export function countAtEnd(ledger: ConnectionLedger): LedgerCount {
  ledger.clientEnded();
  ledger.serverEnded();
  return ledger.count();
}

export interface Piece {
  readonly direction: DirectionName;
  readonly bytes: Uint8Array;
}

export const directions = fc.constantFrom<DirectionName>('up', 'down');

export const piecesOf = (bytes: fc.Arbitrary<Uint8Array>, maxLength = 20): fc.Arbitrary<Piece[]> =>
  fc.array(fc.record({ direction: directions, bytes }), { maxLength });

/** Feeds whatever it is, and holds the sums against the bytes fed after each piece and at the end. */
export function expectAccounted(ledger: ConnectionLedger, pieces: readonly Piece[]): LedgerCount {
  const fed = { up: 0, down: 0 };
  for (const { direction, bytes } of pieces) {
    feed(ledger, direction, Buffer.from(bytes));
    fed[direction] += bytes.length;
    holdsAllBytes(ledger.count(), fed);
  }
  const count = countAtEnd(ledger);
  holdsAllBytes(count, fed);
  return count;
}

/** Streams in which some bytes are changed, in some split: nothing is thrown and every byte is accounted for. */
export function expectChangedAccounted<Spec>(specs: fc.Arbitrary<Spec>, write: (spec: Spec) => Script): void {
  const changes = fc.array(fc.record({ direction: directions, at: fc.nat(), to: fc.nat({ max: 255 }) }), {
    minLength: 1,
    maxLength: 4,
  });
  fc.assert(
    fc.property(specs, changes, tapes, (spec, changed, tape) => {
      const script = write(spec);
      for (const { direction, at, to } of changed) script.change(direction, at, to);
      script.play(tape);
    }),
  );
}

/**
 * Feeds what both sides say, in turns. The one problem that comes of it names the first byte that is in no layer; all bytes
 * from there on are unread, and so are those that follow.
 */
export function expectUnread(
  ledger: ConnectionLedger,
  protocol: WireProtocol,
  said: Readonly<Record<DirectionName, readonly (string | Buffer)[]>>,
  problem: RegExp,
): LedgerCount {
  const before = readAll(protocol, said.up, said.down, ledger);
  expect(before.problems).toEqual([expect.stringMatching(problem)]);
  const direction = before.problems[0]?.startsWith('up') ? 'up' : 'down';
  const readBytes = sumOf(before[direction]);
  const saidBytes = said[direction].reduce((sum, text) => sum + Buffer.byteLength(text), 0);
  expect(before.problems[0]).toContain(`${direction}, byte ${readBytes}: `);
  expect(before.unreadBytes[direction]).toBe(saidBytes - readBytes);
  const more = Buffer.from('HTTP/1.1 200 OK\r\n\r\n');
  feed(ledger, direction, more);
  const after = ledger.count();
  expect(sumOf(after[direction])).toBe(readBytes);
  expect(after.unreadBytes[direction]).toBe(saidBytes - readBytes + more.length);
  return before;
}

/** Every byte is in one layer or unread. */
export function holdsAllBytes(count: LedgerCount, fed: Readonly<Record<DirectionName, number>>): void {
  const sums = { up: sumOf(count.up) + count.unreadBytes.up, down: sumOf(count.down) + count.unreadBytes.down };
  if (sums.up !== fed.up || sums.down !== fed.down) expect(sums).toEqual(fed);
}

/** The reader finds what the writer wrote, however it is cut. */
export function expectRead(script: Script, tape: Tape, secrets?: readonly Secret[]): void {
  expect(script.play(tape, secrets)).toEqual({
    up: script.layers('up'),
    down: script.layers('down'),
    unreadBytes: { up: 0, down: 0 },
    problems: [],
    ...script.expected,
  });
}

/** How streams are cut into pieces, and whose turn it is when both could go on. */
export type Tape = readonly { readonly prefersUp: boolean; readonly bytes: number }[];

const cutsOf = (bytes: fc.Arbitrary<number>) =>
  fc.array(fc.record({ prefersUp: fc.boolean(), bytes }), { minLength: 1, maxLength: 40 });

export const tapes: fc.Arbitrary<Tape> = fc.oneof(
  cutsOf(fc.constant(1)),
  cutsOf(fc.integer({ min: 1, max: 12 })),
  cutsOf(fc.integer({ min: 1, max: 3_000 })),
  cutsOf(fc.constant(1e9)),
);

// --- text/event-stream ---

type FieldKind = 'data' | 'id' | 'event' | 'retry' | 'comment' | 'other';

interface StreamLine {
  readonly kind: FieldKind;
  readonly otherName: string;
  readonly value: string;
  readonly hasColon: boolean;
  readonly hasSpace: boolean;
}

export interface StreamSpec {
  readonly blocks: readonly (readonly StreamLine[])[];
  /** Lines without the blank line after them, cut off somewhere: they are never delivered. */
  readonly tail: { readonly lines: readonly StreamLine[]; readonly keep: number } | undefined;
}

/** A body as parts, and the events in it. */
export interface Written {
  readonly parts: readonly Part[];
  readonly events: number;
}

const kinds: readonly FieldKind[] = ['data', 'data', 'data', 'id', 'event', 'retry', 'comment', 'other'];
const streamLines: fc.Arbitrary<StreamLine> = fc.record({
  kind: fc.constantFrom(...kinds),
  otherName: fc.constantFrom('dat', 'datas', 'DATA', 'i', 'events', ' data', '\0id', '\u0001data', 'a-long-name'),
  value: fc
    .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', 'data:', ': ', '{"seq":1}', '\ufeff🚀'))
    .map((value) => value.replaceAll(/[\r\n]/g, '')),
  hasColon: fc.boolean(),
  hasSpace: fc.boolean(),
});

export const streams: fc.Arbitrary<StreamSpec> = fc.record({
  blocks: fc.array(fc.array(streamLines, { maxLength: 5 }), { maxLength: 8 }),
  tail: fc.option(fc.record({ lines: fc.array(streamLines, { maxLength: 3 }), keep: fc.nat({ max: 60 }) }), {
    nil: undefined,
  }),
});

export function writeStream({ blocks, tail }: StreamSpec): Written {
  const parts: Part[] = [];
  let events = 0;
  for (const lines of blocks) {
    const isEvent = lines.some(({ kind }) => kind === 'data');
    if (isEvent) events++;
    parts.push(...writeLines(lines), part(isEvent ? 'framing' : 'control', '\n'));
  }
  if (tail) parts.push(part('control', bytesOf(writeLines(tail.lines)).subarray(0, tail.keep)));
  return { parts, events };
}

function writeLines(lines: readonly StreamLine[]): Part[] {
  const lastData = lines.findLastIndex(({ kind }) => kind === 'data');
  return lines.flatMap((line, index) => {
    const { kind, otherName, hasColon, hasSpace } = line;
    const name = kind === 'comment' ? '' : kind === 'other' ? otherName : kind;
    const value = hasColon || kind === 'comment' ? line.value : undefined;
    const colon = value === undefined ? '' : hasSpace || value.startsWith(' ') ? ': ' : ':';
    const head = `${name}${colon}`;
    if (kind === 'id' || kind === 'event') return [part('framing', `${head}${value ?? ''}\n`)];
    if (kind !== 'data') return [part('control', `${head}${value ?? ''}\n`)];
    return [part('framing', head), part('payload', value ?? ''), part(index < lastData ? 'payload' : 'framing', '\n')];
  });
}

// --- lines ---

export interface LinesSpec {
  readonly lines: readonly string[];
  readonly tail: string;
}

const lineTexts = fc
  .oneof(fc.string({ unit: 'binary', maxLength: 200 }), fc.constantFrom('', '{"seq":1}', '🚀'))
  .map((text) => text.replaceAll('\n', ''));

export const lineLists: fc.Arbitrary<LinesSpec> = fc.record({
  lines: fc.array(lineTexts, { maxLength: 12 }),
  tail: fc.oneof(fc.constant(''), lineTexts),
});

export function writeEventLines({ lines, tail }: LinesSpec): Written {
  const parts = lines.flatMap((line) => [part('payload', line), part(line === '' ? 'control' : 'framing', '\n')]);
  return { parts: [...parts, part('control', tail)], events: lines.filter((line) => line !== '').length };
}

/**
 * Feeds in turns what the client and what the server says, the client first. The connection is not ended when a ledger is
 * given, so that it can go on.
 */
export function readAll(
  protocol: WireProtocol,
  up: readonly (string | Buffer)[],
  down: readonly (string | Buffer)[],
  ledger?: ConnectionLedger,
): LedgerCount {
  const reader = ledger ?? new ConnectionLedger(protocol);
  for (let turn = 0; turn < Math.max(up.length, down.length); turn++) {
    reader.fromClient(Buffer.from((up[turn] ?? '') as string));
    reader.fromServer(Buffer.from((down[turn] ?? '') as string));
  }
  return ledger ? reader.count() : countAtEnd(reader);
}
