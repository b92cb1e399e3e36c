/** Clients on HTTP/2 against a server of node:http2 that behaves as the test says: nothing of ours. */

import { constants, createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { generate } from 'selfsigned';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { eventOf, eventually, RecordingSink, range } from '../../bench/contract/test-support.ts';
import { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { begin, expectRefused } from '../tests/support.ts';
import { longPolling } from '../transports/long-polling.ts';
import { polling } from '../transports/polling.ts';
import { sse } from '../transports/sse.ts';
import { streaming } from '../transports/streaming.ts';
import type { HttpClientOptions } from './http.ts';

interface Request {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

type Answer = (stream: ServerHttp2Stream, request: Request, count: number) => void;

let certificate = '';
let key = '';

beforeAll(async () => {
  const altNames = [{ type: 7, ip: '127.0.0.1' }] as const;
  const made = await generate([{ name: 'commonName', value: 'test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    extensions: [{ name: 'subjectAltName', altNames: [...altNames] }],
  });
  certificate = made.cert;
  key = made.private;
});

async function openServer(answer: Answer) {
  const requests: Request[] = [];
  const sessions: ServerHttp2Session[] = [];
  const sockets = new Set<Socket>();
  const server = createSecureServer({ key, cert: certificate });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => sessions.push(session));
  server.on('stream', (stream, headers) => {
    stream.on('error', () => {});
    const request = { path: headers[':path'] ?? '', headers };
    requests.push(request);
    answer(stream, request, requests.length);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, requests, sessions, sockets };
}

const H2 = { over: 'h2' } as const;
const standsAt = (stream: ServerHttp2Stream, seq: number) =>
  stream.respond({ ':status': 204, 'event-cursor': String(seq) }, { endStream: true });
const nothing = (stream: ServerHttp2Stream) => stream.respond({ ':status': 204 }, { endStream: true });
const events = (stream: ServerHttp2Stream, ...seqs: number[]) => {
  stream.respond({ ':status': 200, 'content-type': 'application/x-ndjson' });
  stream.end(seqs.map((seq) => `${eventOf(seq).text}\n`).join(''));
};

describe('a client on HTTP/2', () => {
  test('sends its headers in lower case, and what a browser adds there', async () => {
    const { url, requests } = await openServer((stream) => standsAt(stream, 0));
    await begin(polling, `${url}/polling`, { certificate, headers: 'browser', options: H2 }).connected;
    expect(requests[0]?.headers).toMatchObject({
      ':method': 'GET',
      ':path': '/polling',
      ':scheme': 'https',
      'accept-language': 'en-US,en;q=0.9',
      priority: 'u=1, i',
    });
    expect(requests[0]?.headers).not.toHaveProperty('connection');
  });

  test('takes data that came in one packet with the head', async () => {
    const { url } = await openServer((stream, _request, count) => {
      if (count === 1) standsAt(stream, 0);
      else events(stream, ...range(10 * count - 19, 10 * count - 10));
    });
    const { sink } = begin(polling, `${url}/polling`, { certificate, options: { ...H2, intervalMs: 1 } });
    await eventually(() => expect(sink.texts.length).toBeGreaterThan(500));
    expect(sink.seqs).toEqual(range(1, sink.texts.length));
    expect(sink.closes).toEqual([]);
  });

  test('sends a message while another one is not answered', async () => {
    const held: ServerHttp2Stream[] = [];
    const { url } = await openServer((stream, { path }) => {
      if (path !== '/upstream') return standsAt(stream, 0);
      // Neither is answered before both have come, and then the second one first.
      if (held.push(stream) < 2) return;
      for (const one of held.toReversed()) {
        one.respond({ ':status': 200 });
        one.pipe(one);
      }
    });
    const { connected } = begin(polling, `${url}/polling`, { certificate, options: H2 });
    const { request } = await connected;
    expect(await Promise.all(['one', 'other'].map((text) => request?.(text)))).toEqual(['one', 'other']);
  });

  test('polls on after a server that said goodbye between two polls, on another connection', async () => {
    const { url, requests, sessions } = await openServer((stream, _request, count) => {
      if (count === 1) standsAt(stream, 0);
      else if (count === 3) events(stream, 1);
      else nothing(stream);
      const { session } = stream;
      if (count === 2) stream.once('close', () => session?.close());
    });
    const { sink } = begin(polling, `${url}/polling`, { certificate, options: { ...H2, intervalMs: 20 } });
    await eventually(() => expect(sink.seqs).toEqual([1]));
    expect(requests.length).toBeGreaterThanOrEqual(3);
    expect(sessions).toHaveLength(2);
    expect(sink.closes).toEqual([]);
  });

  test.each([
    ['a reset', (stream: ServerHttp2Stream) => stream.close(constants.NGHTTP2_ENHANCE_YOUR_CALM)],
    ['a reset without an error', (stream: ServerHttp2Stream) => stream.destroy()],
    ['a lost connection', (stream: ServerHttp2Stream) => stream.session?.destroy()],
  ])('is told of %s in the midst of a poll', async (_name, end) => {
    const { url } = await openServer((stream, _request, count) => {
      if (count === 1) return standsAt(stream, 0);
      stream.respond({ ':status': 200, 'content-type': 'application/x-ndjson' });
      stream.write(`${eventOf(1).text}\n${eventOf(2).text.slice(0, 5)}`);
      setTimeout(end, 20, stream);
    });
    const { sink, meter } = begin(longPolling, `${url}/long-polling`, { certificate, options: H2 });
    await eventually(() => expect(sink.closes).toMatchObject([{ kind: 'error' }]));
    expect(sink.seqs).toEqual([1]);
    await eventually(() => expect(meter.openSockets.size).toBe(0));
  });

  test.each([
    [sse, 'text/event-stream', `data:${eventOf(1).text}\n\n`],
    [streaming, 'application/x-ndjson', `\n${eventOf(1).text}\n`],
  ])('is told by a stream that ends', async (transport, type, body) => {
    const { url } = await openServer((stream) => {
      stream.respond({ ':status': 200, 'content-type': type });
      stream.end(body);
    });
    const { sink } = begin<HttpClientOptions>(transport, `${url}/events`, { certificate, options: H2 });
    await eventually(() => expect(sink.closes).toMatchObject([{ kind: 'server' }]));
    expect(sink.seqs).toEqual([1]);
  });

  test.each([
    ['the server answered 503', (stream: ServerHttp2Stream) => stream.respond({ ':status': 503 }, { endStream: true })],
    [/./, (stream: ServerHttp2Stream) => stream.close(constants.NGHTTP2_REFUSED_STREAM)],
    [/./, (stream: ServerHttp2Stream) => stream.session?.destroy()],
  ])('is refused: %s', async (reason, answer) => {
    const { url } = await openServer((stream) => void answer(stream));
    await expectRefused(begin(sse, `${url}/sse`, { certificate, options: H2 }), reason);
  });

  test('that closes is gone, whether the server answers or not, and says goodbye', async () => {
    const { url, sessions } = await openServer((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
    });
    const { connected, meter, sink } = begin(sse, `${url}/sse`, { certificate, options: H2 });
    const client = await connected;
    const goodbyes: number[] = [];
    sessions[0]?.on('goaway', (code) => goodbyes.push(code));
    await Promise.all([client.close(), client.close()]);
    expect(meter.openSockets.size).toBe(0);
    await eventually(() => expect(goodbyes).toEqual([constants.NGHTTP2_NO_ERROR]));
    expect(sink.calls).toBe(0);
  });
});

describe('clients that share a connection', () => {
  const SHARED = { over: 'h2', connections: 'shared' } as const;

  test('share it with those of their swarm that go the same way, and with no others', async () => {
    const { url, sessions, requests } = await openServer((stream) => standsAt(stream, 0));
    const swarm = {};
    const port = Number(new URL(url).port);
    const contexts = [
      { swarm },
      { swarm },
      { swarm, via: { host: '127.0.0.1', port } },
      { swarm, via: { host: '127.0.0.1', port } },
      { swarm: {} },
      {},
      {},
    ];
    for (const context of contexts) {
      await begin(longPolling, `${url}/long-polling`, { certificate, options: SHARED, ...context }).connected;
    }
    await eventually(() => expect(requests.length).toBeGreaterThanOrEqual(contexts.length));
    expect(sessions).toHaveLength(5);
  });

  test('reset their own streams when they leave, and the last says goodbye', async () => {
    const resets: number[] = [];
    const { url, sessions } = await openServer((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
      stream.once('close', () => resets.push(stream.rstCode));
    });
    const swarm = {};
    const clients = range(1, 3).map(() => begin(sse, `${url}/sse`, { certificate, options: SHARED, swarm }));
    const [first, second, third] = await Promise.all(clients.map(({ connected }) => connected));
    await first?.close();
    await eventually(() => expect(resets).toEqual([constants.NGHTTP2_CANCEL]));
    expect(sessions[0]?.closed).toBe(false);
    await Promise.all([second?.close(), third?.close()]);
    await eventually(() => expect(sessions[0]?.destroyed).toBe(true));
    expect(sessions).toHaveLength(1);
  });

  test('fail together when it is lost, each once', async () => {
    const { url, sockets } = await openServer((stream) => {
      stream.respond({ ':status': 200, 'content-type': 'text/event-stream' });
    });
    const swarm = {};
    const clients = range(1, 3).map(() => begin(sse, `${url}/sse`, { certificate, options: SHARED, swarm }));
    await Promise.all(clients.map(({ connected }) => connected));
    for (const socket of sockets) socket.resetAndDestroy();
    for (const { sink } of clients) {
      await eventually(() => expect(sink.closes).toMatchObject([{ kind: 'error' }]));
    }
    const late = begin(sse, `${url}/sse`, { certificate, options: SHARED, swarm });
    await late.connected;
    expect(late.sink).toBeInstanceOf(RecordingSink);
    expect(late.meter).toBeInstanceOf(ByteMeter);
  });
});
