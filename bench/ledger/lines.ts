/** Newline-delimited events: the body `application/x-ndjson`, and the TCP control, which is nothing else. */

import { Content } from './content.ts';
import type { Direction, Reader } from './direction.ts';

const LF = 0x0a;

/** Each line is an event: its bytes are payload, its LF is framing. An empty line is no event, and control. */
export class EventLines extends Content {
  read(chunk: Buffer, from: number, to: number): void {
    for (let at = from; at < to; ) {
      const end = chunk.indexOf(LF, at);
      if (end === -1 || end >= to) {
        this.add('payload', to - at);
        return;
      }
      this.add('payload', end - at);
      if (this.unfinishedBytes > 0) {
        this.add('framing', 1);
        this.finish();
      } else {
        this.add('control', 1);
      }
      at = end + 1;
    }
  }
}

/** One direction of the TCP control. Upwards the first line is the handshake; downwards too, but only if it is empty. */
export class TcpLines implements Reader {
  readonly #direction: Direction;
  readonly #lines: EventLines;
  #isOpen = false;

  constructor(direction: Direction) {
    this.#direction = direction;
    this.#lines = new EventLines(direction);
  }

  read(chunk: Buffer, at: number): number {
    if (!this.#isOpen) {
      const end = chunk.indexOf(LF, at);
      const taken = this.#direction.name === 'down' ? Number(end === at) : (end === -1 ? chunk.length : end + 1) - at;
      this.#direction.layers.handshake += taken;
      this.#isOpen = end !== -1 || this.#direction.name === 'down';
      if (taken > 0) return at + taken;
    }
    this.#lines.read(chunk, at, chunk.length);
    return chunk.length;
  }
}
