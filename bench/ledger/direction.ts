import { type Layer, sumOf } from '../contract/ledger.ts';
import { noLayerBytes } from './layers.ts';

/** From client to server, from server to client. */
export type Way = 'up' | 'down';

/** Takes bytes as they came, in any split. */
export interface Intake {
  feed(chunk: Buffer): void;
  /** No byte will follow. Idempotent. */
  end(): void;
}

/** Reads what comes in one direction, and puts each byte that it takes into a layer. */
export interface Reader {
  /** Takes at least one byte, or fails. Returns the place of the first byte that it did not take. */
  read(chunk: Buffer, at: number): number;
  /** No byte will follow. */
  end(): void;
}

interface Closable {
  close(): unknown;
}

/** One direction of a connection: its bytes so far, and who reads the next. */
export class Direction implements Intake {
  readonly way: Way;
  readonly layers = noLayerBytes();
  /** Messages completed: events downwards, what the client says upwards. */
  messages = 0;
  unreadBytes = 0;
  problem: string | undefined;
  /** None after a problem: the bytes that follow are unread, not guessed. */
  reader: Reader | undefined;
  /** Tallies that may hold an unfinished message: told when no byte will follow. */
  readonly open = new Set<Closable>();

  constructor(way: Way) {
    this.way = way;
  }

  feed(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length && this.reader) at = this.reader.read(chunk, at);
    this.unreadBytes += chunk.length - at;
  }

  end(): void {
    this.reader?.end();
    for (const tally of this.open) tally.close();
  }

  get readBytes(): number {
    return sumOf(this.layers);
  }

  /** Tells the first problem; the byte where it was seen is the first that is not read. */
  fail(problem: string): void {
    this.problem ??= `${this.way}, byte ${this.readBytes}: ${problem}`;
    this.reader = undefined;
  }

  move(bytes: number, from: Layer, to: Layer): void {
    this.layers[from] -= bytes;
    this.layers[to] += bytes;
  }
}
