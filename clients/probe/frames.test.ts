import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { type Frame, FrameReader, maskedFrame, OPCODE } from './frames.ts';

/** A frame of a server, its length in the shortest form (RFC 6455, section 5.2). */
function bytesOf({ opcode, isFinal, payload }: Frame): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length > 65_535 ? 10 : length > 125 ? 4 : 2);
  head[0] = (isFinal ? 0x80 : 0) | opcode;
  head[1] = head.length === 10 ? 127 : head.length === 4 ? 126 : length;
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

/** Of payloads, which are long, the digest: to compare them byte by byte takes seconds. */
const brief = ({ opcode, isFinal, payload }: Frame) =>
  `${opcode} ${isFinal} ${payload.length} ${createHash('sha1').update(payload).digest('hex')}`;

const length = fc.oneof(fc.integer({ min: 0, max: 130 }), fc.constantFrom(65_535, 65_536));
const frame = fc.record({
  opcode: fc.constantFrom(...Object.values(OPCODE)),
  isFinal: fc.boolean(),
  // What looks like frames within a payload is none.
  payload: length.map((bytes) => Buffer.alloc(bytes, 0x81)),
});

test('frames come out whole, with the chunk that holds their last byte, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 8 }), fc.array(fc.nat()), (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(bytesOf));
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
      let end = 0;
      const ends = frames.map((one) => {
        end += bytesOf(one).length;
        return at.find((to) => to >= end);
      });
      const reader = new FrameReader();
      const read: string[] = [];
      const readAt: number[] = [];
      for (const [index, to] of at.slice(1).entries()) {
        reader.read(bytes.subarray(at[index], to), (one) => {
          read.push(brief(one));
          readAt.push(to);
        });
      }
      expect(read).toEqual(frames.map(brief));
      expect(readAt).toEqual(ends);
    }),
  );
});

test.each([0, 125, 126, 65_535, 65_536])('a masked frame of %d B is one that ws reads', async (bytes) => {
  const payload = Buffer.alloc(bytes, 'abcdefg');
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  try {
    const { port } = server.address() as { port: number };
    const message = new Promise((resolve) =>
      server.on('connection', (ws) => ws.once('message', (data: Buffer) => resolve(data))),
    );
    const socket = connect(port, '127.0.0.1');
    socket.write(
      'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
        'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
    );
    socket.write(maskedFrame(OPCODE.binary, payload));
    expect(payload.equals((await message) as Buffer)).toBe(true);
    socket.destroy();
  } finally {
    for (const client of server.clients) client.terminate();
    server.close();
  }
});
