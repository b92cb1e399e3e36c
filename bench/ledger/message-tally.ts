import type { Layer } from '../contract/ledger.ts';
import type { Direction } from './direction.ts';

/**
 * Counts the bytes of messages that follow each other: one body's, or those of a connection.
 *
 * What is begun counts by what it looks like so far. A message that is never finished reaches nobody: its bytes are control.
 */
export class MessageTally {
  readonly #direction: Direction;
  #messages = 0;
  /** Of the message that is not finished. */
  #payload = 0;
  #framing = 0;

  constructor(direction: Direction) {
    this.#direction = direction;
    direction.open.add(this);
  }

  /** Messages completed. */
  get messages(): number {
    return this.#messages;
  }

  get unfinishedBytes(): number {
    return this.#payload;
  }

  add(layer: Layer, bytes: number): void {
    this.#direction.layers[layer] += bytes;
    if (layer === 'payload') this.#payload += bytes;
    else if (layer === 'framing') this.#framing += bytes;
  }

  /** Bytes of the unfinished message that turn out to be of another layer. */
  move(bytes: number, from: Layer, to: Layer): void {
    this.add(from, -bytes);
    this.add(to, bytes);
  }

  finish(messages = 1): void {
    this.#messages += messages;
    this.#direction.messages += messages;
    this.settle();
  }

  /** What was counted so far stays what it is. */
  settle(): void {
    this.#payload = 0;
    this.#framing = 0;
  }

  /** Nothing follows. Returns the messages completed. */
  close(): number {
    this.move(this.#payload, 'payload', 'control');
    this.move(this.#framing, 'framing', 'control');
    this.#direction.open.delete(this);
    return this.#messages;
  }
}
