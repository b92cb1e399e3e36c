/**
 * WebSocket frames (RFC 6455, section 5), one direction of them. Each message is one frame; a fragmented one is reported as
 * unread.
 *
 * Headers of data frames, masks included, are framing, their payload is payload as it is on the wire: compressed, where
 * permessage-deflate (RFC 7692) did so. Frames bound a message whatever its window and context, so nothing is inflated.
 * Control frames are control as a whole.
 */

import { MessageTally } from '../content.ts';
import type { Direction, Reader } from '../direction.ts';

const OPCODE = { continuation: 0, binary: 2, close: 8, pong: 10 } as const;
const FIN = 0x80;
const RSV1 = 0x40;
const RSV2_AND_3 = 0x30;
const MASKED = 0x80;
const SHORTEST_HEADER = 2;
const LONGEST_HEADER = 14;
const LONGEST_CONTROL_PAYLOAD = 125;

export class FrameReader implements Reader {
  readonly #direction: Direction;
  readonly #tally: MessageTally;
  readonly #allowsDeflate: boolean;
  readonly #header = Buffer.alloc(LONGEST_HEADER);
  #headerBytes = 0;
  /** Bytes of the whole header, as far as its bytes so far tell. */
  #wholeHeaderBytes = SHORTEST_HEADER;
  #payloadLeft = 0;
  #isControl = false;
  #isClosed = false;

  constructor(direction: Direction, allowsDeflate: boolean) {
    this.#direction = direction;
    this.#tally = new MessageTally(direction);
    this.#allowsDeflate = allowsDeflate;
  }

  read(chunk: Buffer, from: number): number {
    let at = from;
    while (at < chunk.length) {
      if (this.#headerBytes < this.#wholeHeaderBytes) {
        const byte = chunk[at++] ?? 0;
        this.#header[this.#headerBytes++] = byte;
        if (this.#headerBytes === 1) this.#isControl = (byte & 0x08) !== 0;
        this.#tally.add(this.#isControl ? 'control' : 'framing', 1);
        const problem = this.#readHeader();
        if (problem !== undefined) {
          this.#direction.fail(problem);
          return at;
        }
      } else {
        const bytes = Math.min(this.#payloadLeft, chunk.length - at);
        this.#tally.add(this.#isControl ? 'control' : 'payload', bytes);
        this.#payloadLeft -= bytes;
        at += bytes;
      }
      if (this.#headerBytes === this.#wholeHeaderBytes && this.#payloadLeft === 0) this.#endFrame();
    }
    return at;
  }

  /** Returns what is wrong with the header so far. */
  #readHeader(): string | undefined {
    const first = this.#header[0] ?? 0;
    const second = this.#header[1] ?? 0;
    if (this.#headerBytes === 1) return this.#problemOfFirst(first);
    if (this.#headerBytes === SHORTEST_HEADER) return this.#readSecond(first, second);
    return this.#headerBytes === this.#wholeHeaderBytes ? this.#readLongLength(second & 0x7f) : undefined;
  }

  #problemOfFirst(first: number): string | undefined {
    const opcode = first & 0x0f;
    if (first & RSV2_AND_3) return 'a reserved bit is set';
    if (opcode > (this.#isControl ? OPCODE.pong : OPCODE.binary)) return `the opcode ${opcode} is reserved`;
    if (this.#isControl) {
      if (first & RSV1) return 'a control frame is compressed';
      return first & FIN ? undefined : 'a control frame is fragmented';
    }
    if (this.#isClosed) return 'a data frame follows the close frame';
    if (opcode === OPCODE.continuation || !(first & FIN)) return 'a fragmented message is not read';
    return first & RSV1 && !this.#allowsDeflate ? 'RSV1 is set and no extension was agreed upon' : undefined;
  }

  #readSecond(first: number, second: number): string | undefined {
    const isMasked = (second & MASKED) !== 0;
    if (isMasked !== (this.#direction.name === 'up')) {
      return isMasked ? 'a frame of the server is masked' : 'a frame of the client is not masked';
    }
    const length = second & 0x7f;
    if (this.#isControl && length > LONGEST_CONTROL_PAYLOAD) return 'a control frame is longer than 125 bytes';
    if ((first & 0x0f) === OPCODE.close && length === 1) return 'a close frame has half a code';
    const lengthBytes = length === 126 ? 2 : length === 127 ? 8 : 0;
    this.#payloadLeft = length;
    this.#wholeHeaderBytes = SHORTEST_HEADER + lengthBytes + (isMasked ? 4 : 0);
    return undefined;
  }

  /** @param length of 7 bits; 126 and 127 stand for one of 16 and 64 bits, which must be the shortest form (section 5.2) */
  #readLongLength(length: number): string | undefined {
    if (length === 126) {
      this.#payloadLeft = this.#header.readUInt16BE(2);
      if (this.#payloadLeft < 126) return `16 bits tell a length of ${this.#payloadLeft}`;
    } else if (length === 127) {
      const high = this.#header.readUInt32BE(2);
      if (high >= 2 ** 31) return 'the top bit of a length of 64 bits is set';
      this.#payloadLeft = high * 2 ** 32 + this.#header.readUInt32BE(6);
      if (this.#payloadLeft < 2 ** 16) return `64 bits tell a length of ${this.#payloadLeft}`;
    }
    return undefined;
  }

  #endFrame(): void {
    this.#headerBytes = 0;
    this.#wholeHeaderBytes = SHORTEST_HEADER;
    if (!this.#isControl) this.#tally.finish();
    else if (((this.#header[0] ?? 0) & 0x0f) === OPCODE.close) this.#isClosed = true;
  }
}
