/**
 * Streams whose layers are known because they are written here, part by part, and how to feed them to a ledger. Nothing of
 * the reader is used: what it must find out is what the writer decided.
 */

import fc from 'fast-check';
import { expect } from 'vitest';
import { type FrameType, LAYERS, type Layer, type LedgerCount, sumOf, type WireProtocol } from '../contract/ledger.ts';
import { ConnectionLedger } from './connection.ts';
import { KeyLog } from './tls/key-log.ts';

export type Part = readonly [Layer, Buffer];
export type Way = 'up' | 'down';
type Counted = { count: number; bytes: number };
type Counts = Partial<Record<FrameType, Counted>>;

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

/** A line that the client of an encrypted connection logs, and after how much of all bytes it is told, from 0 to 1. */
export interface Secret {
  readonly line: string;
  readonly toldAt: number;
}

/** What both sides say on one connection, in an order that could be. */
export class Script {
  readonly protocol: WireProtocol;
  readonly said: Record<Way, Part[]> = { up: [], down: [] };
  /** The same, in an order that could be. */
  readonly turns: { readonly way: Way; readonly parts: readonly Part[]; readonly needs: number }[] = [];
  readonly #lengths = { up: 0, down: 0 };
  /** From this byte of one way on, so many of the other way must have come before. */
  readonly #gates: Record<Way, { at: number; needs: number }[]> = { up: [], down: [] };
  readonly expected = {
    tlsHandshake: { up: 0, down: 0 },
    events: 0,
    messagesUp: 0,
    cycles: { count: 0, upBytes: 0, downBytes: 0 },
    emptyCycles: { count: 0, upBytes: 0, downBytes: 0 },
    frames: { up: {} as Counts, down: {} as Counts },
    headBlocks: [] as Record<Way, Counted>[],
  };

  constructor(protocol: WireProtocol) {
    this.protocol = protocol;
  }

  length(way: Way): number {
    return this.#lengths[way];
  }

  /** @param needs bytes of the other way that come first */
  say(way: Way, parts: readonly Part[], needs = 0): void {
    this.turns.push({ way, parts, needs });
    this.#gates[way].push({ at: this.length(way), needs });
    this.said[way].push(...parts);
    this.#lengths[way] += bytesOf(parts).length;
  }

  /** Something else is said in place of one byte; its layer is then unknown. */
  change(way: Way, at: number, to: number): void {
    const bytes = bytesOf(this.said[way]);
    bytes[at % bytes.length] = to;
    this.said[way].splice(0, this.said[way].length, ['payload', bytes]);
  }

  countCycle(upBytes: number, downBytes: number, messages: number): void {
    const { cycles, emptyCycles } = this.expected;
    for (const each of messages === 0 ? [cycles, emptyCycles] : [cycles]) {
      each.count++;
      each.upBytes += upBytes;
      each.downBytes += downBytes;
    }
  }

  layers(way: Way): Record<Layer, number> {
    const sums = Object.fromEntries(LAYERS.map((layer) => [layer, 0])) as Record<Layer, number>;
    for (const [layer, bytes] of this.said[way]) sums[layer] += bytes.length;
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
    const reach = (way: Way) => {
      const had = at[way === 'up' ? 'down' : 'up'];
      const closed = this.#gates[way].find((gate) => gate.at >= at[way] && gate.needs > had);
      return (closed?.at ?? streams[way].length) - at[way];
    };
    for (let step = 0; at.up < streams.up.length || at.down < streams.down.length; step++) {
      const { prefersUp, bytes } = tape[step % tape.length] ?? { prefersUp: true, bytes: 1 };
      const way = prefersUp ? (reach('up') > 0 ? 'up' : 'down') : reach('down') > 0 ? 'down' : 'up';
      const piece = streams[way].subarray(at[way], at[way] + Math.min(bytes, reach(way)));
      if (piece.length === 0) throw new Error('a script in which each side waits for the other');
      // A copy whose memory is used for something else afterwards, as sockets do.
      const chunk = Buffer.from(piece);
      if (way === 'up') ledger.fromClient(chunk);
      else ledger.fromServer(chunk);
      chunk.fill(0x2a);
      at[way] += piece.length;
      holdsAllBytes(ledger.count(), at);
      tell(at.up + at.down);
    }
    ledger.clientEnded();
    ledger.serverEnded();
    const count = ledger.count();
    holdsAllBytes(count, at);
    return count;
  }
}

/** Every byte is in one layer or unread. */
export function holdsAllBytes(count: LedgerCount, fed: Readonly<Record<Way, number>>): void {
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
  readonly end: string;
}

export interface StreamSpec {
  readonly hasMark: boolean;
  readonly blocks: readonly { readonly lines: readonly StreamLine[]; readonly end: string }[];
  /** Lines without the blank line after them, cut off somewhere: nobody gets them. */
  readonly tail: { readonly lines: readonly StreamLine[]; readonly keep: number } | undefined;
}

/** A body as parts, and the events in it. */
export interface Written {
  readonly parts: readonly Part[];
  readonly events: number;
}

const lineEnds = fc.constantFrom('\n', '\r', '\r\n');
const kinds: readonly FieldKind[] = ['data', 'data', 'data', 'id', 'event', 'retry', 'comment', 'other'];
const streamLines: fc.Arbitrary<StreamLine> = fc.record({
  kind: fc.constantFrom(...kinds),
  otherName: fc.constantFrom('dat', 'datas', 'DATA', 'i', 'events', ' data', '\0id', '\u0001data', 'a-long-name'),
  value: fc
    .oneof(fc.string({ unit: 'binary' }), fc.constantFrom('', ' ', 'data:', ': ', '{"seq":1}', '\ufeff🚀'))
    .map((value) => value.replaceAll(/[\r\n]/g, '')),
  hasColon: fc.boolean(),
  hasSpace: fc.boolean(),
  end: lineEnds,
});

export const streams: fc.Arbitrary<StreamSpec> = fc.record({
  hasMark: fc.boolean(),
  blocks: fc.array(fc.record({ lines: fc.array(streamLines, { maxLength: 5 }), end: lineEnds }), { maxLength: 8 }),
  tail: fc.option(fc.record({ lines: fc.array(streamLines, { maxLength: 3 }), keep: fc.nat({ max: 60 }) }), {
    nil: undefined,
  }),
});

export function writeStream({ hasMark, blocks, tail }: StreamSpec): Written {
  const parts: Part[] = hasMark ? [part('framing', [0xef, 0xbb, 0xbf] as unknown as Uint8Array)] : [];
  let events = 0;
  let endBefore = '';
  for (const { lines, end } of blocks) {
    parts.push(...writeLines(lines));
    endBefore = lines.at(-1)?.end ?? endBefore;
    // After a CR, an LF would be the rest of the same line end.
    const blank = endBefore === '\r' && end.startsWith('\n') ? '\r' : end;
    endBefore = blank;
    const isEvent = lines.some(({ kind }) => kind === 'data');
    if (isEvent) events++;
    parts.push(part(isEvent ? 'framing' : 'control', blank));
  }
  if (tail) parts.push(part('control', bytesOf(writeLines(tail.lines)).subarray(0, tail.keep)));
  return { parts, events };
}

function writeLines(lines: readonly StreamLine[]): Part[] {
  const lastData = lines.findLastIndex(({ kind }) => kind === 'data');
  return lines.flatMap((line, index) => {
    const { kind, otherName, hasColon, hasSpace, end } = line;
    const name = kind === 'comment' ? '' : kind === 'other' ? otherName : kind;
    const value = hasColon || kind === 'comment' ? line.value : undefined;
    const colon = value === undefined ? '' : hasSpace || value.startsWith(' ') ? ': ' : ':';
    const head = `${name}${colon}`;
    if (kind === 'id' || kind === 'event') return [part('framing', head + (value ?? '') + end)];
    if (kind !== 'data') return [part('control', head + (value ?? '') + end)];
    const joins = index < lastData ? 1 : 0;
    return [
      part('framing', head),
      part('payload', value ?? ''),
      part('payload', end.slice(0, joins)),
      part('framing', end.slice(joins)),
    ];
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

/** Feeds in turns what the client and what the server says, the client first. The connection is not ended when a ledger is given, so that it can go on. */
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
  if (!ledger) {
    reader.clientEnded();
    reader.serverEnded();
  }
  return reader.count();
}
