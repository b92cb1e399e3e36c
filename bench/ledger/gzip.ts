/**
 * Events in the content coding gzip (RFC 9110, section 8.4.1.3): the compressed bytes are payload, whatever they stand for,
 * and the inflated text is read for its events.
 *
 * pako inflates as the bytes come, so that a count is right at once; node:zlib would answer later, from another thread. The
 * bytes of a content that is cut off, or that holds no event, are payload too: which of them carry events is not known.
 */

import { Z_BUF_ERROR, Z_OK, Z_STREAM_END, Z_SYNC_FLUSH, ZStream, zlibInflate, zlibInflateInit2 } from 'pako';
import { Content } from './content.ts';
import { Direction } from './direction.ts';

/** A window of 2^15 bytes, plus 16: gzip and nothing else. */
const GZIP_WINDOW_BITS = 15 + 16;
/** Shared by all streams: what is inflated is read before anything else is. */
const inflated = Buffer.alloc(16 * 1024);

export class GzipContent extends Content {
  readonly #inflate = new ZStream();
  /** Stands in for a direction in which the text came uncompressed. */
  readonly #text: Direction;
  readonly #content: Content;
  #isWhole = false;

  constructor(direction: Direction, contentOf: (text: Direction) => Content) {
    super(direction);
    this.#text = new Direction(direction.name);
    this.#content = contentOf(this.#text);
    zlibInflateInit2(this.#inflate, GZIP_WINDOW_BITS);
  }

  read(chunk: Buffer, from: number, to: number): void {
    this.add('payload', to - from);
    const before = this.#text.messages;
    const problem = this.#isWhole ? 'bytes after the end of a gzip' : this.#read(chunk.subarray(from, to));
    this.finish(this.#text.messages - before);
    if (problem !== undefined) this.direction.fail(problem);
  }

  #read(compressed: Buffer): string | undefined {
    const stream = this.#inflate;
    stream.input = compressed;
    stream.next_in = 0;
    stream.avail_in = compressed.length;
    do {
      stream.output = inflated;
      stream.next_out = 0;
      stream.avail_out = inflated.length;
      const status = zlibInflate(stream, Z_SYNC_FLUSH);
      this.#content.read(inflated.subarray(0, stream.next_out), 0, stream.next_out);
      if (this.#text.problem !== undefined) return `the text of a gzip: ${this.#text.problem}`;
      if (status === Z_STREAM_END) {
        this.#isWhole = true;
        return stream.avail_in > 0 ? 'bytes after the end of a gzip' : undefined;
      }
      // Z_BUF_ERROR is no problem: zlib returns it when all input so far is inflated.
      if (status !== Z_OK && status !== Z_BUF_ERROR) return `a gzip that can't be inflated: ${stream.msg}`;
    } while (stream.avail_out === 0);
    return undefined;
  }
}
