/** Where the body of an HTTP/1.1 message ends (RFC 9112, sections 6 and 7). */

import type { Content } from '../content.ts';
import type { Direction } from '../direction.ts';
import { HeadReader } from './head.ts';

/**
 * How the body after this head is to be read; nothing when there is none. Fails the direction when the head is not clear.
 *
 * @param lastsOtherwise whether a message without length and coding lasts until the connection is closed, as responses do
 */
export function bodyOf(
  direction: Direction,
  { fields, isHttp10 }: HeadReader,
  content: Content,
  lastsOtherwise: boolean,
): Body | undefined {
  const coding = fields.get('transfer-encoding');
  const length = fields.get('content-length');
  if (coding !== undefined) {
    // Each a way to smuggle a message past a reader that takes the other (6.1, 11.2).
    if (length !== undefined) direction.fail('both Content-Length and Transfer-Encoding');
    else if (isHttp10) direction.fail('Transfer-Encoding in HTTP/1.0');
    else if (coding.toLowerCase() !== 'chunked') direction.fail(`the transfer coding ${JSON.stringify(coding)}`);
    return new ChunkedBody(direction, content);
  }
  if (length === undefined) return lastsOtherwise ? new PlainBody(content, Number.POSITIVE_INFINITY) : undefined;
  const bytes = Number(length);
  if (!/^\d+$/.test(length) || !Number.isSafeInteger(bytes)) {
    direction.fail(`the Content-Length ${JSON.stringify(length)}`);
  }
  return bytes > 0 ? new PlainBody(content, bytes) : undefined;
}

/** Reads a body in its framing, and passes the content on. */
export interface Body {
  readonly isDone: boolean;
  /** Whether the end of the connection is its end. */
  readonly lastsUntilClose: boolean;
  read(chunk: Buffer, at: number): number;
}

/** Content-Length (6.2), or, with infinitely many bytes, a response that lasts until the connection is closed (6.3). */
export class PlainBody implements Body {
  readonly #content: Content;
  #bytesLeft: number;

  constructor(content: Content, bytes: number) {
    this.#content = content;
    this.#bytesLeft = bytes;
  }

  get isDone(): boolean {
    return this.#bytesLeft === 0;
  }

  get lastsUntilClose(): boolean {
    return this.#bytesLeft === Number.POSITIVE_INFINITY;
  }

  read(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + this.#bytesLeft);
    this.#content.read(chunk, at, end);
    this.#bytesLeft -= end - at;
    return end;
  }
}

const TAB = 0x09;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const SEMICOLON = 0x3b;
const DELETE = 0x7f;
/** A size line is walked byte by byte, so that one in pieces needs no buffer; this is where it is too long to be one. */
const LONGEST_SIZE_LINE = 16 * 1024;

/** What the next byte belongs to. */
type Place = 'firstDigit' | 'digits' | 'space' | 'extension' | 'sizeLf' | 'data' | 'dataCr' | 'dataLf' | 'trailers';

/** Transfer-Encoding: chunked (7.1), with extensions and trailers. */
export class ChunkedBody implements Body {
  readonly #direction: Direction;
  readonly #content: Content;
  readonly #trailers: HeadReader;
  #place: Place = 'firstDigit';
  #size = 0;
  #sizeLineBytes = 0;
  readonly lastsUntilClose = false;

  constructor(direction: Direction, content: Content) {
    this.#direction = direction;
    this.#content = content;
    this.#trailers = new HeadReader(direction, 'chunking');
  }

  get isDone(): boolean {
    return this.#trailers.isDone;
  }

  read(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length && !this.isDone && this.#direction.reader) {
      if (this.#place === 'data') {
        const end = Math.min(chunk.length, at + this.#size);
        this.#content.read(chunk, at, end);
        this.#size -= end - at;
        at = end;
        if (this.#size === 0) this.#place = 'dataCr';
      } else if (this.#place === 'trailers') {
        at = this.#trailers.read(chunk, at);
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
    if (this.#place === 'dataCr') {
      this.#place = 'dataLf';
      return byte === CR ? undefined : 'a chunk is longer than its size';
    }
    if (this.#place === 'dataLf') {
      this.#place = 'firstDigit';
      return byte === LF ? undefined : 'no LF after the CR that ends a chunk';
    }
    if (++this.#sizeLineBytes > LONGEST_SIZE_LINE)
      return `a chunk's first line is longer than ${LONGEST_SIZE_LINE} bytes`;
    if (this.#place === 'sizeLf') {
      this.#place = this.#size === 0 ? 'trailers' : 'data';
      this.#sizeLineBytes = 0;
      return byte === LF ? undefined : "no LF after the CR in a chunk's first line";
    }
    return this.#readSizeLine(byte);
  }

  /** `1*HEXDIG *( BWS ";" extension )`. Of an extension only that it is text is looked at. */
  #readSizeLine(byte: number): string | undefined {
    const place = this.#place;
    if (place === 'firstDigit' || place === 'digits') {
      const digit = hexDigit(byte);
      if (digit !== -1) {
        this.#size = this.#size * 16 + digit;
        this.#place = 'digits';
        return Number.isSafeInteger(this.#size) ? undefined : "a chunk's size is above 2^53";
      }
      if (place === 'firstDigit') return 'a chunk begins without its size';
    }
    if (byte === CR) {
      this.#place = 'sizeLf';
      return place === 'space' ? "white space ends a chunk's size" : undefined;
    }
    if (place === 'extension') {
      return (byte >= SPACE && byte !== DELETE) || byte === TAB ? undefined : 'a chunk extension is not text';
    }
    if (byte === SEMICOLON) this.#place = 'extension';
    else if (byte === SPACE || byte === TAB) this.#place = 'space';
    else return "a chunk's size is not hexadecimal";
    return undefined;
  }
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : -1;
}
