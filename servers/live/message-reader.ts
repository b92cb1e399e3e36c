/**
 * Splits the bytes of one connection into messages: requests, answers, chunks and frames. It reads HTTP/1.1 and WebSocket as
 * this project's servers and browsers write them; what it can't read is told as one message a chunk of TCP.
 */

import type { WireMessage } from './protocol.ts';

export type ReadMessage = Omit<WireMessage, 'column' | 'atMs'>;

/** Of a content, what is looked at for events. */
const SCANNED_BYTES = 4_096;
/** Of a content, what the page can open up. */
const SHOWN_BYTES = 1_024;
const LONGEST_HEAD_BYTES = 65_536;
const EVENT = /\{"seq":\d+,"due":\d+[^\r\n]*\}/g;
/** An opcode, as the second digit of a frame's head in hexadecimal. */
const CLOSE = '8';
const NO_BYTES = Buffer.alloc(0);

type Mode = 'http' | 'chunks' | 'frames' | 'unknown';

interface Unfinished {
  readonly kind: WireMessage['kind'];
  readonly head: string;
  readonly headBytes: number;
  readonly contentBytes: number;
  /** Empty where the content is not masked. */
  readonly mask: Buffer;
  readonly scanned: Buffer[];
  /** How much of the content is still to come. */
  left: number;
}

export class MessageReader {
  readonly #tell: (message: ReadMessage) => void;
  readonly up: DirectionReader;
  readonly down: DirectionReader;

  /** @param tell called with each message when its last byte is read */
  constructor(tell: (message: ReadMessage) => void) {
    this.#tell = tell;
    const upgrade = () => {
      this.up.mode = 'frames';
      this.down.mode = 'frames';
    };
    this.up = new DirectionReader(true, this.#tell, upgrade);
    this.down = new DirectionReader(false, this.#tell, upgrade);
  }
}

class DirectionReader {
  mode: Mode = 'http';
  readonly #isUp: boolean;
  readonly #tell: (message: ReadMessage) => void;
  readonly #upgrade: () => void;
  #held = NO_BYTES;
  #unfinished: Unfinished | undefined;

  constructor(isUp: boolean, tell: (message: ReadMessage) => void, upgrade: () => void) {
    this.#isUp = isUp;
    this.#tell = tell;
    this.#upgrade = upgrade;
  }

  /** Takes bytes in any split. */
  feed(chunk: Buffer): void {
    let rest = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    this.#held = NO_BYTES;
    while (rest.length > 0) {
      if (!this.#unfinished) {
        const headBytes = this.#begin(rest);
        if (headBytes === undefined) {
          // Copied: the memory of a chunk may be used again.
          this.#held = Buffer.from(rest);
          return;
        }
        rest = rest.subarray(headBytes);
      }
      rest = this.#take(rest);
    }
  }

  /** Begins a message. @returns the length of its head, once that has come as a whole */
  #begin(rest: Buffer): number | undefined {
    const read = { http: readHttp, chunks: readChunk, frames: readFrame, unknown: readUnknown }[this.mode];
    const begun = read(rest, this.#isUp);
    // A length that is no number: what follows can't be told apart.
    const isRead = begun !== undefined && begun.contentBytes >= 0;
    if (!isRead && (begun !== undefined || rest.length > LONGEST_HEAD_BYTES)) this.mode = 'unknown';
    if (!isRead) return this.mode === 'unknown' ? this.#begin(rest) : undefined;
    const { headBytes, contentBytes, next } = begun;
    this.#unfinished = { ...begun, scanned: [], left: contentBytes };
    if (next === 'frames') this.#upgrade();
    else if (next) this.mode = next;
    return headBytes;
  }

  /** Takes the content of the message that has begun. @returns what comes after it */
  #take(rest: Buffer): Buffer {
    const message = this.#unfinished as Unfinished;
    const content = rest.subarray(0, message.left);
    const scannedSoFar = message.contentBytes - message.left;
    if (scannedSoFar < SCANNED_BYTES) message.scanned.push(Buffer.from(content.subarray(0, SCANNED_BYTES)));
    message.left -= content.length;
    if (message.left === 0) {
      this.#unfinished = undefined;
      this.#tell(this.#finished(message));
    }
    return rest.subarray(content.length);
  }

  #finished({ kind, head, headBytes, contentBytes, mask, scanned }: Unfinished): ReadMessage {
    const content = unmasked(Buffer.concat(scanned).subarray(0, SCANNED_BYTES), mask);
    return {
      isUp: this.#isUp,
      kind,
      bytes: headBytes + contentBytes,
      eventBytes: this.#isUp ? 0 : eventBytesIn(content, contentBytes),
      head,
      body: kind === 'frame' && head[1] === CLOSE && contentBytes > 1 ? closeInWords(content) : shown(content),
    };
  }
}

interface Begun extends Pick<Unfinished, 'kind' | 'head' | 'headBytes' | 'contentBytes' | 'mask'> {
  /** How the bytes after it are read, where that changes. */
  readonly next?: Mode;
}

/** RFC 9112, sections 2 to 6. */
function readHttp(rest: Buffer, isUp: boolean): Begun | undefined {
  const end = rest.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = rest.toString('latin1', 0, end);
  const field = (name: string) => new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1]?.toLowerCase();
  const isUpgraded = !isUp && head.startsWith('HTTP/1.1 101');
  const isChunked = field('transfer-encoding') === 'chunked';
  return {
    kind: isUp ? 'request' : 'answer',
    head,
    headBytes: end + 4,
    contentBytes: Number(field('content-length') ?? 0),
    mask: NO_BYTES,
    ...(isUpgraded && { next: 'frames' }),
    ...(isChunked && { next: 'chunks' }),
  };
}

/** RFC 9112, section 7.1. The end of a chunk counts as its content, and the last chunk as one without. */
function readChunk(rest: Buffer): Begun | undefined {
  const end = rest.indexOf('\r\n');
  if (end === -1) return undefined;
  const size = Number.parseInt(rest.toString('latin1', 0, end), 16);
  const isLast = size === 0;
  return {
    kind: 'part',
    head: rest.toString('hex', 0, end + 2),
    headBytes: end + 2,
    contentBytes: size + 2,
    mask: NO_BYTES,
    ...(isLast && { next: 'http' }),
  };
}

/** RFC 6455, section 5.2. */
function readFrame(rest: Buffer): Begun | undefined {
  const [, second = 0] = rest;
  const short = second & 0x7f;
  const lengthBytes = short < 126 ? 0 : short === 126 ? 2 : 8;
  const maskBytes = second & 0x80 ? 4 : 0;
  const headBytes = 2 + lengthBytes + maskBytes;
  if (rest.length < headBytes) return undefined;
  const contentBytes =
    lengthBytes === 0 ? short : lengthBytes === 2 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
  return {
    kind: 'frame',
    head: rest.toString('hex', 0, headBytes),
    headBytes,
    contentBytes,
    mask: Buffer.from(rest.subarray(headBytes - maskBytes, headBytes)),
  };
}

function readUnknown(rest: Buffer): Begun {
  return { kind: 'part', head: '', headBytes: 0, contentBytes: rest.length, mask: NO_BYTES };
}

function unmasked(content: Buffer, mask: Buffer): Buffer {
  if (mask.length > 0) for (const [at, byte] of content.entries()) content[at] = byte ^ (mask[at % 4] ?? 0);
  return content;
}

const shown = (content: Buffer) => content.subarray(0, SHOWN_BYTES).toString();

/** RFC 6455, section 5.5.1: a code in two bytes, and why. */
const closeInWords = (content: Buffer) => `${content.readUInt16BE(0)} ${content.subarray(2)}`;

/** @param contentBytes of which `content` is the beginning */
function eventBytesIn(content: Buffer, contentBytes: number): number {
  const text = content.toString('latin1');
  if (contentBytes <= SCANNED_BYTES) return (text.match(EVENT) ?? []).reduce((sum, { length }) => sum + length, 0);
  const first = text.search(/\{"seq":/);
  return first === -1 ? 0 : contentBytes - first;
}
