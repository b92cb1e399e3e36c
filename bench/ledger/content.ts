import type { Layer } from '../contract/ledger.ts';
import type { Direction } from './direction.ts';

/**
 * Counts the bytes of messages that follow each other: one body's, or those of a connection.
 *
 * An unfinished message counts by what it looks like so far. One that is never finished is not delivered, and control.
 */
export class MessageTally {
  protected readonly direction: Direction;
  messages = 0;
  /** Payload of the unfinished message. */
  unfinishedBytes = 0;
  #framing = 0;

  constructor(direction: Direction) {
    this.direction = direction;
    direction.open.add(this);
  }

  add(layer: Layer, bytes: number): void {
    this.direction.layers[layer] += bytes;
    if (layer === 'payload') this.unfinishedBytes += bytes;
    else if (layer === 'framing') this.#framing += bytes;
  }

  /** Moves bytes of the unfinished message that turn out to be of another layer. */
  move(bytes: number, from: Layer, to: Layer): void {
    this.add(from, -bytes);
    this.add(to, bytes);
  }

  finish(messages = 1): void {
    this.messages += messages;
    this.direction.messages += messages;
    this.keep();
  }

  /** Keeps the bytes so far in their layers, whatever follows. */
  keep(): void {
    this.unfinishedBytes = 0;
    this.#framing = 0;
  }

  /** Ends the tally: what is unfinished is control. Returns the messages completed. Idempotent. */
  close(): number {
    this.move(this.unfinishedBytes, 'payload', 'control');
    this.move(this.#framing, 'framing', 'control');
    this.direction.open.delete(this);
    return this.messages;
  }
}

/** Reads the content of a body. A body that is cut off is closed without `end`. */
export abstract class Content extends MessageTally {
  /** Takes all bytes between `from` and `to`. May fail the direction: what it did not read is unread then. */
  abstract read(chunk: Buffer, from: number, to: number): void;

  /** Tells that the body is complete. Returns how many messages it held. */
  end(): number {
    return this.close();
  }
}

export class ControlContent extends Content {
  read(_chunk: Buffer, from: number, to: number): void {
    this.add('control', to - from);
  }
}

/** Content that is one message as a whole, unless it is empty. */
export class MessageContent extends Content {
  get isEmpty(): boolean {
    return this.unfinishedBytes === 0 && this.messages === 0;
  }

  read(_chunk: Buffer, from: number, to: number): void {
    this.add('payload', to - from);
  }

  override end(): number {
    if (this.unfinishedBytes > 0) this.finish();
    return super.end();
  }
}
