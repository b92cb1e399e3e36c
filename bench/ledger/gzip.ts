/**
 * Events in the content coding gzip (RFC 9110, section 8.4.1.3): the compressed bytes are payload, whatever they stand for,
 * and what they inflate to is read for the events in it.
 *
 * pako inflates as the bytes come, so that a count is right at once; node:zlib would answer later, from another thread. Of
 * a content that is cut off, or that holds no event, the bytes are payload too: none can be told from another.
 */

import { Z_BUF_ERROR, Z_OK, Z_STREAM_END, Z_SYNC_FLUSH, ZStream, zlibInflate, zlibInflateInit2 } from 'pako';
import { Content } from './content.ts';
import { Direction } from './direction.ts';

/** A window of 2^15 bytes, plus 16: gzip and nothing else. */
const GZIP_WINDOW_BITS = 15 + 16;
/** Shared: what is inflated is read before anything else is. */
const inflated = Buffer.alloc(16 * 1024);

export class GzipContent extends Content {
  readonly #direction: Direction;
  readonly #inflate = new ZStream();
  /** Stands in for a direction in which the text came as it is. */
  readonly #text: Direction;
  readonly #content: Content;
  #isWhole = false;

  /** @param contentOf how the text is read */
  constructor(direction: Direction, contentOf: (text: Direction) => Content) {
    super(direction);
    this.#direction = direction;
    this.#text = new Direction(direction.way);
    this.#content = contentOf(this.#text);
    zlibInflateInit2(this.#inflate, GZIP_WINDOW_BITS);
  }

  read(chunk: Buffer, from: number, to: number): void {
    this.tally.add('payload', to - from);
    const before = this.#text.messages;
    const problem = this.#isWhole ? 'bytes after the end of a gzip' : this.#read(chunk.subarray(from, to));
    this.tally.finish(this.#text.messages - before);
    if (problem !== undefined) this.#direction.fail(problem);
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
      if (status === Z_STREAM_END) {
        this.#isWhole = true;
        return stream.avail_in > 0 ? 'bytes after the end of a gzip' : undefined;
      }
      // Not a problem: there is nothing more to say about the bytes so far.
      if (status !== Z_OK && status !== Z_BUF_ERROR) return `a gzip that can't be inflated: ${stream.msg}`;
    } while (stream.avail_out === 0);
    return undefined;
  }
}
