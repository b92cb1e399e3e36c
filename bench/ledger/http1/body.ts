/** Where the body of an HTTP/1.1 message ends (RFC 9112, sections 6 and 7). */

import type { Content } from '../content.ts';
import type { Direction } from '../direction.ts';
import type { HeadReader } from './head.ts';

/** Reads a body in its framing, and passes the content on. */
export interface Body {
  readonly isDone: boolean;
  /** Whether the end of the connection is its end. */
  readonly lastsUntilClose: boolean;
  read(chunk: Buffer, at: number): number;
}

/**
 * Returns the reader of the body after this head, undefined when there is none. Fails the direction when the head is ambiguous.
 * Without a length and a coding there is no body upwards, and one that lasts until the connection is closed downwards (6.3).
 */
export function bodyOf(direction: Direction, { fields }: HeadReader, content: Content): Body | undefined {
  const coding = fields.get('transfer-encoding');
  const length = fields.get('content-length');
  if (coding !== undefined) {
    // Either could smuggle a message past a reader that takes the other header (6.1, 11.2).
    if (length !== undefined) direction.fail('both Content-Length and Transfer-Encoding');
    else if (coding.toLowerCase() !== 'chunked') direction.fail(`the transfer coding ${JSON.stringify(coding)}`);
    return new ChunkedBody(direction, content);
  }
  if (length === undefined)
    return direction.name === 'up' ? undefined : new PlainBody(content, Number.POSITIVE_INFINITY);
  const bytes = Number(length);
  if (!/^\d+$/.test(length) || !Number.isSafeInteger(bytes)) {
    direction.fail(`the Content-Length ${JSON.stringify(length)}`);
  }
  return bytes > 0 ? new PlainBody(content, bytes) : undefined;
}

/** Content-Length (6.2), or, with infinitely many bytes, a response that lasts until the connection is closed (6.3). */
class PlainBody implements Body {
  readonly #content: Content;
  readonly lastsUntilClose: boolean;
  #bytesLeft: number;

  constructor(content: Content, bytes: number) {
    this.#content = content;
    this.#bytesLeft = bytes;
    this.lastsUntilClose = bytes === Number.POSITIVE_INFINITY;
  }

  get isDone(): boolean {
    return this.#bytesLeft === 0;
  }

  read(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#bytesLeft);
    this.#content.read(chunk, at, end);
    this.#bytesLeft -= end - at;
    return end;
  }
}

const LF = 0x0a;
const CR = 0x0d;
const SEMICOLON = 0x3b;

/** Transfer-Encoding: chunked (7.1). Extensions and trailers are reported as unread. */
class ChunkedBody implements Body {
  readonly #direction: Direction;
  readonly #content: Content;
  #state: 'firstDigit' | 'digits' | 'sizeLf' | 'data' | 'dataCr' | 'dataLf' = 'firstDigit';
  #bytesLeft = 0;
  #isLast = false;
  isDone = false;
  readonly lastsUntilClose = false;

  constructor(direction: Direction, content: Content) {
    this.#direction = direction;
    this.#content = content;
  }

  read(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && !this.isDone && this.#direction.reader) {
      if (this.#state === 'data') {
        const end = Math.min(chunk.length, at + this.#bytesLeft);
        this.#content.read(chunk, at, end);
        this.#bytesLeft -= end - at;
        at = end;
        if (this.#bytesLeft === 0) this.#state = 'dataCr';
      } else {
        const problem = this.#readByte(chunk[at] ?? 0);
        if (problem !== undefined) {
          this.#direction.fail(problem);
          break;
        }
        this.#direction.layers.chunking++;
        at++;
      }
    }
    return at;
  }

  #readByte(byte: number): string | undefined {
    switch (this.#state) {
      case 'sizeLf':
        this.#isLast = this.#bytesLeft === 0;
        this.#state = this.#isLast ? 'dataCr' : 'data';
        return byte === LF ? undefined : "no LF after the CR in a chunk's first line";
      case 'dataCr':
        this.#state = 'dataLf';
        if (byte === CR) return undefined;
        return this.#isLast ? 'a trailer is not read' : 'a chunk is longer than its size';
      case 'dataLf':
        this.#state = 'firstDigit';
        this.isDone = this.#isLast && byte === LF;
        return byte === LF ? undefined : 'no LF after the CR that ends a chunk';
      default:
        return this.#readSize(byte);
    }
  }

  #readSize(byte: number): string | undefined {
    const digit = hexDigit(byte);
    if (digit !== -1) {
      this.#bytesLeft = this.#bytesLeft * 16 + digit;
      this.#state = 'digits';
      return Number.isSafeInteger(this.#bytesLeft) ? undefined : "a chunk's size is above 2^53";
    }
    if (this.#state === 'firstDigit') return 'a chunk begins without its size';
    if (byte === SEMICOLON) return 'a chunk extension is not read';
    this.#state = 'sizeLf';
    return byte === CR ? undefined : "a chunk's size is not hexadecimal";
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}
