/**
 * `text/event-stream` (WHATWG HTML, section 9.2.6), counted instead of interpreted. Lines end with LF, as the server writes
 * them; a CR or a byte order mark is reported as unread.
 *
 * The values of `data` are payload, and so is the LF by which two `data` lines of an event are joined: payload is then the
 * event's text, byte for byte. The rest of `data`, `id` and `event` lines and the blank line that ends an event are framing.
 * All else is control: comments, `retry`, lines that clients ignore, blank lines that end no event, and an event that the
 * stream ends within.
 */

import { Content } from './content.ts';

const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const COLON = 0x3a;
const FIRST_OF_BYTE_ORDER_MARK = 0xef;

/** Names are read as numbers of base 256 that begin with a digit 1: a name in pieces needs no buffer. */
const NO_NAME = 1;
const NAME = { data: nameOf('data'), id: nameOf('id'), event: nameOf('event') } as const;
const LONGEST_NAME = 5;

export class EventStream extends Content {
  #isAtStart = true;
  #state: 'name' | 'space' | 'value' = 'name';
  #name = NO_NAME;
  /** Bytes of the name so far: framing until the line turns out to be control. */
  #nameBytes = 0;
  #valueLayer: 'payload' | 'framing' | 'control' = 'control';
  #lineLayer: 'framing' | 'control' = 'control';
  #dataLines = 0;

  read(chunk: Buffer, from: number, to: number): void {
    // The search may run past `to`, but not far: what follows in HTTP/1.1 is chunk framing or a head, and begins with a CR.
    const cr = chunk.indexOf(CR, from);
    const hasMark = this.#isAtStart && chunk[from] === FIRST_OF_BYTE_ORDER_MARK;
    const end = hasMark ? from : cr === -1 ? to : Math.min(cr, to);
    this.#isAtStart &&= from === to;
    for (let at = from; at < end; ) {
      if (this.#state === 'name') at = this.#readName(chunk, at, end);
      else if (this.#state === 'space') at = this.#readSpace(chunk, at);
      else at = this.#readValue(chunk, at, end);
    }
    if (end === to) return;
    this.direction.unreadBytes += to - end;
    this.direction.fail(`${hasMark ? 'a byte order mark' : 'a CR'} in an event stream is not read`);
  }

  /** A name ends with a colon, with its line, or where it is longer than any that counts. */
  #readName(chunk: Buffer, from: number, to: number): number {
    let at = from;
    for (; at < to; at++) {
      const byte = chunk[at] ?? 0;
      if (byte === COLON || byte === LF || this.#nameBytes === LONGEST_NAME) break;
      this.#name = this.#name * 256 + byte;
      this.#nameBytes++;
    }
    this.add('framing', at - from);
    if (at === to) return to;

    const byte = chunk[at];
    if (byte === LF && this.#nameBytes === 0) return this.#endBlock(at);
    this.#beginValue(byte === LF || byte === COLON ? this.#name : NO_NAME);
    if (byte === LF) return this.#endLine(at);
    this.add(this.#lineLayer, 1);
    this.#state = byte === COLON ? 'space' : 'value';
    return at + 1;
  }

  #beginValue(name: number): void {
    this.#lineLayer = 'framing';
    this.#valueLayer = 'framing';
    if (name === NAME.data) {
      // The LF of the data line before this one joins the two, and was counted as framing.
      if (this.#dataLines > 0) this.move(1, 'framing', 'payload');
      this.#dataLines++;
      this.#valueLayer = 'payload';
    } else if (name !== NAME.id && name !== NAME.event) {
      this.move(this.#nameBytes, 'framing', 'control');
      this.#lineLayer = 'control';
      this.#valueLayer = 'control';
    }
  }

  #readSpace(chunk: Buffer, at: number): number {
    this.#state = 'value';
    if (chunk[at] !== SPACE) return at;
    this.add(this.#lineLayer, 1);
    return at + 1;
  }

  #readValue(chunk: Buffer, at: number, to: number): number {
    const lf = chunk.indexOf(LF, at);
    const end = lf === -1 ? to : Math.min(lf, to);
    this.add(this.#valueLayer, end - at);
    return end < to ? this.#endLine(end) : to;
  }

  #endLine(at: number): number {
    this.add(this.#lineLayer, 1);
    this.#state = 'name';
    this.#name = NO_NAME;
    this.#nameBytes = 0;
    return at + 1;
  }

  #endBlock(at: number): number {
    const isEvent = this.#dataLines > 0;
    this.#lineLayer = isEvent ? 'framing' : 'control';
    this.#endLine(at);
    if (isEvent) this.finish();
    else this.keep();
    this.#dataLines = 0;
    return at + 1;
  }
}

function nameOf(name: string): number {
  return Buffer.from(name).reduce((number, byte) => number * 256 + byte, NO_NAME);
}
