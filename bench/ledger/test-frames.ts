/** WebSocket connections for tests, written frame by frame (RFC 6455, section 5.2). */

import fc from 'fast-check';
import type { Layer } from '../contract/ledger.ts';
import { type Part, part, type Script } from './test-wire.ts';

export interface FrameSpec {
  readonly opcode: number;
  readonly isFinal?: boolean;
  readonly isCompressed?: boolean;
  /** Set in frames of a client. */
  readonly mask?: number | undefined;
}

/** A frame as header and payload. */
export function writeFrame(
  { opcode, isFinal = true, isCompressed = false, mask }: FrameSpec,
  payload: Buffer,
): Buffer[] {
  const masked = mask === undefined ? 0 : 0x80;
  const { length } = payload;
  const long = length > 65_535 ? 127 : length > 125 ? 126 : length;
  const header = Buffer.from([(isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode, masked | long]);
  const extended = Buffer.alloc(long === 127 ? 8 : long === 126 ? 2 : 0);
  if (long === 127) extended.writeBigUInt64BE(BigInt(length));
  if (long === 126) extended.writeUInt16BE(length);
  if (mask === undefined) return [Buffer.concat([header, extended]), payload];
  const key = Buffer.alloc(4);
  key.writeUInt32BE(mask);
  return [Buffer.concat([header, extended, key]), payload.map((byte, index) => byte ^ (key[index % 4] ?? 0)) as Buffer];
}

interface ControlSpec {
  readonly opcode: number;
  readonly payload: Uint8Array;
}

interface MessageSpec {
  readonly opcode: number;
  readonly payload: Uint8Array;
  /** Before the message. */
  readonly controls: readonly ControlSpec[];
  readonly isCompressed: boolean;
}

export interface SideSpec {
  readonly messages: readonly MessageSpec[];
  readonly mask: number;
  readonly end:
    | { readonly kind: 'close'; readonly reason: string }
    | { readonly kind: 'cut'; readonly message: MessageSpec; readonly share: number };
}

export interface WebSocketSpec {
  readonly extensions: string | undefined;
  readonly up: SideSpec;
  readonly down: SideSpec;
}

/** Below, at and above the limits of the three forms of a length. */
const LIMITS = [0, 1, 124, 125, 126, 127, 65_535, 65_536];
const payloads = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 140 }) },
  { weight: 1, arbitrary: fc.constantFrom(...LIMITS).map((length) => new Uint8Array(length).fill(0x88)) },
);
const controls = fc.record({
  opcode: fc.constantFrom(9, 10),
  payload: fc.oneof(fc.uint8Array({ maxLength: 20 }), fc.constant(new Uint8Array(125))),
});
const messages: fc.Arbitrary<MessageSpec> = fc.record({
  opcode: fc.constantFrom(1, 2),
  payload: payloads,
  controls: fc.array(controls, { maxLength: 4 }),
  isCompressed: fc.boolean(),
});
const sides: fc.Arbitrary<SideSpec> = fc.record({
  messages: fc.array(messages, { maxLength: 5 }),
  mask: fc.integer({ min: 0, max: 0xffff_ffff }),
  end: fc.oneof(
    fc.record({ kind: fc.constant('close' as const), reason: fc.constantFrom('', 'the server shuts down') }),
    fc.record({
      kind: fc.constant('cut' as const),
      message: messages,
      share: fc.double({ min: 0, max: 0.999, noNaN: true }),
    }),
  ),
});

export const webSockets: fc.Arbitrary<WebSocketSpec> = fc.record({
  extensions: fc.constantFrom(
    undefined,
    'permessage-deflate',
    'x-other, Permessage-Deflate ;client_no_context_takeover',
  ),
  up: sides,
  down: sides,
});

/** Upgrades the connection of a script, and says all that both sides say afterwards. */
export function sayWebSocket(script: Script, { extensions, up, down }: WebSocketSpec): void {
  const request = [
    'GET /websocket HTTP/1.1',
    'Host: 127.0.0.1',
    'Upgrade: h2c, WebSocket',
    'Connection: keep-alive, Upgrade',
    'Sec-WebSocket-Version: 13',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Extensions: permessage-deflate',
  ];
  const response = [
    'HTTP/1.1 101 Switching Protocols',
    'upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=',
    ...(extensions === undefined ? [] : [`Sec-WebSocket-Extensions: ${extensions}`]),
  ];
  script.say('up', [part('handshake', `${request.join('\r\n')}\r\n\r\n`)], script.length('down'));
  script.say('down', [part('handshake', `${response.join('\r\n')}\r\n\r\n`)], script.length('up'));
  const canCompress = extensions !== undefined;
  script.say('up', writeSide(up, up.mask, canCompress), script.length('down'));
  script.say('down', writeSide(down, undefined, canCompress));
  script.expected.messagesUp += up.messages.length;
  script.expected.events += down.messages.length;
}

function writeSide({ messages, end }: SideSpec, mask: number | undefined, canCompress: boolean): Part[] {
  const parts = messages.flatMap((message) => writeMessage(message, mask, canCompress));
  if (end.kind === 'close') {
    const code = Buffer.from([0x03, 0xe9]);
    return [
      ...parts,
      ...layered(['control', 'control'], { opcode: 8, mask }, Buffer.concat([code, Buffer.from(end.reason)])),
    ];
  }
  const begun = Buffer.concat(writeMessage(end.message, mask, canCompress).map(([, bytes]) => bytes));
  return [...parts, part('control', begun.subarray(0, Math.floor(begun.length * end.share)))];
}

function writeMessage(
  { controls, opcode, payload, isCompressed }: MessageSpec,
  mask: number | undefined,
  canCompress: boolean,
): Part[] {
  return [
    ...controls.flatMap((control) =>
      layered(['control', 'control'], { opcode: control.opcode, mask }, Buffer.from(control.payload)),
    ),
    ...layered(
      ['framing', 'payload'],
      { opcode, isCompressed: canCompress && isCompressed, mask },
      Buffer.from(payload),
    ),
  ];
}

function layered([headerLayer, payloadLayer]: readonly [Layer, Layer], spec: FrameSpec, payload: Buffer): Part[] {
  const [header, body] = writeFrame(spec, payload);
  return [part(headerLayer, header ?? ''), part(payloadLayer, body ?? '')];
}
