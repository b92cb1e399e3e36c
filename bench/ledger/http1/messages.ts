import type { Direction, Reader } from '../direction.ts';
import type { Body } from './body.ts';
import { HeadReader, REQUEST_LINE, STATUS_LINE } from './head.ts';

/** Told of the messages of one direction, in order. */
export interface MessageListener {
  /** The first byte is there. May fail the direction: then it is not taken. */
  begins(): void;
  /** Says how the body is to be read; nothing if there is none; `goesOn` when another head of the same message follows. */
  head(head: HeadReader): Body | 'goesOn' | undefined;
  /** @param bytes of the message, from first to last */
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
      if (this.#body.isDone && this.#direction.reader) this.#end();
      return at;
    }
    if (!this.#head) {
      this.#listener.begins();
      if (!this.#direction.reader) return from;
      this.#bytesBefore = this.#direction.readBytes;
      this.#head = this.#newHead();
    }
    const at = this.#head.read(chunk, from);
    if (this.#head.isDone) this.#endHead(this.#head);
    return at;
  }

  end(): void {
    if (this.#body?.lastsUntilClose) this.#end();
  }

  #endHead(head: HeadReader): void {
    const body = this.#listener.head(head);
    if (!this.#direction.reader) return;
    if (body === 'goesOn') this.#head = this.#newHead();
    else if (body) this.#body = body;
    else this.#end();
  }

  #end(): void {
    this.#head = undefined;
    this.#body = undefined;
    this.#listener.ends(this.#direction.readBytes - this.#bytesBefore);
  }

  #newHead(): HeadReader {
    return this.#direction.way === 'up'
      ? new HeadReader(this.#direction, 'requestHead', REQUEST_LINE)
      : new HeadReader(this.#direction, 'responseHead', STATUS_LINE);
  }
}
