/**
 * `text/event-stream` (WHATWG HTML, section 9.2.6), counted instead of interpreted.
 *
 * The values of `data` are payload, and so is the LF by which two `data` lines of an event are joined: payload is then the
 * event's text, byte for byte. Of the line end between them that is one byte; the other of a CRLF is framing. The rest of
 * `data`, `id` and `event` lines, the blank line that ends an event and a byte order mark are framing. All else is control:
 * comments, `retry`, lines that clients ignore, blank lines that end no event, and an event that the stream ends within.
 */

import { Content } from './content.ts';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const;

/** Names are read as numbers of base 256 that begin with a digit 1: a name in pieces needs no buffer. */
const NO_NAME = 1;
const NAME = { data: nameOf('data'), id: nameOf('id'), event: nameOf('event') } as const;
const LONGEST_NAME = 5;
/** Whatever follows, it is none of the names above. */
const OTHER_NAME = 2;

/** What the next byte belongs to. */
type Place = 'byteOrderMark' | 'name' | 'space' | 'value' | 'afterCr';

export class EventStream extends Content {
  #place: Place = 'byteOrderMark';
  #name = NO_NAME;
  /** Bytes of the name, or of the byte order mark, so far: framing until the line turns out to be control. */
  #nameBytes = 0;
  #valueLayer: 'payload' | 'framing' | 'control' = 'control';
  #lineEndLayer: 'framing' | 'control' = 'control';
  #dataLines = 0;
  #isBetweenEvents = true;
  /** Places of the next CR and LF in a chunk. Searched for anew with each line they would cost the square of its lines. */
  #crAt = -1;
  #lfAt = -1;

  read(chunk: Buffer, from: number, to: number): void {
    this.#crAt = -1;
    this.#lfAt = -1;
    for (let at = from; at < to; ) {
      if (this.#place === 'name') at = this.#readName(chunk, at, to);
      else if (this.#place === 'value') at = this.#readValue(chunk, at, to);
      else if (this.#place === 'space') at = this.#readSpace(chunk, at);
      else if (this.#place === 'afterCr') at = this.#readAfterCr(chunk, at);
      else at = this.#readByteOrderMark(chunk, at);
    }
  }

  #readByteOrderMark(chunk: Buffer, at: number): number {
    if (chunk[at] !== BYTE_ORDER_MARK[this.#nameBytes]) {
      this.#place = 'name';
      if (this.#nameBytes > 0) this.#name = OTHER_NAME;
      return at;
    }
    this.tally.add('framing', 1);
    this.#nameBytes++;
    if (this.#nameBytes === BYTE_ORDER_MARK.length) {
      this.#beginLine();
      this.tally.settle();
    }
    return at + 1;
  }

  /** A name ends with a colon, with its line, or where it is longer than any that counts. */
  #readName(chunk: Buffer, from: number, to: number): number {
    let at = from;
    for (; at < to; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === COLON || byte === LF || byte === CR || this.#nameBytes === LONGEST_NAME) break;
      this.#name = this.#name * 256 + byte;
      this.#nameBytes++;
    }
    this.tally.add('framing', at - from);
    if (at === to) return to;

    const byte = chunk[at];
    const isLineEnd = byte === LF || byte === CR;
    if (isLineEnd && this.#nameBytes === 0) return this.#endBlock(chunk, at);
    this.#classify(isLineEnd || byte === COLON);
    if (isLineEnd) return this.#endLine(chunk, at);
    this.tally.add(this.#lineEndLayer, 1);
    this.#place = byte === COLON ? 'space' : 'value';
    return at + 1;
  }

  #classify(isWhole: boolean): void {
    const name = isWhole ? this.#name : OTHER_NAME;
    this.#isBetweenEvents = false;
    if (name === NAME.data) {
      // The end of the data line before this one was no framing after all.
      if (this.#dataLines > 0) this.tally.move(1, 'framing', 'payload');
      this.#dataLines++;
      this.#valueLayer = 'payload';
      this.#lineEndLayer = 'framing';
    } else if (name === NAME.id || name === NAME.event) {
      this.#valueLayer = 'framing';
      this.#lineEndLayer = 'framing';
    } else {
      this.tally.move(this.#nameBytes, 'framing', 'control');
      this.#valueLayer = 'control';
      this.#lineEndLayer = 'control';
    }
  }

  #readSpace(chunk: Buffer, at: number): number {
    this.#place = 'value';
    if (chunk[at] !== SPACE) return at;
    this.tally.add(this.#lineEndLayer, 1);
    return at + 1;
  }

  #readValue(chunk: Buffer, at: number, to: number): number {
    // The search may run past `to`, but not far: what follows in HTTP/1.1 is chunk framing or a head, and has both.
    if (this.#lfAt < at) this.#lfAt = indexOrInfinity(chunk.indexOf(LF, at));
    if (this.#crAt < at) this.#crAt = indexOrInfinity(chunk.indexOf(CR, at));
    const end = Math.min(this.#lfAt, this.#crAt, to);
    this.tally.add(this.#valueLayer, end - at);
    return end < to ? this.#endLine(chunk, end) : to;
  }

  #endLine(chunk: Buffer, at: number): number {
    this.tally.add(this.#lineEndLayer, 1);
    this.#beginLine();
    if (chunk[at] === CR) this.#place = 'afterCr';
    return at + 1;
  }

  #endBlock(chunk: Buffer, at: number): number {
    const isEvent = this.#dataLines > 0;
    this.#lineEndLayer = isEvent ? 'framing' : 'control';
    const next = this.#endLine(chunk, at);
    if (isEvent) this.tally.finish();
    else this.tally.settle();
    this.#dataLines = 0;
    this.#isBetweenEvents = true;
    return next;
  }

  /** A CR was the line end, and an LF after it still is. */
  #readAfterCr(chunk: Buffer, at: number): number {
    this.#place = 'name';
    if (chunk[at] !== LF) return at;
    this.tally.add(this.#lineEndLayer, 1);
    if (this.#isBetweenEvents) this.tally.settle();
    return at + 1;
  }

  #beginLine(): void {
    this.#place = 'name';
    this.#name = NO_NAME;
    this.#nameBytes = 0;
  }
}

function nameOf(name: string): number {
  return Buffer.from(name).reduce((number, byte) => number * 256 + byte, NO_NAME);
}

function indexOrInfinity(index: number): number {
  return index === -1 ? Number.POSITIVE_INFINITY : index;
}
