/** WebSocket frames (RFC 6455, section 5.2): those of a server are read, those of a client are made. */

import { randomFillSync } from 'node:crypto';

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly payload: Buffer;
}

const FINAL = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;
const LENGTH_OF_2 = 126;
const LENGTH_OF_8 = 127;
const MAX_OF_2 = 0xffff;
const NOTHING = Buffer.alloc(0);

/** Takes chunks in any split. */
export class FrameReader {
  /** The beginning of a frame whose end has not come. */
  #held: Buffer = NOTHING;

  read(chunk: Buffer, use: (frame: Frame) => void): void {
    let rest = this.#held.length === 0 ? chunk : Buffer.concat([this.#held, chunk]);
    for (;;) {
      const end = frameEnd(rest);
      if (end === undefined || end > rest.length) break;
      const [first = 0] = rest;
      const payload = rest.subarray(end - payloadBytes(rest), end);
      rest = rest.subarray(end);
      use({ opcode: first & 0x0f, isFinal: (first & FINAL) > 0, payload });
    }
    this.#held = rest;
  }
}

/** @returns the size of the frame at the beginning of the bytes; undefined when its head is not complete */
function frameEnd(bytes: Buffer): number | undefined {
  const length = bytes[1];
  if (length === undefined) return undefined;
  const headBytes = length === LENGTH_OF_8 ? 10 : length === LENGTH_OF_2 ? 4 : 2;
  return bytes.length < headBytes ? undefined : headBytes + payloadBytes(bytes);
}

function payloadBytes(bytes: Buffer): number {
  const length = bytes[1] ?? 0;
  if (length === LENGTH_OF_2) return bytes.readUInt16BE(2);
  return length === LENGTH_OF_8 ? Number(bytes.readBigUInt64BE(2)) : length;
}

/** A frame with a whole message, masked as those of a client must be. */
export function maskedFrame(opcode: number, payload: Buffer): Buffer {
  const { length } = payload;
  const lengthBytes = length > MAX_OF_2 ? 8 : length >= LENGTH_OF_2 ? 2 : 0;
  const maskAt = 2 + lengthBytes;
  const frame = Buffer.alloc(maskAt + MASK_BYTES + length);
  frame[0] = FINAL | opcode;
  frame[1] = MASKED | (lengthBytes === 8 ? LENGTH_OF_8 : lengthBytes === 2 ? LENGTH_OF_2 : length);
  if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2);
  randomFillSync(frame, maskAt, MASK_BYTES);
  const from = maskAt + MASK_BYTES;
  for (let at = 0; at < length; at++) {
    frame[from + at] = (payload[at] ?? 0) ^ (frame[maskAt + (at % MASK_BYTES)] ?? 0);
  }
  return frame;
}
