/** The frame of HTTP/2 (RFC 9113, section 4.1), and what each type of it must be by itself (section 6). */

export const FRAME_HEADER_BYTES = 9;

export const TYPE = {
  data: 0,
  headers: 1,
  priority: 2,
  rstStream: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

/** A flag's meaning depends on the type: the first is `ACK` of SETTINGS and PING. */
export const FLAG = { endStream: 0x01, ack: 0x01, endHeaders: 0x04, padded: 0x08, priority: 0x20 } as const;

export interface Frame {
  readonly type: number;
  readonly flags: number;
  /** 0 is the connection. */
  readonly stream: number;
  readonly payloadBytes: number;
}

export function parseFrame(header: Buffer): Frame {
  return {
    payloadBytes: header.readUIntBE(0, 3),
    type: header[3] ?? 0,
    flags: header[4] ?? 0,
    // The first bit is reserved, and ignored.
    stream: header.readUInt32BE(5) & 0x7fff_ffff,
  };
}

export function hasFlag({ flags }: Frame, flag: number): boolean {
  return (flags & flag) !== 0;
}

export function isAck(frame: Frame): boolean {
  return frame.type === TYPE.settings && hasFlag(frame, FLAG.ack);
}

interface Rule {
  /** Whether the type belongs to a stream, or to the connection; to either when left out. */
  readonly isOnStream?: boolean;
  readonly payloadBytes?: number;
}

/** By type. */
const RULES: readonly Rule[] = [
  { isOnStream: true },
  { isOnStream: true },
  { isOnStream: true, payloadBytes: 5 },
  { isOnStream: true, payloadBytes: 4 },
  { isOnStream: false },
  { isOnStream: true },
  { isOnStream: false, payloadBytes: 8 },
  { isOnStream: false },
  { payloadBytes: 4 },
  { isOnStream: true },
];

export function problemOf(frame: Frame): string | undefined {
  const { type, stream, payloadBytes } = frame;
  const rule = RULES[type];
  if (!rule) return undefined;
  const what = `a frame of type ${type}`;
  if (rule.isOnStream !== undefined && rule.isOnStream !== stream > 0) return `${what} on stream ${stream}`;
  const isWrong =
    (rule.payloadBytes !== undefined && payloadBytes !== rule.payloadBytes) ||
    (type === TYPE.settings && payloadBytes % 6 !== 0) ||
    (type === TYPE.data && hasFlag(frame, FLAG.padded) && payloadBytes === 0) ||
    (isAck(frame) && payloadBytes > 0);
  return isWrong ? `${what} of ${payloadBytes} bytes` : undefined;
}
