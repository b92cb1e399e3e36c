import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect as connectHttp2, createSecureServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { eventually, range } from '../../bench/contract/test-support.ts';
import { makeCertificate } from './certificate.ts';
import { Http2Sessions, type SessionTimes } from './http2-sessions.ts';

const PREFACE = Buffer.concat([
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  // An empty SETTINGS.
  Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]),
]);
const NEVER_MS = 600_000;

async function open(times: Partial<SessionTimes> = {}) {
  const server = createSecureServer(await makeCertificate(['127.0.0.1']), (_request, response) =>
    response.end('hello'),
  );
  const sessions = new Http2Sessions(server as unknown as Server, { idleMs: NEVER_MS, checkMs: 10, ...times });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const { port } = server.address() as AddressInfo;
  const openSocket = async (): Promise<TLSSocket> => {
    const socket = connect({ host: '127.0.0.1', port, ALPNProtocols: ['h2'], rejectUnauthorized: false });
    socket.on('error', () => {}).resume();
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    return socket;
  };
  const openSession = () => {
    const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    session.on('error', () => {});
    onTestFinished(() => session.destroy());
    return session;
  };
  return { sessions, sockets, openSocket, openSession };
}

const ask = async (session: ReturnType<typeof connectHttp2>) => {
  const stream = session.request({ ':path': '/' });
  stream.resume();
  await once(stream, 'end');
};

test.each([
  ['a head that HPACK can not read', [0, 0, 3, 1, 5, 0, 0, 0, 1, 0xff, 0xff, 0x7f]],
  ['DATA on stream 0', [0, 0, 1, 0, 0, 0, 0, 0, 0, 1]],
  ['a frame above the largest size', [0, 0x80, 0, 0, 0, 0, 0, 0, 1]],
])('a connection that ends with %s leaves no socket, even if its client stays', async (_name, bytes) => {
  const { sockets, openSocket } = await open({ firstRequestMs: 300 });
  for (const _ of range(1, 3)) (await openSocket()).write(Buffer.concat([PREFACE, Buffer.from(bytes)]));
  await eventually(() => expect(sockets.size).toBe(0));
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['half a preface', PREFACE.subarray(0, 10)],
  ['a preface alone', PREFACE],
  ['half a head', Buffer.concat([PREFACE, Buffer.from([0, 0, 1, 1, 1, 0, 0, 0, 1, 0x82])])],
])('a connection that says %s is ended', async (_name, bytes) => {
  const { sockets, openSocket } = await open({ firstRequestMs: 100 });
  const socket = await openSocket();
  socket.write(bytes);
  await once(socket, 'close');
  await eventually(() => expect(sockets.size).toBe(0));
});

test('a connection that asked is kept beyond that time, and ended when it is silent for long', async () => {
  const kept = await open({ firstRequestMs: 1 });
  const session = kept.openSession();
  await ask(session);
  await new Promise((resolve) => setTimeout(resolve, 100));
  await ask(session);
  const silent = await open({ idleMs: 50 });
  const ended = silent.openSession();
  await ask(ended);
  await once(ended, 'close');
  await eventually(() => expect(silent.sockets.size).toBe(0));
});

test('a connection that resets each request before the next is ended and counted, another is not', async () => {
  const { sessions, sockets, openSocket, openSession } = await open();
  const other = openSession();
  await ask(other);
  const socket = await openSocket();
  socket.write(PREFACE);
  // HEADERS: GET https / of authority a; then RST_STREAM with CANCEL.
  const request = (stream: number) =>
    Buffer.from([
      ...[0, 0, 6, 1, 5, 0, 0, 0, stream, 0x82, 0x87, 0x84, 0x01, 0x01, 0x61],
      ...[0, 0, 4, 3, 0, 0, 0, 0, stream, 0, 0, 0, 8],
    ]);
  socket.write(Buffer.concat(range(0, 100).map((at) => request(2 * at + 1))));
  await once(socket, 'close');
  expect(sessions.cutOffCount).toBe(1);
  for (const _ of range(1, 50)) await ask(other);
  expect(sessions.cutOffCount).toBe(1);
  expect(sockets.size).toBe(1);
});
