/** Content codings (RFC 9110, section 8.4.1) that keep the instants at which the bytes came. */

import { constants, createGunzip } from 'node:zlib';

export interface Decoded {
  /** @param receivedNs when the encoded bytes came, not when they were decoded */
  chunk(chunk: Buffer, receivedNs: number): void;
  failed(error: Error): void;
}

export interface Decoding {
  push(chunk: Buffer, receivedNs: number): void;
  end(done: () => void): void;
  close(): void;
}

export function decodingOf(coding: string | undefined, to: Decoded): Decoding {
  return coding === 'gzip' ? gunzip(to) : { push: to.chunk, end: (done) => done(), close() {} };
}

/** zlib works off the event loop: by the time a chunk is decoded, others may have come. */
function gunzip(to: Decoded): Decoding {
  const arrivalsNs: number[] = [];
  const stream = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH });
  stream.on('data', (chunk: Buffer) => to.chunk(chunk, arrivalsNs[0] ?? Number.NaN));
  stream.on('error', (error) => to.failed(error));
  return {
    push(chunk, receivedNs) {
      arrivalsNs.push(receivedNs);
      stream.write(chunk, () => arrivalsNs.shift());
    },
    end: (done) => void stream.end().once('end', done),
    close: () => void stream.destroy(),
  };
}
