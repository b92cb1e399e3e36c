/** Pure: what RFC 6455 says of the bytes of a sample: its opening handshake, the fields of its frames, its close codes. */

import { createHash } from 'node:crypto';
import type { WireExchange, WireMessage } from '../../../../contract/ledger.ts';
import type { Row, Table } from '../../page-model.ts';
import type { Anchors } from '../../words/anchors.ts';
import { formatCount } from '../../words/format.ts';

/** RFC 6455, section 1.3. */
const GUID = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export interface HandshakeCheck {
  readonly key: string;
  readonly guid: string;
  readonly computed: string;
  /** What the server sent; undefined where it sent none. */
  readonly sent: string | undefined;
}

/** The key of the client and the server's answer to it; undefined where the opening is none of a WebSocket. */
export function handshakeCheck({ messages }: WireExchange): HandshakeCheck | undefined {
  const text = (direction: WireMessage['direction']) =>
    messages
      .filter((message) => message.direction === direction)
      .map(({ bytes }) => Buffer.from(bytes, 'base64').toString('latin1'))
      .join('');
  const key = /^sec-websocket-key:[ \t]*(\S+)/im.exec(text('up'))?.[1];
  if (key === undefined) return undefined;
  const sent = /^sec-websocket-accept:[ \t]*(\S+)/im.exec(text('down'))?.[1];
  return {
    key,
    guid: GUID,
    computed: createHash('sha1')
      .update(key + GUID)
      .digest('base64'),
    sent,
  };
}

const OPCODES: Readonly<Record<number, string>> = {
  0: 'continuation',
  1: 'text',
  2: 'binary',
  8: 'close',
  9: 'ping',
  10: 'pong',
};
const CLOSE = 8;

interface Sampled {
  readonly title: string;
  readonly exchange: WireExchange;
}

/** The first frame of each message, field by field. */
export function framesTable(sampled: readonly Sampled[], id: string): Table | undefined {
  const rows = sampled.flatMap(({ title, exchange }) =>
    exchange.messages.flatMap((message) => {
      const side = message.direction === 'up' ? 'client → server' : 'server → client';
      const group = `${title}, ${side}`;
      return fieldsOf(message).map(
        ([header, bits, meaning]): Row => ({ header, group, cells: [{ text: bits }, { text: meaning }] }),
      );
    }),
  );
  if (rows.length === 0) return undefined;
  return {
    id,
    title: 'Frames, field by field',
    definition:
      'RFC 6455, section 5.2. A client masks what it sends, so that no proxy mistakes it for HTTP; a server never does.',
    columns: ['Field', 'On the wire', 'Meaning'].map((label) => ({ label, numeric: false })),
    rows,
  };
}

type Field = readonly [name: string, bits: string, meaning: string];

function fieldsOf(message: WireMessage): Field[] {
  const bytes = Buffer.from(message.bytes, 'base64');
  const [first = 0, second = 0] = bytes;
  const length = second & 0x7f;
  const lengthBytes = length === 126 ? 2 : length === 127 ? 8 : 0;
  const isMasked = second >= 0x80;
  const headBytes = 2 + lengthBytes + (isMasked ? 4 : 0);
  if (bytes.length < headBytes) return [];
  const long = bytes.subarray(2, 2 + lengthBytes);
  const mask = bytes.subarray(2 + lengthBytes, headBytes);
  const opcode = first & 0x0f;
  const payloadBytes = lengthBytes === 0 ? length : long.reduce((sum, byte) => sum * 256 + byte, 0);
  const isControl = opcode >= CLOSE;
  return [
    ['FIN', String(first >> 7), first >= 0x80 ? 'the last frame of its message' : 'more frames follow'],
    ['RSV1–3', bits((first >> 4) & 7, 3), first & 0x40 ? 'compressed (permessage-deflate)' : 'no extension'],
    ['Opcode', bits(opcode, 4), OPCODES[opcode] ?? 'reserved'],
    ['MASK', isMasked ? '1' : '0', isMasked ? 'the payload is masked' : 'the payload is as it is'],
    [
      'Length',
      bits(length, 7),
      lengthBytes === 0 ? bytesText(length) : `${length}: the next ${lengthBytes} bytes tell it`,
    ],
    ...(lengthBytes > 0 ? [['Extended length', hex(long), bytesText(payloadBytes)] as const] : []),
    ...(isMasked ? [['Masking key', hex(mask), 'random; XORed with every four bytes of the payload'] as const] : []),
    ...(isControl && payloadBytes > 0
      ? [
          [
            'Payload',
            hex(bytes.subarray(headBytes, headBytes + payloadBytes)),
            controlText(opcode, unmasked(bytes.subarray(headBytes, headBytes + payloadBytes), mask)),
          ] as const,
        ]
      : []),
  ];
}

const bits = (value: number, width: number) => value.toString(2).padStart(width, '0');
const hex = (bytes: Buffer) => bytes.toString('hex').replaceAll(/..(?=.)/g, '$& ');
const bytesText = (bytes: number) => `${formatCount(bytes)}\u00a0B of payload`;

function unmasked(payload: Buffer, mask: Buffer): Buffer {
  return payload.map((byte, at) => byte ^ (mask.length > 0 ? (mask[at % mask.length] ?? 0) : 0)) as Buffer;
}

function controlText(opcode: number, payload: Buffer): string {
  if (opcode !== CLOSE || payload.length < 2) return hex(payload);
  const code = payload.readUInt16BE(0);
  const meaning = CODES.find(([one]) => one === code)?.[1];
  return `close code ${code}${meaning === undefined ? '' : `: ${meaning}`}`;
}

/** RFC 6455, section 7.4.1, and the registry that it began; what Pushlab sends itself. */
const CODES: readonly (readonly [code: number, meaning: string, here: string])[] = [
  [1000, 'normal', 'a client that has all it wants'],
  [1001, 'going away', 'a server that shuts down'],
  [1002, 'protocol error', 'by the library'],
  [1003, 'a type of data that is not accepted', 'a binary message to the server'],
  [1005, 'no code was there', 'never sent'],
  [1006, 'closed without a close frame', 'never sent'],
  [1007, 'data of another type than its message', 'by the library'],
  [1008, 'against the policy', ''],
  [1009, 'too big', 'a message above the limit'],
  [1010, 'an extension is missing', ''],
  [1011, 'an internal error', ''],
  [1012, 'the service restarts', ''],
  [1013, 'try again later', 'a client that reads too slowly'],
  [1015, 'TLS failed', 'never sent'],
];

export function closeCodesTable(anchors: Anchors): Table {
  return {
    id: anchors.take('wire close codes'),
    title: 'Close codes of WebSocket',
    definition: 'RFC 6455, section 7.4, and what closes with them here.',
    columns: ['Code', 'Meaning', 'Here'].map((label) => ({ label, numeric: false })),
    rows: CODES.map(([code, meaning, here]) => ({
      header: String(code),
      cells: [{ text: meaning }, here === '' ? { text: 'not used', isRemark: true } : { text: here }],
    })),
    folded: `${CODES.length} codes`,
  };
}
