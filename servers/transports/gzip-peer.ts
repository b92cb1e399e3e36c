import { once } from 'node:events';
import { constants, createGzip, type Gzip } from 'node:zlib';
import type { Response } from 'express';
import { WritablePeer } from './writable-peer.ts';

/**
 * A client of a compressed stream. Each has a compressor of its own, since a deflate stream refers back to its own
 * earlier bytes. Every write is flushed (RFC 1951, section 3.2.4: an empty stored block, 4 bytes and some bits), or it would
 * wait for the next ones to fill a block.
 */
export class GzipPeer extends WritablePeer<Response> {
  readonly #gzip: Gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });

  constructor(response: Response) {
    super(response);
    this.#gzip.pipe(response);
    response.req.once('close', () => this.#gzip.destroy());
  }

  override get backlogBytes(): number {
    return super.backlogBytes + this.#gzip.writableLength + this.#gzip.readableLength;
  }

  override write(frame: Buffer, flushed?: (error?: Error | null) => void): void {
    this.#gzip.write(frame, flushed);
  }

  /** Resolves when the compressor has ended the response, in a later turn: until then its connection is not idle. */
  override async end(): Promise<void> {
    this.#gzip.end();
    await once(this.#gzip, 'close');
  }
}
