/** The frame of HTTP/2 (RFC 9113, section 4.1), and what each type of it must be by itself (section 6). */

import { FRAME_TYPES, type FrameType } from '../../contract/ledger.ts';

export const FRAME_HEADER_BYTES = 9;
const END_HEADERS = 0x04;
const PADDED = 0x08;
const PRIORITY = 0x20;

export interface Frame {
  readonly type: FrameType;
  readonly flags: number;
  readonly stream: number;
  readonly payloadBytes: number;
}

export function parseFrame(header: Buffer): Frame {
  return {
    payloadBytes: header.readUIntBE(0, 3),
    type: FRAME_TYPES[header[3] ?? 0] ?? 'EXTENSION',
    flags: header[4] ?? 0,
    // The first bit is reserved, and ignored (section 4.1).
    stream: header.readUInt32BE(5) & 0x7fff_ffff,
  };
}

export function endsStream({ flags }: Frame): boolean {
  return (flags & 0x01) !== 0;
}

export function isAck({ type, flags }: Frame): boolean {
  return type === 'SETTINGS' && (flags & 0x01) !== 0;
}

/** Types that a stream must carry, or the connection; the others may be on either. */
const ON_STREAM: readonly FrameType[] = ['DATA', 'HEADERS', 'RST_STREAM'];
const ON_CONNECTION: readonly FrameType[] = ['SETTINGS', 'PING', 'GOAWAY'];
const PAYLOAD_BYTES: Readonly<Partial<Record<FrameType, number>>> = { RST_STREAM: 4, PING: 8, WINDOW_UPDATE: 4 };
const UNREAD: readonly FrameType[] = ['PRIORITY', 'PUSH_PROMISE', 'CONTINUATION'];

/** Returns what is wrong with a frame, or what it has that is not read. */
export function problemOf(frame: Frame): string | undefined {
  const { type, flags, stream, payloadBytes } = frame;
  if (UNREAD.includes(type)) return `${type} is not read`;
  if ((stream > 0 ? ON_CONNECTION : ON_STREAM).includes(type)) return `${type} on stream ${stream}`;
  if ((type === 'DATA' || type === 'HEADERS') && flags & PADDED) return `padding of ${type} is not read`;
  if (type === 'HEADERS' && flags & PRIORITY) return 'the priority fields of HEADERS are not read';
  if (type === 'HEADERS' && !(flags & END_HEADERS)) return 'CONTINUATION is not read';
  const isWrong =
    payloadBytes !== (PAYLOAD_BYTES[type] ?? payloadBytes) ||
    (type === 'SETTINGS' && payloadBytes % 6 !== 0) ||
    (isAck(frame) && payloadBytes > 0);
  return isWrong ? `${type} of ${payloadBytes} bytes` : undefined;
}
