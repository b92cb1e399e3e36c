/** One event stream towards one client: as it is, or compressed. */

import { constants, createGzip, type Gzip } from 'node:zlib';
import type { Response } from 'express';
import { breakOff } from '../http/responses.ts';
import type { Peer } from './broadcast.ts';

export class SsePeer implements Peer {
  protected readonly response: Response;

  constructor(response: Response) {
    this.response = response;
  }

  get backlogBytes(): number {
    return this.response.writableLength;
  }

  write(frame: Buffer, flushed?: (error?: Error | null) => void): void {
    this.response.write(frame, flushed);
  }

  /** An event stream has no word for "too slow": the client sees the connection end, and may come back with its cursor. */
  cutOff(): void {
    breakOff(this.response);
  }

  end(): void {
    this.response.shouldKeepAlive = false;
    this.response.end();
  }
}

/**
 * Compressed on its own, since each stream goes on from what it said before. Every event is flushed (RFC 1951, section
 * 3.2.4: an empty stored block, 4 bytes and some bits), or it would wait for the next ones to fill a block.
 */
export class GzipSsePeer extends SsePeer {
  readonly #gzip: Gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });

  constructor(response: Response) {
    super(response);
    // Its end ends the response, and whichever is destroyed takes the other along.
    this.#gzip.pipe(response);
    response.req.once('close', () => this.#gzip.destroy());
  }

  override get backlogBytes(): number {
    return super.backlogBytes + this.#gzip.writableLength + this.#gzip.readableLength;
  }

  override write(frame: Buffer, flushed?: (error?: Error | null) => void): void {
    this.#gzip.write(frame, flushed);
  }

  override end(): void {
    this.response.shouldKeepAlive = false;
    this.#gzip.end();
  }
}
