import { Server, ServerResponse } from 'node:http';
import { constants, gunzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { eventOf, eventually, eventWith, range } from '../../bench/contract/test-support.ts';
import {
  ask,
  getRequest,
  openServer,
  RawClient,
  readResponse,
  type TestServer,
  unchunkBytes,
} from '../tests/support.ts';
import { type SseOptions, sse } from './sse.ts';

const RETRY = 'retry:3000\n';

/** A stream, opened: what came of it so far is in `body()`. */
async function openStream(server: TestServer, query = '', headers: Record<string, string> = {}) {
  const before = server.clientCount;
  const client = await RawClient.connect(server.port);
  client.send(getRequest(`/sse${query}`, headers));
  await eventually(() => expect(server.clientCount).toBe(before + 1));
  await client.sees('retry:');
  const read = () => readResponse(client.received);
  return { client, head: () => read().head, body: () => read().body };
}

describe('GET /sse', () => {
  test('is an event stream that says once when to reconnect', async () => {
    const server = await openServer(sse);
    const { head, body } = await openStream(server);
    expect(head()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head()).toContain('Content-Type: text/event-stream\r\n');
    expect(head()).toContain('Cache-Control: no-store\r\n');
    server.feed.publish(eventWith(1, '{"seq":1,"due":0}'));
    server.feed.publish(eventWith(2, '{"seq":2,"due":0}'));
    await eventually(() => expect(body()).toContain('id:2'));
    expect(body()).toBe(`${RETRY}id:1\ndata:{"seq":1,"due":0}\n\nid:2\ndata:{"seq":2,"due":0}\n\n`);
  });

  test.each([
    ['hands each event to the kernel as it is framed', false],
    ['holds events back until the next tick where it corks, as Node does by itself', true],
  ])('%s, with the same bytes', async (_rule, corks) => {
    const server = await openServer(sse, { corks });
    const streams = [await openStream(server), await openStream(server)];
    server.feed.publish(eventOf(1));
    const heldBytes = [...server.host.meter.openSockets].map((socket) => socket.writableLength);
    expect(heldBytes).toEqual([expect.any(Number), expect.any(Number)]);
    expect(heldBytes.map((bytes) => bytes > 0)).toEqual([corks, corks]);
    for (const { client, body } of streams) {
      await eventually(() => expect(body()).toBe(`${RETRY}id:1\ndata:${eventOf(1).text}\n\n`));
      // One chunk an event: RFC 9112, section 7.1.
      expect(client.received.toString().split('id:1\n').at(-1)).toMatch(/^data:.*\n\n\r\n$/);
    }
  });

  test('says to reconnect after the time of its options', async () => {
    const { body } = await openStream(await openServer(sse, { retryMs: 50 }));
    expect(body()).toBe('retry:50\n');
  });

  test.each([
    ['a newline', 'a\nb', 'data:a\ndata:b\n'],
    ['an empty line', 'a\n\nb', 'data:a\ndata:\ndata:b\n'],
    ['a newline at both ends', '\na\n', 'data:\ndata:a\ndata:\n'],
    ['CRLF and CR', 'a\r\nb\rc', 'data:a\ndata:b\ndata:c\n'],
    ['a leading space', ' a\n  b\nc ', 'data:  a\ndata:   b\ndata:c \n'],
    ['a colon, a BOM and separators that are no line ends', ':\ufeff\u0085\u2028', 'data::\ufeff\u0085\u2028\n'],
    ['nothing', '', 'data:\n'],
  ])('gives each line of a text a data field of its own: %s', async (_name, text, lines) => {
    const server = await openServer(sse);
    const { body } = await openStream(server);
    server.feed.publish(eventWith(1, text));
    server.feed.publish(eventOf(2));
    await eventually(() => expect(body()).toContain('id:2\n'));
    expect(body()).toBe(`${RETRY}id:1\n${lines}\nid:2\ndata:${eventOf(2).text}\n\n`);
  });

  test('sends comments, so that proxies keep the connection', async () => {
    const server = await openServer(sse, { commentMs: 5 });
    const live = await openStream(server);
    const ahead = await openStream(server, '?since=10');
    for (const { body } of [live, ahead]) {
      await eventually(() => expect(body()).toMatch(/(:\n){3}/));
      // Without a blank line, which some clients take for the end of a message.
      expect(body().slice(RETRY.length)).toMatch(/^(:\n)+$/);
    }
  });

  test('resumes from ?since=', async () => {
    const server = await openServer(sse);
    for (const seq of range(1, 3)) server.feed.publish(eventOf(seq));
    const { body } = await openStream(server, '?since=1');
    await eventually(() => expect(body()).toContain('id:3'));
    expect(body()).toBe(`${RETRY}id:2\ndata:${eventOf(2).text}\n\nid:3\ndata:${eventOf(3).text}\n\n`);
  });

  test('resumes from Last-Event-ID, which is newer than the ?since= of the page', async () => {
    const server = await openServer(sse);
    for (const seq of range(1, 3)) server.feed.publish(eventOf(seq));
    const { body } = await openStream(server, '?since=0', { 'Last-Event-ID': '2' });
    await eventually(() => expect(body()).toContain('id:3'));
    expect(body()).toBe(`${RETRY}id:3\ndata:${eventOf(3).text}\n\n`);
  });

  test('takes an empty Last-Event-ID for none', async () => {
    const server = await openServer(sse);
    server.feed.publish(eventOf(1));
    const { body } = await openStream(server, '?since=0', { 'Last-Event-ID': '' });
    await eventually(() => expect(body()).toContain('id:1\n'));
  });

  test('tells a gap as an event of its own, without an id', async () => {
    const server = await openServer(sse, {}, { ring: { events: 2, bytes: 1e6 } });
    for (const seq of range(1, 5)) server.feed.publish(eventOf(seq));
    const { body } = await openStream(server, '', { 'Last-Event-ID': '1' });
    await eventually(() => expect(body()).toContain('id:5'));
    const gap = 'event:gap\ndata:{"gap":{"after":1,"oldest":4}}\n\n';
    expect(body()).toBe(`${RETRY}${gap}id:4\ndata:${eventOf(4).text}\n\nid:5\ndata:${eventOf(5).text}\n\n`);
  });

  test.each<[string, Record<string, string>, string, string]>([
    ['', { 'Last-Event-ID': 'x' }, 'Last-Event-ID', 'x'],
    ['', { 'Last-Event-ID': '-1' }, 'Last-Event-ID', '-1'],
    ['?since=1', { 'Last-Event-ID': 'x' }, 'Last-Event-ID', 'x'],
    ['?since=abc', { 'Last-Event-ID': '1' }, 'since', 'abc'],
    ['?since=abc', {}, 'since', 'abc'],
    ['?since=1.5', {}, 'since', '1.5'],
    ['?since=1&since=1', {}, 'since', '1'],
    ['?hold=1', {}, 'hold', '1'],
  ])('answers 400 to %s with %o', async (query, headers, parameter, value) => {
    const server = await openServer(sse);
    const answer = await ask(server.port, `/sse${query}`, { headers });
    expect(answer.status).toBe(400);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.body)).toEqual({ error: { parameter, value, allowed: expect.any(String) } });
    expect(server.clientCount).toBe(0);
  });

  test('answers HEAD with the head alone', async () => {
    const server = await openServer(sse);
    const { status, headers, body } = await ask(server.port, '/sse', { method: 'HEAD' });
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(headers['content-type']).toBe('text/event-stream');
    expect(server.clientCount).toBe(0);
  });

  test('ends the streams when the server closes', async () => {
    const server = await openServer(sse);
    const { client, body } = await openStream(server);
    server.feed.publish(eventOf(1));
    await eventually(() => expect(body()).toContain('id:1'));
    await server.close();
    await client.seesEnd();
    expect(client.text).toMatch(/\r\n0\r\n\r\n$/);
    expect(server.clientCount).toBe(0);
    expect(server.feed.subscriberCount).toBe(0);
  });
});

describe('a compressed stream', () => {
  /** What can be read of a stream that goes on. */
  const gunzip = (client: RawClient) => {
    const { received } = client;
    const body = unchunkBytes(received.subarray(received.indexOf('\r\n\r\n') + 4));
    return gunzipSync(body, { finishFlush: constants.Z_SYNC_FLUSH }).toString();
  };
  const open = async (accepted: string | undefined, options: Partial<SseOptions> = { compression: 'gzip' }) => {
    const server = await openServer(sse, options);
    const client = await RawClient.connect(server.port);
    client.send(getRequest('/sse', accepted === undefined ? {} : { 'Accept-Encoding': accepted }));
    await eventually(() => expect(server.clientCount).toBe(1));
    return { server, client };
  };

  test('can be read after each event, and ends as gzip does', async () => {
    const { server, client } = await open('gzip, deflate, br, zstd');
    let expected = RETRY;
    for (const seq of range(1, 3)) {
      await eventually(() => expect(gunzip(client)).toBe(expected));
      server.feed.publish(eventOf(seq));
      expected += `id:${seq}\ndata:${eventOf(seq).text}\n\n`;
    }
    await eventually(() => expect(gunzip(client)).toBe(expected));
    expect(client.text).toContain('\r\nContent-Encoding: gzip\r\n');
    expect(client.text).toContain('\r\nVary: Accept-Encoding\r\n');
    await server.close();
    await client.seesEnd();
    const { received } = client;
    const body = unchunkBytes(received.subarray(received.indexOf('\r\n\r\n') + 4));
    expect(gunzipSync(body).toString()).toBe(expected);
  });

  test('ends before the server closes the connections that are idle', async () => {
    const { server, client } = await open('gzip');
    const order: string[] = [];
    const { closeIdleConnections } = Server.prototype;
    const closing = vi.spyOn(Server.prototype, 'closeIdleConnections').mockImplementation(function (this: Server) {
      order.push('idle connections closed');
      closeIdleConnections.call(this);
    });
    const { end } = ServerResponse.prototype;
    const ending = vi.spyOn(ServerResponse.prototype, 'end').mockImplementation(function (this: ServerResponse) {
      order.push('response ended');
      return Reflect.apply(end, this, []);
    });
    onTestFinished(() => {
      closing.mockRestore();
      ending.mockRestore();
    });
    await server.close();
    await client.seesEnd();
    // The first time by Node, in `Server.close`.
    expect(order).toEqual(['idle connections closed', 'response ended', 'idle connections closed']);
  });

  test.each([undefined, '', 'identity', 'br', 'gzip;q=0'])('is not for a client that accepts %j', async (accepted) => {
    const { client } = await open(accepted);
    await client.sees('retry:3000');
    expect(client.text).not.toContain('Content-Encoding');
    expect(client.text).toContain('\r\nVary: Accept-Encoding\r\n');
  });

  test('is not sent where the options do not say so', async () => {
    const { client } = await open('gzip', {});
    await client.sees('retry:3000');
    expect(client.text).not.toMatch(/Content-Encoding|Vary/);
  });
});

describe('a client that does not read', () => {
  const pad = 'x'.repeat(60_000);
  /** More than the system takes off the server's hands. */
  const FLOOD = 250;

  test('is cut off at the backlog and counted; another notices nothing', async () => {
    const server = await openServer(sse);
    const slow = await openStream(server);
    const other = await openStream(server);
    slow.client.socket.pause();
    for (const seq of range(1, FLOOD)) {
      server.feed.publish(eventOf(seq, { pad }));
      if (seq % 4 === 0) await eventually(() => expect(other.client.received.length).toBeGreaterThan(seq * pad.length));
    }
    await eventually(() => expect(server.clientCount).toBe(1));
    expect(server.cutOffCount).toBe(1);
    await eventually(() => expect(other.body()).toContain(`id:${FLOOD}\n`));
    slow.client.socket.resume();
    await slow.client.seesEnd();
  });

  test('catches up from the ring at its own pace, is not cut off, and misses nothing', async () => {
    const server = await openServer(sse, { maxBacklogBytes: 200_000 });
    for (const seq of range(1, FLOOD)) server.feed.publish(eventOf(seq, { pad }));
    const { client, body } = await openStream(server, '?since=0');
    client.socket.pause();
    server.feed.publish(eventOf(FLOOD + 1));
    client.socket.resume();
    await eventually(() => expect(client.received.includes(`id:${FLOOD + 1}\n`)).toBe(true));
    expect(body().match(/^id:\d+/gm)).toEqual(range(1, FLOOD + 1).map((seq) => `id:${seq}`));
    expect(server.cutOffCount).toBe(0);
  });

  test('does not keep the server from closing while it catches up', async () => {
    const server = await openServer(sse);
    for (const seq of range(1, FLOOD)) server.feed.publish(eventOf(seq, { pad }));
    const client = await RawClient.connect(server.port);
    client.send(getRequest('/sse?since=0'));
    client.socket.pause();
    await eventually(() => expect(server.clientCount).toBe(1));
    await server.close();
    expect(server.clientCount).toBe(0);
    client.socket.resume();
    await client.seesEnd();
  });
});

describe('a client that vanishes', () => {
  test.each(['destroy', 'resetAndDestroy'] as const)('in the middle of the stream is forgotten (%s)', async (go) => {
    const server = await openServer(sse);
    const gone = await openStream(server);
    const other = await openStream(server);
    server.feed.publish(eventOf(1));
    gone.client.socket[go]();
    server.feed.publish(eventOf(2));
    await eventually(() => expect(server.clientCount).toBe(1));
    server.feed.publish(eventOf(3));
    await eventually(() => expect(other.body()).toContain('id:3\n'));
    expect(server.cutOffCount).toBe(0);
  });

  test('is forgotten with all that it had asked for in advance', async () => {
    const server = await openServer(sse);
    const client = await RawClient.connect(server.port);
    client.send(getRequest('/sse').repeat(3));
    await eventually(() => expect(server.clientCount).toBeGreaterThan(0));
    client.socket.destroy();
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
    await eventually(() => expect(server.clientCount).toBe(0));
  });
});
