/** HTTP on TLS, from the outside: what is agreed in the handshake, and what HTTP/2 answers. */

import { X509Certificate } from 'node:crypto';
import { type ClientHttp2Session, connect as connectHttp2, constants, type IncomingHttpHeaders } from 'node:http2';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { eventOf, eventually, range } from '../../bench/contract/test-support.ts';
import type { HttpCarrier } from '../../bench/contract/transport.ts';
import { EventLog } from '../feed/feed.ts';
import { getRequest } from '../tests/support.ts';
import { longPolling } from '../transports/long-polling.ts';
import { polling } from '../transports/polling.ts';
import { websocket } from '../transports/websocket.ts';
import { Host } from './host.ts';

async function open(over: HttpCarrier) {
  const feed = new EventLog();
  const host = new Host(feed);
  const options = { over };
  const mounts = [
    await polling.mount(host, feed, { ...polling.defaults, ...options }),
    await longPolling.mount(host, feed, { ...longPolling.defaults, ...options }),
    await websocket.mount(host, feed, { ...websocket.defaults, ...options }),
  ];
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= host.close(mounts);
    return closed;
  };
  onTestFinished(close);
  const [{ url, certificate = '' }] = mounts as [(typeof mounts)[0]];
  const port = Number(new URL(url).port);
  return { feed, host, mounts, url, certificate, port, close };
}

type Server = Awaited<ReturnType<typeof open>>;

function handshake({ port, certificate }: Server, options: ConnectionOptions = {}): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const socket = connectTls({ host: '127.0.0.1', port, ca: certificate, ...options });
    onTestFinished(() => void socket.destroy());
    socket.once('secureConnect', () => resolve(socket)).once('error', reject);
  });
}

function openSession({ port, certificate }: Server): ClientHttp2Session {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca: certificate });
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  return session;
}

async function ask(session: ClientHttp2Session, headers: Record<string, string>, body?: string) {
  const stream = session.request(headers, { endStream: body === undefined });
  if (body !== undefined) stream.end(body);
  let head: IncomingHttpHeaders = {};
  const chunks: Buffer[] = [];
  stream.on('response', (response) => {
    head = response;
  });
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  await new Promise((resolve, reject) => stream.once('end', resolve).once('error', reject));
  return { status: head[':status'] as unknown as number, headers: head, body: Buffer.concat(chunks).toString() };
}

/** Everything that came on a socket, once its answer is complete. */
async function exchange(socket: TLSSocket, request: string, end: RegExp): Promise<string> {
  let received = '';
  socket.on('data', (chunk: Buffer) => {
    received += chunk.toString('latin1');
  });
  socket.write(request);
  await eventually(() => expect(received).toMatch(end));
  return received;
}

describe.each(['https', 'h2'] as const)('a server on TLS (%s)', (over) => {
  test('tells each mount its https or wss URL and its certificate', async () => {
    const { mounts, port } = await open(over);
    expect(mounts.map(({ url }) => url)).toEqual([
      `https://127.0.0.1:${port}/polling`,
      `https://127.0.0.1:${port}/long-polling`,
      `wss://127.0.0.1:${port}/websocket`,
    ]);
    expect(new Set(mounts.map(({ certificate }) => certificate)).size).toBe(1);
  });

  test('has a certificate of its own each time: ECDSA on P-256, for its names and addresses', async () => {
    const certificates = [await open(over), await open(over)].map(
      ({ certificate }) => new X509Certificate(certificate),
    );
    expect(certificates[0]?.fingerprint256).not.toBe(certificates[1]?.fingerprint256);
    for (const certificate of certificates) {
      expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' });
      expect(certificate.verify(certificate.publicKey)).toBe(true);
      expect(certificate.checkHost('localhost')).toBe('localhost');
      expect(certificate.checkIP('127.0.0.1')).toBe('127.0.0.1');
      expect(certificate.checkIP('::1')).toBe('::1');
      expect(certificate.checkHost('example.com')).toBeUndefined();
    }
  });

  test('speaks TLS 1.3 and nothing older', async () => {
    const server = await open(over);
    expect((await handshake(server)).getProtocol()).toBe('TLSv1.3');
    await expect(handshake(server, { maxVersion: 'TLSv1.2' })).rejects.toThrow(/version|EPROTO|alert/i);
  });

  test('counts ciphertext: more than what was said in it', async () => {
    const server = await open(over);
    const socket = await handshake(server, { ALPNProtocols: ['http/1.1'] });
    const answer = await exchange(socket, getRequest('/healthz'), /\}$/);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
    expect(server.host.meter.read().sentBytes).toBeGreaterThan(answer.length + 500);
  });

  test('takes pages of its own origin, which is https', async () => {
    const server = await open(over);
    const of = async (origin: string) =>
      await exchange(await handshake(server), getRequest('/healthz', { Origin: origin }), /\}$/);
    expect(await of(`https://localhost:${server.port}`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await of(`http://localhost:${server.port}`)).toMatch(/^HTTP\/1\.1 403 /);
  });

  test('upgrades to WebSocket', async () => {
    const server = await open(over);
    const request = getRequest('/websocket', {
      Connection: 'Upgrade',
      Upgrade: 'websocket',
      'Sec-WebSocket-Version': '13',
      'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    });
    const answer = await exchange(await handshake(server), request, /\r\n\r\n$/);
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer).toContain('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
  });

  test('survives a client that does not speak TLS, or that goes in the middle of the handshake', async () => {
    const server = await open(over);
    const socket = connectTls({ host: '127.0.0.1', port: server.port, ca: server.certificate });
    socket.on('error', () => {});
    socket.destroy();
    await expect(fetch(`http://127.0.0.1:${server.port}/healthz`)).rejects.toThrow();
    expect(await exchange(await handshake(server), getRequest('/healthz'), /\}$/)).toMatch(/^HTTP\/1\.1 200 /);
  });
});

describe('a server of HTTP/2', () => {
  test('speaks what the client offers: h2 first, else HTTP/1.1', async () => {
    const server = await open('h2');
    expect((await handshake(server, { ALPNProtocols: ['h2', 'http/1.1'] })).alpnProtocol).toBe('h2');
    expect((await handshake(server, { ALPNProtocols: ['http/1.1'] })).alpnProtocol).toBe('http/1.1');
  });

  test('gives the same answers as on HTTP/1.1', async () => {
    const server = await open('h2');
    const session = openSession(server);
    for (const seq of range(1, 2)) server.feed.publish(eventOf(seq));
    expect(await ask(session, { ':path': '/healthz' })).toMatchObject({ status: 200, body: '{"lastSeq":2}' });
    expect(await ask(session, { ':path': '/polling?since=1' })).toMatchObject({
      status: 200,
      body: `${eventOf(2).text}\n`,
      headers: { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' },
    });
    expect(await ask(session, { ':path': '/polling?since=2' })).toMatchObject({ status: 204, body: '' });
    expect(await ask(session, { ':path': '/polling?since=x' })).toMatchObject({ status: 400 });
    expect(await ask(session, { ':path': '/nowhere' })).toMatchObject({ status: 404 });
    expect(await ask(session, { ':path': '/healthz', origin: 'https://evil.example' })).toMatchObject({ status: 403 });
    expect(await ask(session, { ':path': '/polling', ':method': 'PUT' })).toMatchObject({ status: 405 });
    expect(server.host.meter.read().connections).toBe(1);
  });

  test('answers a plain GET of what can be upgraded: HTTP/2 has no Upgrade', async () => {
    const server = await open('h2');
    const { status, body } = await ask(openSession(server), { ':path': '/websocket' });
    expect(status).toBe(400);
    expect(JSON.parse(body)).toEqual({ error: { header: 'Upgrade', allowed: 'websocket' } });
  });

  test('takes a message with and without its length told', async () => {
    const session = openSession(await open('h2'));
    const post = { ':path': '/upstream', ':method': 'POST', 'content-type': 'application/json' };
    expect(await ask(session, { ...post, 'content-length': '7' }, '"hello"')).toMatchObject({ body: '"hello"' });
    expect(await ask(session, post, '"hello"')).toMatchObject({ status: 200, body: '"hello"' });
    expect(await ask(session, post, JSON.stringify('x'.repeat(65_535)))).toMatchObject({ status: 413 });
    expect(await ask(session, post)).toMatchObject({ status: 415 });
  });

  test('survives a handler that says what HTTP/2 can not', async () => {
    const server = await open('h2');
    const http = await server.host.http('h2');
    http.app.get('/upgrading', (_request, response) => {
      response.setHeader('Upgrade', 'websocket');
      response.end();
    });
    const log = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const session = openSession(server);
    await ask(session, { ':path': '/upgrading' }).catch(() => {});
    expect(String(log.mock.calls[0]?.[0])).toContain('forbidden');
    expect(await ask(session, { ':path': '/healthz' })).toMatchObject({ status: 200 });
  });

  test('forgets a parked poll whose stream is reset', async () => {
    const server = await open('h2');
    const [, parked] = server.mounts;
    const stream = openSession(server).request({ ':path': '/long-polling?since=0' });
    await eventually(() => expect(parked?.clientCount).toBe(1));
    stream.close(constants.NGHTTP2_CANCEL);
    await eventually(() => expect(parked?.clientCount).toBe(0));
  });

  test('says goodbye with GOAWAY, and answers what is parked first', async () => {
    const server = await open('h2');
    const session = openSession(server);
    const goodbyes: number[] = [];
    session.on('goaway', (code) => goodbyes.push(code));
    const answer = ask(session, { ':path': '/long-polling?since=0' });
    await eventually(() => expect(server.mounts[1]?.clientCount).toBe(1));
    await server.close();
    expect(await answer).toMatchObject({ status: 204 });
    await eventually(() => expect(goodbyes.length).toBeGreaterThan(0));
    expect(new Set(goodbyes)).toEqual(new Set([constants.NGHTTP2_NO_ERROR]));
    expect(server.host.meter.openSockets.size).toBe(0);
  });
});

test('a host carries HTTP in one way', async () => {
  const host = new Host(new EventLog());
  onTestFinished(() => host.close([]));
  await host.http('http');
  await expect(host.http('h2')).rejects.toThrow('this host carries HTTP over http; h2 needs another');
});

test('a server that takes the place of another one has its certificate', async () => {
  const first = new Host(new EventLog());
  await first.http('https');
  const certificate = await first.certificate();
  const second = new Host(new EventLog(), { certificate });
  const { certificate: told } = (await second.http('https')).addressOf('/');
  expect(told).toBe(certificate?.cert);
  expect(await second.certificate()).toEqual(certificate);
  await Promise.all([first.close([]), second.close([])]);
  const plain = new Host(new EventLog());
  await plain.http('http');
  expect(await plain.certificate()).toBeUndefined();
  await plain.close([]);
});
