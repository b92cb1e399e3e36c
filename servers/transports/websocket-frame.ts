/**
 * A whole message as one unmasked frame (RFC 6455, section 5.2), which is the same for every client: made once an event, where ws
 * makes it for each client anew. Only without extensions: what is compressed has a frame of its own.
 */

/** FIN, and the opcode of a text or a binary message. */
const FIRST_BYTE = { text: 0x81, binary: 0x82 } as const;
/** Payloads of up to 125 bytes have their length in the second byte; longer ones a mark there, and the length behind it. */
const LENGTH = { most: 125, in16Bits: 126, in64Bits: 127, most16: 0xffff } as const;

export function messageFrame(payload: Buffer, kind: keyof typeof FIRST_BYTE): Buffer {
  const { length } = payload;
  const headerBytes = length <= LENGTH.most ? 2 : length <= LENGTH.most16 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerBytes + length);
  frame[0] = FIRST_BYTE[kind];
  if (headerBytes === 2) {
    frame[1] = length;
  } else if (headerBytes === 4) {
    frame[1] = LENGTH.in16Bits;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = LENGTH.in64Bits;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  payload.copy(frame, headerBytes);
  return frame;
}
