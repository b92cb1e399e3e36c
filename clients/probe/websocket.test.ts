import { expect, test } from 'vitest';
import { eventOf, eventually } from '../../bench/contract/test-support.ts';
import { begin, expectRefused, openScript, response, switchProtocols } from '../tests/support.ts';
import { OPCODE } from './frames.ts';
import { Turns } from './turns.ts';
import { bareWebSocket } from './websocket.ts';

const turns = new Turns();
const transport = bareWebSocket(turns.read);
const urlOf = (port: number) => `ws://127.0.0.1:${port}/websocket`;

/** A frame of a server: not masked. */
function frame(opcode: number, payload: Buffer | string, isFinal = true): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([Buffer.of((isFinal ? 0x80 : 0) | opcode, bytes.length), bytes]);
}

/** Unmasks the frames of a client, each shorter than 126 B. */
function unmask(bytes: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at + 1] ?? 0) & 0x7f;
    const open = bytes
      .subarray(at + 6, at + 6 + length)
      .map((byte, index) => byte ^ (bytes[at + 2 + (index % 4)] ?? 0));
    frames.push(`${(bytes[at] ?? 0).toString(16)} ${Buffer.from(open).toString('latin1')}`);
    at += 6 + length;
  }
  return frames;
}

/** A server that upgrades, and then says these. */
async function openSocket(...frames: readonly Buffer[]) {
  let received = Buffer.alloc(0);
  const server = await openScript((socket, request) => {
    socket.removeAllListeners('data');
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
    });
    // With the 101, in one segment.
    socket.write(Buffer.concat([Buffer.from(switchProtocols(request)), ...frames]));
  });
  return { ...server, received: () => unmask(received) };
}

test('a ping is answered with its payload, and a pong with nothing', async () => {
  const server = await openSocket(frame(OPCODE.pong, 'x'), frame(OPCODE.ping, 'hello'), frame(OPCODE.ping, ''));
  const { connected, sink } = begin(transport, urlOf(server.port));
  await connected;
  await eventually(() => expect(server.received()).toEqual(['8a hello', '8a ']));
  expect(sink.calls).toBe(0);
});

test('a message in fragments is one event, with a ping in between', async () => {
  const { text } = eventOf(1);
  const server = await openSocket(
    frame(OPCODE.text, text.slice(0, 5), false),
    frame(OPCODE.ping, 'p'),
    frame(OPCODE.continuation, text.slice(5, 9), false),
    frame(OPCODE.continuation, text.slice(9)),
  );
  const { sink } = begin(transport, urlOf(server.port));
  await eventually(() => expect(sink.texts).toEqual([text]));
});

test("a server's close is answered with the same payload, and told with its code once the connection has ended", async () => {
  const goodbye = Buffer.concat([Buffer.of(0x03, 0xe9), Buffer.from('bye')]);
  const server = await openSocket(frame(OPCODE.close, goodbye), frame(OPCODE.ping, 'late'));
  const { connected, sink } = begin(transport, urlOf(server.port));
  await connected;
  await eventually(() => expect(server.received()).toEqual(['88 \u0003\u00e9bye']));
  expect(sink.closes).toEqual([]);
  server.sockets[0]?.end();
  await eventually(() => expect(sink.closes).toEqual([{ kind: 'server', code: 1001, message: 'bye' }]));
});

test('a connection that ends without a close frame is an error', async () => {
  const server = await openSocket();
  const { connected, sink } = begin(transport, urlOf(server.port));
  await connected;
  server.sockets[0]?.end();
  await eventually(() => expect(sink.closes).toMatchObject([{ kind: 'error', code: 1006 }]));
});

test('an answer that does not upgrade, or to another key, is a refusal', async () => {
  const refusing = await openScript((socket) => socket.write(response(503)));
  await expectRefused(begin(transport, urlOf(refusing.port)), 'the server answered 503');
  const other = await openScript((socket) => socket.write(switchProtocols('Sec-WebSocket-Key: another')));
  await expectRefused(begin(transport, urlOf(other.port)), 'another handshake');
});
