import { type Layer, sumOf } from '../contract/ledger.ts';
import { noLayerBytes } from './layers.ts';

/** `up` is from client to server, `down` from server to client. */
export type DirectionName = 'up' | 'down';

/** Reads what comes in one direction, and puts each byte that it takes into a layer. */
export interface Reader {
  /** Takes at least one byte, or fails. Returns the offset of the first byte that it did not take. */
  read(chunk: Buffer, at: number): number;
  /** Tells that no byte will follow. */
  end?(): void;
}

interface Closable {
  close(): unknown;
}

/** One direction of a connection: its bytes so far, and the reader of the next. */
export class Direction {
  readonly name: DirectionName;
  readonly layers = noLayerBytes();
  /** Messages completed: events downwards, messages to the server upwards. */
  messages = 0;
  unreadBytes = 0;
  problem: string | undefined;
  /** Undefined after a problem: the bytes that follow are unread, not guessed. */
  reader: Reader | undefined;
  /** Tallies that may hold an unfinished message: closed when no byte will follow. */
  readonly open = new Set<Closable>();

  constructor(name: DirectionName) {
    this.name = name;
  }

  /** Takes bytes in any split. */
  feed(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.reader) at = this.reader.read(chunk, at);
    this.unreadBytes += chunk.length - at;
  }

  /** Tells that no byte will follow. Idempotent. */
  end(): void {
    this.reader?.end?.();
    for (const tally of this.open) tally.close();
  }

  get readBytes(): number {
    return sumOf(this.layers);
  }

  /** Keeps the first problem; the byte that it names is the first that is not read. */
  fail(problem: string): void {
    this.problem ??= `${this.name}, byte ${this.readBytes}: ${problem}`;
    this.reader = undefined;
  }

  move(bytes: number, from: Layer, to: Layer): void {
    this.layers[from] -= bytes;
    this.layers[to] += bytes;
  }
}
