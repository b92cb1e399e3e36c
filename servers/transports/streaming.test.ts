import { once } from 'node:events';
import { connect } from 'node:http2';
import { describe, expect, onTestFinished, test } from 'vitest';
import { encodeGap } from '../../bench/contract/event.ts';
import { eventOf, eventually, range } from '../../bench/contract/test-support.ts';
import { ask, getRequest, openServer, RawClient, readResponse, type TestServer } from '../tests/support.ts';
import { streaming } from './streaming.ts';

/** A stream, opened: what came of it so far is in `body()`. */
async function openStream(server: TestServer, query = '') {
  const before = server.clientCount;
  const client = await RawClient.connect(server.port);
  client.send(getRequest(`/streaming${query}`));
  await eventually(() => expect(server.clientCount).toBe(before + 1));
  await client.sees('\r\n\r\n');
  const read = () => readResponse(client.received);
  return { client, head: () => read().head, body: () => read().body };
}

const lines = (...seqs: number[]) => seqs.map((seq) => `${eventOf(seq).text}\n`).join('');

describe('GET /streaming', () => {
  test('is newline-delimited JSON in chunks, and its head comes before the first event', async () => {
    const server = await openServer(streaming);
    const { head, body } = await openStream(server);
    expect(head()).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(head()).toContain('Content-Type: application/x-ndjson\r\n');
    expect(head()).toContain('Cache-Control: no-store\r\n');
    expect(head()).toContain('Transfer-Encoding: chunked');
    expect(head()).not.toContain('Content-Length');
    expect(body()).toBe('');
    for (const seq of range(1, 3)) server.feed.publish(eventOf(seq));
    await eventually(() => expect(body()).toBe(lines(1, 2, 3)));
  });

  test('sends empty lines, so that proxies keep the connection', async () => {
    const server = await openServer(streaming, { keepAliveMs: 5 });
    const live = await openStream(server);
    const ahead = await openStream(server, '?since=10');
    for (const { body } of [live, ahead]) await eventually(() => expect(body()).toMatch(/^\n{3,}$/));
  });

  test('resumes from ?since=', async () => {
    const server = await openServer(streaming);
    for (const seq of range(1, 3)) server.feed.publish(eventOf(seq));
    const { body } = await openStream(server, '?since=1');
    server.feed.publish(eventOf(4));
    await eventually(() => expect(body()).toBe(lines(2, 3, 4)));
  });

  test('tells a gap as a line of its own', async () => {
    const server = await openServer(streaming, {}, { ring: { events: 2, bytes: 1e6 } });
    for (const seq of range(1, 5)) server.feed.publish(eventOf(seq));
    const { body } = await openStream(server, '?since=1');
    await eventually(() => expect(body()).toBe(`${encodeGap({ after: 1, oldest: 4 })}\n${lines(4, 5)}`));
  });

  test.each([
    ['?since=abc', 'since', 'abc'],
    ['?since=1&since=1', 'since', '1'],
    ['?hold=1', 'hold', '1'],
  ])('answers 400 to %s', async (query, parameter, value) => {
    const server = await openServer(streaming);
    const answer = await ask(server.port, `/streaming${query}`);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({ error: { parameter, value, allowed: expect.any(String) } });
    expect(server.clientCount).toBe(0);
  });

  test('answers HEAD with the head alone', async () => {
    const server = await openServer(streaming);
    const { status, headers, body } = await ask(server.port, '/streaming', { method: 'HEAD' });
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(headers['content-type']).toBe('application/x-ndjson');
    expect(server.clientCount).toBe(0);
  });

  test('comes in DATA frames over HTTP/2, its head before the first event', async () => {
    const server = await openServer(streaming, { over: 'h2', keepAliveMs: 5 });
    const session = connect(`https://127.0.0.1:${server.port}`, { rejectUnauthorized: false });
    onTestFinished(() => session.destroy());
    const stream = session.request({ ':path': '/streaming' }).setEncoding('utf8');
    const [head] = await once(stream, 'response');
    expect(head).toMatchObject({ ':status': 200, 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
    expect(head).not.toHaveProperty('content-length');
    let text = '';
    stream.on('data', (chunk: string) => {
      text += chunk;
    });
    server.feed.publish(eventOf(1));
    await eventually(() => expect(text).toContain(lines(1)));
    await eventually(() => expect(text).toMatch(/\n\n$/));
    const ended = once(stream, 'end');
    await server.close();
    await ended;
    expect(server.clientCount).toBe(0);
  });

  test('ends the streams when the server closes', async () => {
    const server = await openServer(streaming);
    const { client, body } = await openStream(server);
    server.feed.publish(eventOf(1));
    await eventually(() => expect(body()).toBe(lines(1)));
    await server.close();
    await client.seesEnd();
    expect(client.text).toMatch(/\r\n0\r\n\r\n$/);
    expect(server.clientCount).toBe(0);
    expect(server.feed.subscriberCount).toBe(0);
  });
});
