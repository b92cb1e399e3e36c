import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { breakOff } from '../http/responses.ts';
import type { Peer } from './broadcast.ts';

/** A client of a bare socket or of a response that never ends. Neither can say why it is cut off. */
export class WritablePeer<W extends Socket | ServerResponse> implements Peer {
  readonly #writable: W;

  constructor(writable: W) {
    this.#writable = writable;
  }

  get backlogBytes(): number {
    return this.#writable.writableLength;
  }

  write(frame: Buffer, flushed?: (error?: Error | null) => void): void {
    this.#writable.write(frame, flushed);
  }

  cutOff(): void {
    breakOff(this.#writable);
  }

  end(): unknown {
    return this.#writable.end();
  }
}
