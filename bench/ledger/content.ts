import type { Layer } from '../contract/ledger.ts';
import type { Direction } from './direction.ts';
import { MessageTally } from './message-tally.ts';

/** Reads the content of a body: any bytes are allowed. */
export abstract class Content {
  protected readonly tally: MessageTally;

  constructor(direction: Direction) {
    this.tally = new MessageTally(direction);
  }

  /** Takes all bytes between `from` and `to`. */
  abstract read(chunk: Buffer, from: number, to: number): void;

  /** The body is complete. Returns how many messages it held. */
  end(): number {
    return this.tally.close();
  }

  /** The body will never be complete. */
  cutOff(): void {
    this.tally.close();
  }
}

/** Content in which nothing is told apart. */
export class PlainContent extends Content {
  readonly #layer: Layer;

  constructor(direction: Direction, layer: Layer) {
    super(direction);
    this.#layer = layer;
  }

  read(_chunk: Buffer, from: number, to: number): void {
    this.tally.add(this.#layer, to - from);
  }
}

/** Content that is one message as a whole, unless it is empty. */
export class MessageContent extends Content {
  get isEmpty(): boolean {
    return this.tally.unfinishedBytes === 0 && this.tally.messages === 0;
  }

  read(_chunk: Buffer, from: number, to: number): void {
    this.tally.add('payload', to - from);
  }

  override end(): number {
    if (this.tally.unfinishedBytes > 0) this.tally.finish();
    return super.end();
  }
}
