/** The ledger beside the HTTP/2 of Node, which is nghttp2: bytes tapped from real sockets. */

import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  createServer,
  type IncomingHttpHeaders,
  type ServerOptions,
  sensitiveHeaders,
} from 'node:http2';
import { connect as connectSocket, createServer as createSocketServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { sumOf } from '../../contract/ledger.ts';
import { eventually, range } from '../../contract/test-support.ts';
import { HpackDecoder } from '../hpack/decoder.ts';
import { expectAllPassed, listen, openTap } from '../test-tap.ts';

const eventOf = (seq: number) => JSON.stringify({ seq, pad: 'x'.repeat((seq * 37) % 300) });
const BIG = 'x'.repeat(100_000);

/** An event stream, polls with and without an event, a large body, an echo. */
async function serve(options: ServerOptions): Promise<number> {
  const server = createServer(options, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://a');
    const seq = Number(searchParams.get('seq'));
    if (pathname === '/sse') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      for (const at of range(1, seq)) response.write(`id:${at}\ndata:${eventOf(at)}\n\n`);
    } else if (pathname === '/echo') {
      response.writeHead(200, { 'content-type': 'application/json' });
      request.pipe(response);
    } else if (pathname === '/poll') {
      const body = seq % 3 === 0 ? '' : `${seq % 5 === 0 ? BIG : eventOf(seq)}\n`;
      const length = body === '' ? {} : { 'content-length': body.length };
      const type = { 'content-type': 'application/x-ndjson' };
      response.writeHead(body === '' ? 204 : 200, { ...type, ...length, 'event-cursor': `${seq}` });
      response.end(body);
    }
  });
  server.on('session', (session) => session.on('error', () => {}));
  return listen(server);
}

async function read(stream: ClientHttp2Stream): Promise<string> {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await once(stream, 'end');
  return text;
}

async function closeSession(session: ClientHttp2Session): Promise<void> {
  session.destroy();
  if (!session.closed) await once(session, 'close');
}

describe('the HTTP/2 of Node', () => {
  test.each<[string, ServerOptions]>([
    ['as it is', {}],
    ['with a small table and small windows', { settings: { headerTableSize: 100, initialWindowSize: 20_000 } }],
    ['with large frames', { settings: { maxFrameSize: 100_000, headerTableSize: 65_536 } }],
  ])('%s is read, every byte in a layer', async (_, options) => {
    const tap = await openTap(await serve(options), 'http2');
    const { settings } = options;
    const session = connect(`http://127.0.0.1:${tap.port}`, settings ? { settings } : {});
    onTestFinished(() => session.destroy());
    let streamed = '';
    const stream = session.request({ ':path': '/sse?seq=40' }).setEncoding('utf8');
    stream.on('data', (chunk) => {
      streamed += chunk;
    });
    const polls = await Promise.all(range(1, 30).map((seq) => read(session.request({ ':path': `/poll?seq=${seq}` }))));
    const texts = ['{"a":1}', BIG];
    for (const text of texts) {
      const request = session.request({ ':method': 'POST', ':path': '/echo' });
      request.end(text);
      expect(await read(request)).toBe(text);
    }
    await eventually(() => expect(streamed).toContain('"seq":40'));
    await closeSession(session);
    await eventually(() => expect(tap.sockets.openSockets.size).toBe(0));

    const count = tap.count();
    expect(count.problems).toEqual([]);
    expect(count.unreadBytes).toEqual({ up: 0, down: 0 });
    expectAllPassed(count, tap);

    const lines = polls.filter((body) => body !== '').map((body) => body.slice(0, -1));
    const events = range(1, 40).map(eventOf);
    expect(lines).toHaveLength(20);
    expect(count).toMatchObject({
      events: 40 + 20 + 2,
      messagesUp: 2,
      cycles: { count: 32 },
      emptyCycles: { count: 10 },
    });
    const lengthOf = (all: readonly string[]) => all.reduce((sum, text) => sum + text.length, 0);
    expect(count.down.payload).toBe(lengthOf([...lines, ...events, ...texts]));
    expect(count.up.payload).toBe(lengthOf(texts));

    const framesOf = (direction: 'up' | 'down') =>
      Object.values(count.frames[direction]).reduce((sum, { bytes }) => sum + bytes, 0);
    expect([framesOf('up') + 24, framesOf('down')]).toEqual([sumOf(count.up), sumOf(count.down)]);
    expect(count.headBlocks.reduce((sum, { up }) => sum + up.count, 0)).toBe(33);
    expect(count.headBlocks.reduce((sum, { down }) => sum + down.count, 0)).toBe(33);
  });

  test('with padding is unread from its first HEADERS on, in both directions', async () => {
    const options = { paddingStrategy: constants.PADDING_STRATEGY_MAX };
    const tap = await openTap(await serve(options), 'http2');
    const session = connect(`http://127.0.0.1:${tap.port}`, options);
    onTestFinished(() => session.destroy());
    expect(await read(session.request({ ':path': '/poll?seq=1' }))).toContain('"seq":1');
    await closeSession(session);
    await eventually(() => expect(tap.sockets.openSockets.size).toBe(0));
    const count = tap.count();
    expect(count.problems).toEqual([
      expect.stringMatching(/^up, .*: padding of HEADERS is not read$/),
      expect.stringMatching(/^down, .*: padding of HEADERS is not read$/),
    ]);
    expect(count.unreadBytes.down).toBeGreaterThan(eventOf(1).length);
    expectAllPassed(count, tap);
  });

  test('compresses later heads better, and the ledger shows it', async () => {
    const tap = await openTap(await serve({}), 'http2');
    const session = connect(`http://127.0.0.1:${tap.port}`);
    onTestFinished(() => session.destroy());
    for (const seq of range(1, 17)) {
      await read(session.request({ ':path': `/poll?seq=${seq}`, 'user-agent': 'Mozilla/5.0 (X11; Linux x86_64)' }));
    }
    const mean = (at: number) => {
      const { bytes, count } = tap.count().headBlocks[at]?.up ?? { bytes: 0, count: 0 };
      return bytes / count;
    };
    expect(mean(0)).toBeGreaterThan(3 * mean(4));
  });
});

test('the header blocks of nghttp2 are read as what was sent, all octets, names and ways to index', async () => {
  const received: { up: Buffer[]; down: Buffer[] } = { up: [], down: [] };
  const served: IncomingHttpHeaders[] = [];
  const server = createServer({ settings: { headerTableSize: 600 } }, (request, response) => {
    served.push(request.headers);
    response.writeHead(200, { 'x-echo': request.headers['x-a'], 'content-type': 'text/plain' });
    response.end();
  });
  const port = await listen(server);
  const relay = createSocketServer((client) => {
    const upstream = connectSocket(port, '127.0.0.1');
    client.on('data', (chunk) => received.up.push(Buffer.from(chunk)) && upstream.write(chunk));
    upstream.on('data', (chunk) => received.down.push(Buffer.from(chunk)) && client.write(chunk));
    client.on('close', () => upstream.destroy());
  });
  const session = connect(`http://127.0.0.1:${await listen(relay)}`);
  onTestFinished(() => session.destroy());
  await once(session, 'remoteSettings');

  const octets = Buffer.from([...range(0x21, 0x7e), ...range(0x80, 0xff)]).toString('latin1');
  const answers: IncomingHttpHeaders[] = [];
  for (const seq of range(1, 40)) {
    const request = session.request({
      ':path': `/poll?seq=${seq % 7}`,
      'x-a': seq % 4 === 0 ? octets : 'x'.repeat((seq * 31) % 400),
      accept: 'text/event-stream',
      cookie: 'a=b',
      [sensitiveHeaders]: seq % 3 === 0 ? ['x-a'] : [],
    });
    const [headers] = (await once(request, 'response')) as [IncomingHttpHeaders];
    answers.push(headers);
    await read(request);
  }
  const decoded = {
    up: decodeHeads(Buffer.concat(received.up).subarray(24)),
    down: decodeHeads(Buffer.concat(received.down)),
  };
  expect(decoded.up).toEqual(served.map(withoutSymbols));
  expect(decoded.down.map((fields) => ({ ...fields, ':status': Number(fields[':status']) }))).toEqual(
    answers.map(withoutSymbols),
  );
});

/** Node tells by one which fields were never to be indexed. */
function withoutSymbols(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  return Object.fromEntries(Object.entries(headers));
}

/** The fields of HEADERS frames, each of which holds a whole block without padding and priority. */
function decodeHeads(bytes: Buffer): Record<string, string>[] {
  const decoder = new HpackDecoder();
  const heads: Record<string, string>[] = [];
  for (let at = 0; at < bytes.length; ) {
    const payloadBytes = bytes.readUIntBE(at, 3);
    const payload = bytes.subarray(at + 9, at + 9 + payloadBytes);
    if (bytes[at + 3] === 1) heads.push(Object.fromEntries(decoder.decode(payload)));
    at += 9 + payloadBytes;
  }
  return heads;
}
