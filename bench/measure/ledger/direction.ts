import { type Layer, sumOf } from '../../contract/ledger.ts';
import { noLayerBytes } from './layers.ts';

/** From client to server, from server to client. */
export type Way = 'up' | 'down';

/** Reads what comes in one direction, and puts each byte that it takes into a layer. */
export interface Reader {
  /** Takes at least one byte, or fails. Returns the place of the first byte that it did not take. */
  read(chunk: Buffer, at: number): number;
  /** No byte will follow. */
  end(): void;
}

/** Reads the content of a body: any bytes are allowed, and all of those between `from` and `to` are taken. */
export interface Content {
  read(chunk: Buffer, from: number, to: number): void;
}

/** One direction of a connection: its bytes so far, and who reads the next. */
export class Direction {
  readonly way: Way;
  readonly layers = noLayerBytes();
  /** Messages completed: events downwards, what the client says upwards. */
  messages = 0;
  unreadBytes = 0;
  problem: string | undefined;
  /** None after a problem: the bytes that follow are unread, not guessed. */
  reader: Reader | undefined;
  #settledPayload = 0;
  #settledFraming = 0;

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
    this.dropUnfinished();
  }

  get readBytes(): number {
    return sumOf(this.layers);
  }

  /** Payload of the message that is not finished. */
  get unfinishedBytes(): number {
    return this.layers.payload - this.#settledPayload;
  }

  finishMessage(): void {
    this.messages++;
    this.settle();
  }

  /** What was counted so far stays what it is. */
  settle(): void {
    this.#settledPayload = this.layers.payload;
    this.#settledFraming = this.layers.framing;
  }

  /** A message that was begun and is never finished reaches nobody: its bytes are control. */
  dropUnfinished(): void {
    this.move(this.layers.payload - this.#settledPayload, 'payload', 'control');
    this.move(this.layers.framing - this.#settledFraming, 'framing', 'control');
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

/** Content in which nothing is told apart. */
export class PlainContent implements Content {
  readonly #direction: Direction;
  readonly #layer: Layer;

  constructor(direction: Direction, layer: Layer) {
    this.#direction = direction;
    this.#layer = layer;
  }

  read(_chunk: Buffer, from: number, to: number): void {
    this.#direction.layers[this.#layer] += to - from;
  }
}
