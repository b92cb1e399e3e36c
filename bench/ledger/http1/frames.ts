/**
 * WebSocket frames (RFC 6455, section 5), one direction of them.
 *
 * Headers of data frames, masks included, are framing, their payload is payload as it is on the wire. Of a message compressed
 * by permessage-deflate (RFC 7692) that is the compressed bytes; since frames bound a message whatever its window and context,
 * nothing is inflated. Control frames are control as a whole.
 */

import type { Direction, Reader } from '../direction.ts';
import { MessageTally } from '../message-tally.ts';

const OPCODE = { continuation: 0, binary: 2, close: 8, pong: 10 } as const;
const FIN = 0x80;
const RSV1 = 0x40;
const RSV2_AND_3 = 0x30;
const MASKED = 0x80;
const LONGEST_HEADER = 14;
const LONGEST_CONTROL_PAYLOAD = 125;

export class FrameReader implements Reader {
  readonly #direction: Direction;
  readonly #tally: MessageTally;
  readonly #allowsDeflate: boolean;
  readonly #header = Buffer.alloc(LONGEST_HEADER);
  #headerBytes = 0;
  /** As far as the bytes so far tell: 2, and, once both are there, what the second asks for. */
  #wholeHeaderBytes = 2;
  #payloadLeft = 0;
  #layer: 'payload' | 'control' = 'control';
  #isInMessage = false;
  #isClosed = false;

  /** @param allowsDeflate whether permessage-deflate was agreed upon */
  constructor(direction: Direction, allowsDeflate: boolean) {
    this.#direction = direction;
    this.#tally = new MessageTally(direction);
    this.#allowsDeflate = allowsDeflate;
  }

  read(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.#headerBytes < this.#wholeHeaderBytes) {
        this.#header[this.#headerBytes++] = chunk[at++] ?? 0;
        const problem = this.#readHeader();
        if (problem !== undefined) {
          this.#direction.fail(problem);
          return at;
        }
      } else {
        const bytes = Math.min(this.#payloadLeft, chunk.length - at);
        this.#tally.add(this.#layer, bytes);
        this.#payloadLeft -= bytes;
        at += bytes;
      }
      if (this.#headerBytes === this.#wholeHeaderBytes && this.#payloadLeft === 0) this.#endFrame();
    }
    return at;
  }

  end(): void {}

  /** Counts the newest byte of the header, and tells what is wrong with it. */
  #readHeader(): string | undefined {
    const first = this.#header[0] ?? 0;
    const isControl = (first & 0x08) !== 0;
    this.#tally.add(isControl ? 'control' : 'framing', 1);
    if (this.#headerBytes === 1) return this.#readFirst(first, isControl);
    if (this.#headerBytes === 2) return this.#readSecond(this.#header[1] ?? 0, isControl);
    return this.#headerBytes === this.#wholeHeaderBytes ? this.#readLongLength() : undefined;
  }

  #readFirst(first: number, isControl: boolean): string | undefined {
    const opcode = first & 0x0f;
    const isFinal = (first & FIN) !== 0;
    this.#layer = isControl ? 'control' : 'payload';
    if (first & RSV2_AND_3) return 'a reserved bit is set';
    if (opcode > (isControl ? OPCODE.pong : OPCODE.binary)) return `the opcode ${opcode} is reserved`;
    if (isControl) {
      if (first & RSV1) return 'a control frame is compressed';
      return isFinal ? undefined : 'a control frame is fragmented';
    }
    if (this.#isClosed) return 'a data frame follows the close frame';
    if (opcode === OPCODE.continuation) {
      if (!this.#isInMessage) return 'a continuation frame continues nothing';
      if (first & RSV1) return 'RSV1 is set on a continuation frame';
    } else {
      if (this.#isInMessage) return 'a new message begins within a fragmented one';
      if (first & RSV1 && !this.#allowsDeflate) return 'RSV1 is set and no extension was agreed upon';
      this.#isInMessage = true;
    }
    return undefined;
  }

  #readSecond(second: number, isControl: boolean): string | undefined {
    const isMasked = (second & MASKED) !== 0;
    if (isMasked !== (this.#direction.way === 'up')) {
      return isMasked ? 'a frame of the server is masked' : 'a frame of the client is not masked';
    }
    const length = second & 0x7f;
    if (isControl && length > LONGEST_CONTROL_PAYLOAD) return 'a control frame is longer than 125 bytes';
    if (isControl && length === 1 && ((this.#header[0] ?? 0) & 0x0f) === OPCODE.close) {
      return 'a close frame has half a code';
    }
    const lengthBytes = length === 126 ? 2 : length === 127 ? 8 : 0;
    if (lengthBytes === 0) this.#payloadLeft = length;
    this.#wholeHeaderBytes = 2 + lengthBytes + (isMasked ? 4 : 0);
    return undefined;
  }

  /** Of a header that is whole; lengths of 7 bits are read already. */
  #readLongLength(): string | undefined {
    const length = (this.#header[1] ?? 0) & 0x7f;
    if (length === 126) {
      this.#payloadLeft = this.#header.readUInt16BE(2);
      if (this.#payloadLeft < 126) return `16 bits tell a length of ${this.#payloadLeft}`;
    } else if (length === 127) {
      const high = this.#header.readUInt32BE(2);
      if (high >= 2 ** 31) return 'the top bit of a length of 64 bits is set';
      // Inexact above 2^53, which nobody lives to see the end of.
      this.#payloadLeft = high * 2 ** 32 + this.#header.readUInt32BE(6);
      if (this.#payloadLeft < 2 ** 16) return `64 bits tell a length of ${this.#payloadLeft}`;
    }
    return undefined;
  }

  #endFrame(): void {
    const first = this.#header[0] ?? 0;
    this.#headerBytes = 0;
    this.#wholeHeaderBytes = 2;
    if ((first & 0x0f) === OPCODE.close) this.#isClosed = true;
    if (this.#layer === 'control' || !(first & FIN)) return;
    this.#isInMessage = false;
    this.#tally.finish();
  }
}
