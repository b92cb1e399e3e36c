import type { Direction, Reader } from '../direction.ts';
import type { Body } from './body.ts';
import { HeadReader } from './head.ts';

/** Receives the messages of one direction, in order. */
export interface MessageListener {
  /** The first byte of a message has come. May fail the direction: then the byte is not taken. */
  begins(): void;
  /** Returns the reader of the body, undefined if there is none. */
  head(head: HeadReader): Body | undefined;
  ends(bytes: number): void;
}

/** Reads one direction of HTTP/1.1: head, body, head, body … */
export class MessageReader implements Reader {
  readonly #direction: Direction;
  readonly #listener: MessageListener;
  #head: HeadReader | undefined;
  #body: Body | undefined;
  /** Bytes of the direction before this message. */
  #bytesBefore = 0;

  constructor(direction: Direction, listener: MessageListener) {
    this.#direction = direction;
    this.#listener = listener;
  }

  read(chunk: Buffer, from: number): number {
    if (this.#body) {
      const at = this.#body.read(chunk, from);
      if (this.#body.isDone) this.#end();
      return at;
    }
    if (!this.#head) {
      this.#listener.begins();
      if (!this.#direction.reader) return from;
      this.#bytesBefore = this.#direction.readBytes;
      this.#head = new HeadReader(this.#direction);
    }
    const at = this.#head.read(chunk, from);
    if (this.#head.isDone) {
      this.#body = this.#listener.head(this.#head);
      if (!this.#body) this.#end();
    }
    return at;
  }

  end(): void {
    if (this.#body?.lastsUntilClose) this.#end();
  }

  #end(): void {
    if (!this.#direction.reader) return;
    this.#head = undefined;
    this.#body = undefined;
    this.#listener.ends(this.#direction.readBytes - this.#bytesBefore);
  }
}
