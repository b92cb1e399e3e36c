/** A gzip (RFC 1952) that is flushed in its middle, for tests, by the zlib of Node and at once. */

import { constants, crc32, deflateRawSync } from 'node:zlib';

/** Deflate, no flags, no time, no extra flags, an unknown system. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
const WINDOW_BYTES = 32 * 1024;

/** @param cuts places in the text up to which a reader is to have all that came before */
export function writeGzip(text: Buffer, cuts: readonly number[]): Buffer {
  const places = [0, ...cuts.filter((cut) => cut < text.length).sort((a, b) => a - b), text.length];
  const pieces = places.slice(1).map((to, index) => {
    const from = places[index] ?? 0;
    const isLast = index === places.length - 2;
    const dictionary = text.subarray(Math.max(0, from - WINDOW_BYTES), from);
    return deflateRawSync(text.subarray(from, to), {
      finishFlush: isLast ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
      // With the text so far as its dictionary a piece is what one stream would have written.
      ...(dictionary.length > 0 && { dictionary }),
    });
  });
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(crc32(text));
  trailer.writeUInt32LE(text.length, 4);
  return Buffer.concat([HEADER, ...pieces, trailer]);
}
