/** The ledger beside the TLS of Node, which is OpenSSL: bytes tapped from real sockets, and fed in every split. */

import { once } from 'node:events';
import { connect as connectHttp2, createSecureServer } from 'node:http2';
import { createServer as createHttpsServer, get } from 'node:https';
import { connect, createServer, type SecureContextOptions, type TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type LedgerCount, sumOf, type WireProtocol } from '../../contract/ledger.ts';
import { eventually, range } from '../../contract/test-support.ts';
import { ConnectionLedger } from '../connection.ts';
import { expectAllPassed, listen, openTap } from '../test-tap.ts';
import { countAtEnd, feed } from '../test-wire.ts';
import { KeyLog } from './key-log.ts';
import { TEST_CERTIFICATE, TEST_KEY } from './test-certificate.ts';

const IDENTITY = { key: TEST_KEY, cert: TEST_CERTIFICATE };
const TRUST = { ca: TEST_CERTIFICATE, servername: 'localhost' };
const textOf = (seq: number) => JSON.stringify({ seq, pad: 'x'.repeat((seq * 37) % 200) });
const TEXTS = range(1, 20).map(textOf);
const PAYLOAD_BYTES = TEXTS.join('').length;

const SUITES: readonly [string, SecureContextOptions][] = [
  ['AES-128-GCM', { ciphers: 'TLS_AES_128_GCM_SHA256' }],
  ['AES-256-GCM', { ciphers: 'TLS_AES_256_GCM_SHA384' }],
  ['ChaCha20-Poly1305', { ciphers: 'TLS_CHACHA20_POLY1305_SHA256' }],
];

describe('the TLS of Node', () => {
  test.each(SUITES)('with %s is opened, and however it is cut the count is the same', async (_, options) => {
    const server = createServer({ ...IDENTITY, ...options, minVersion: 'TLSv1.3' }, (socket) => {
      socket.once('data', () => {
        socket.write('\n');
        for (const text of TEXTS) socket.write(`${text}\n`);
        socket.end();
      });
    });
    const tap = await openTap(await listen(server), 'lines', new KeyLog());
    const lines: string[] = [];
    const client = connect({ ...TRUST, host: '127.0.0.1', port: tap.port });
    client.on('keylog', (line: Buffer) => lines.push(line.toString()));
    await once(client, 'secureConnect');
    client.write('ack=1\n');
    client.resume();
    await once(client, 'close');
    await eventually(() => expect(tap.sockets.openSockets.size).toBe(0));
    tap.keyLog?.add(lines);

    const count = tap.count();
    expect(count.problems).toEqual([]);
    expect(count.down).toMatchObject({ handshake: 1, payload: PAYLOAD_BYTES, framing: 20, control: 0 });
    expect(count.up).toMatchObject({ handshake: 6, payload: 0, control: 0 });
    expect(count.events).toBe(20);
    expect(count.unreadBytes).toEqual({ up: 0, down: 0 });
    expectAllPassed(count, tap);

    const passed = tap.passed;
    const wholeBytes = passed.reduce((sum, { chunk }) => sum + chunk.length, 0);
    expect(wholeBytes).toBe(sumOf(count.up) + sumOf(count.down));
    for (const cut of range(1, wholeBytes - 1)) expect(replay(passed, lines, cut, cut / wholeBytes)).toEqual(count);
    const bytes = passed.flatMap(({ direction, chunk }) =>
      [...chunk].map((byte) => ({ direction, chunk: Buffer.from([byte]) })),
    );
    expect(replay(bytes, lines, 0, 0.5)).toEqual(count);
  });

  test('around an event stream', async () => {
    const server = createHttpsServer(IDENTITY, (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      for (const text of TEXTS) response.write(`data:${text}\n\n`);
      response.end();
    });
    const { tap, keep } = await openWithKeys(await listen(server), 'http');
    const request = get({ ...TRUST, host: '127.0.0.1', port: tap.port, agent: false });
    request.on('socket', (socket) => keep(socket as TLSSocket));
    const [answer] = await once(request, 'response');
    answer.resume();
    await once(answer, 'end');
    await eventually(() => expect(tap.sockets.openSockets.size).toBe(0));
    const count = tap.count();
    expect(count).toMatchObject({ problems: [], events: 20, down: { payload: PAYLOAD_BYTES, framing: 20 * 7 } });
    expectAllPassed(count, tap);
  });

  test('around WebSocket', async () => {
    const https = createHttpsServer(IDENTITY);
    const server = new WebSocketServer({ server: https, perMessageDeflate: false });
    server.on('connection', (socket) => {
      for (const text of TEXTS) socket.send(text);
      socket.close(1000);
    });
    const { tap, keep } = await openWithKeys(await listen(https), 'http');
    const client = new WebSocket('wss://localhost', {
      perMessageDeflate: false,
      createConnection: () => keep(connect({ ...TRUST, host: '127.0.0.1', port: tap.port })),
    });
    await once(client, 'close');
    await eventually(() => expect(tap.sockets.openSockets.size).toBe(0));
    const count = tap.count();
    expect(count).toMatchObject({ problems: [], events: 20, down: { payload: PAYLOAD_BYTES } });
    expectAllPassed(count, tap);
  });

  test('around HTTP/2, agreed upon by ALPN', async () => {
    const server = createSecureServer(IDENTITY, (_request, response) => {
      const body = TEXTS.map((text) => `${text}\n`).join('');
      response.writeHead(200, { 'content-type': 'application/x-ndjson', 'content-length': Buffer.byteLength(body) });
      response.end(body);
    });
    const { tap, keep } = await openWithKeys(await listen(server), 'http2');
    const session = connectHttp2(`https://127.0.0.1:${tap.port}`, {
      createConnection: () => keep(connect({ ...TRUST, host: '127.0.0.1', port: tap.port, ALPNProtocols: ['h2'] })),
    });
    const stream = session.request({ ':path': '/poll' });
    stream.resume();
    await once(stream, 'end');
    session.close();
    await eventually(() => expect(tap.sockets.openSockets.size).toBe(0));
    const count = tap.count();
    expect(count).toMatchObject({ problems: [], events: 20, cycles: { count: 1 }, down: { payload: PAYLOAD_BYTES } });
    expect(count.frames.down.HEADERS?.count).toBe(1);
    expectAllPassed(count, tap);
  });

  test('with a HelloRetryRequest, for the server takes another curve, is unread from there on', async () => {
    const server = createServer({ ...IDENTITY, ecdhCurve: 'P-384', minVersion: 'TLSv1.3' }, (socket) =>
      socket.end('\n'),
    );
    const { tap, keep } = await openWithKeys(await listen(server), 'lines');
    const client = keep(connect({ ...TRUST, host: '127.0.0.1', port: tap.port }));
    client.resume();
    await once(client, 'close');
    const count = tap.count();
    expect(count.problems).toEqual([
      expect.stringMatching(/^up, .*: HelloRetryRequest is not read$/),
      expect.stringMatching(/^down, .*: HelloRetryRequest is not read$/),
    ]);
    expect(Math.min(count.unreadBytes.up, count.unreadBytes.down)).toBeGreaterThan(0);
    expectAllPassed(count, tap);
  });

  test('of version 1.2 is told', async () => {
    const server = createServer({ ...IDENTITY, maxVersion: 'TLSv1.2' }, (socket) => socket.end('\n'));
    const { tap, keep } = await openWithKeys(await listen(server), 'lines');
    const client = keep(connect({ ...TRUST, host: '127.0.0.1', port: tap.port }));
    client.resume();
    await once(client, 'close');
    const { problems } = tap.count();
    expect(problems).toEqual([
      expect.stringMatching(/^up, .*other than 1\.3/),
      expect.stringMatching(/^down, .*other/),
    ]);
    expectAllPassed(tap.count(), tap);
  });
});

/** A tap whose key log is told of each socket kept, line by line. */
async function openWithKeys(port: number, protocol: WireProtocol) {
  const keyLog = new KeyLog();
  const tap = await openTap(port, protocol, keyLog);
  const keep = (socket: TLSSocket) => socket.on('keylog', (line: Buffer) => keyLog.add([line.toString()]));
  return { tap, keep };
}

/** The same bytes in the same order, cut once more, the secrets told after a share of them. */
function replay(
  passed: Awaited<ReturnType<typeof openTap>>['passed'],
  lines: readonly string[],
  cut: number,
  toldAt: number,
): LedgerCount {
  const keyLog = new KeyLog();
  const ledger = new ConnectionLedger('lines', keyLog);
  const tellAfter = Math.floor(toldAt * passed.length);
  let at = 0;
  for (const [index, { direction, chunk }] of passed.entries()) {
    if (index === tellAfter) keyLog.add(lines);
    const within = Math.min(Math.max(cut - at, 0), chunk.length);
    feed(ledger, direction, chunk.subarray(0, within));
    feed(ledger, direction, chunk.subarray(within));
    at += chunk.length;
  }
  return countAtEnd(ledger);
}
