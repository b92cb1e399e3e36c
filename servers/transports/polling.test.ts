import { Agent } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventOf, eventually, eventWith, range } from '../../bench/contract/test-support.ts';
import { ask, getRequest, openServer, RawClient, type TestServer } from '../tests/support.ts';
import { polling } from './polling.ts';

const WHOLE_NUMBER = `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}, the seq of an event`;

describe('with tags, GET /polling answers', () => {
  const tagged = { revalidates: true };
  const poll = (port: number, since: number, tag: string) =>
    ask(port, `/polling?since=${since}`, { headers: { 'If-None-Match': tag } });

  test('304 to a client that has what there is, in place of 204', async () => {
    const { port, feed } = await openServer(polling, tagged);
    feed.publish(eventOf(1));
    const unconditional = await ask(port, '/polling?since=1');
    expect(unconditional).toMatchObject({ status: 204, headers: { etag: '"1"', 'cache-control': 'no-cache' } });
    for (const tag of ['"1"', 'W/"1"', '"0", "1"', '*']) {
      const { status, body, headers } = await poll(port, 1, tag);
      expect({ status, body }).toEqual({ status: 304, body: '' });
      // What a 200 would say of the entity (RFC 9110, section 15.4.5).
      expect(headers).toMatchObject({ etag: '"1"', 'cache-control': 'no-cache' });
      expect(headers).not.toHaveProperty('content-length');
    }
  });

  test('200 with the tag of a client that has read it', async () => {
    const { port, feed } = await openServer(polling, tagged);
    for (const seq of range(1, 3)) feed.publish(eventOf(seq));
    const { status, body, headers } = await poll(port, 1, '"1"');
    expect({ status, body }).toEqual({ status: 200, body: `${eventOf(2).text}\n${eventOf(3).text}\n` });
    expect(headers).toMatchObject({ etag: '"3"', 'cache-control': 'no-cache' });
    // A cache that kept this very answer has it still.
    expect((await poll(port, 1, '"3"')).status).toBe(304);
  });

  test('204 where the feed stands, with its tag', async () => {
    const { port, feed } = await openServer(polling, tagged);
    feed.publish(eventOf(1));
    expect(await ask(port, '/polling')).toMatchObject({ status: 204, headers: { 'event-cursor': '1', etag: '"1"' } });
  });

  test('410 without a tag', async () => {
    const { port, feed } = await openServer(polling, tagged, { ring: { events: 1, bytes: 1e6 } });
    for (const seq of range(1, 3)) feed.publish(eventOf(seq));
    const { status, headers } = await poll(port, 0, '"0"');
    expect(status).toBe(410);
    expect(headers).not.toHaveProperty('etag');
  });

  test('400 to a wrong cursor, whatever the tag', async () => {
    const { port } = await openServer(polling, tagged);
    expect((await ask(port, '/polling?since=x', { headers: { 'If-None-Match': '*' } })).status).toBe(400);
  });
});

describe('GET /polling answers', () => {
  test('204, and no 304, to a condition that it does not know', async () => {
    const { port } = await openServer(polling);
    const { status, headers } = await ask(port, '/polling?since=0', { headers: { 'If-None-Match': '*' } });
    expect(status).toBe(204);
    expect(headers).not.toHaveProperty('etag');
  });

  test('204 and where the feed stands, without a cursor', async () => {
    const { port, feed } = await openServer(polling);
    expect(await ask(port, '/polling')).toMatchObject({ status: 204, body: '', headers: { 'event-cursor': '0' } });
    feed.publish(eventOf(1));
    const { status, body, headers } = await ask(port, '/polling');
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(headers).toMatchObject({ 'event-cursor': '1', 'cache-control': 'no-store' });
  });

  test('204 without an Event-Cursor when nothing came after the cursor', async () => {
    const { port, feed } = await openServer(polling);
    feed.publish(eventOf(1));
    const { status, body, headers } = await ask(port, '/polling?since=1');
    expect({ status, body }).toEqual({ status: 204, body: '' });
    expect(headers['cache-control']).toBe('no-store');
    expect(headers).not.toHaveProperty('event-cursor');
    expect(headers).not.toHaveProperty('content-type');
  });

  test('200 with every event after the cursor, one per line', async () => {
    const { port, feed } = await openServer(polling);
    feed.publish(eventWith(1, '{"seq":1,"due":0}'));
    feed.publish(eventWith(2, '{"seq":2,"due":0,"pad":"🚀"}'));
    feed.publish(eventWith(3, '{"seq":3,"due":0}'));
    const { status, body, headers } = await ask(port, '/polling?since=1');
    expect({ status, body }).toEqual({ status: 200, body: '{"seq":2,"due":0,"pad":"🚀"}\n{"seq":3,"due":0}\n' });
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'content-length': String(Buffer.byteLength(body)),
      'cache-control': 'no-store',
    });
    expect(headers).not.toHaveProperty('etag');
    expect(headers).not.toHaveProperty('x-powered-by');
  });

  test('to each cursor what comes after that one', async () => {
    const { port, feed } = await openServer(polling);
    for (const seq of range(1, 4)) feed.publish(eventOf(seq));
    for (const since of [3, 0, 2, 0, 4, 1]) {
      const { body } = await ask(port, `/polling?since=${since}`);
      const seqs = body.split('\n').flatMap((line) => (line ? (JSON.parse(line) as { seq: number }).seq : []));
      expect(seqs).toEqual(range(since + 1, 4));
    }
    feed.publish(eventOf(5));
    expect((await ask(port, '/polling?since=4')).body).toBe(`${eventOf(5).text}\n`);
  });

  test('410 with the gap when the cursor left the ring', async () => {
    const { port, feed } = await openServer(polling, {}, { ring: { events: 3, bytes: 1e6 } });
    for (const seq of range(1, 10)) feed.publish(eventOf(seq));
    const { status, body, headers } = await ask(port, '/polling?since=2');
    expect({ status, body }).toEqual({ status: 410, body: '{"gap":{"after":2,"oldest":8}}' });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
    expect((await ask(port, '/polling?since=7')).status).toBe(200);
    expect((await ask(port, '/polling?since=6')).status).toBe(410);
  });

  test('204 to a cursor ahead of the feed', async () => {
    const { port, feed } = await openServer(polling);
    feed.publish(eventOf(1));
    for (const since of [2, Number.MAX_SAFE_INTEGER]) {
      expect((await ask(port, `/polling?since=${since}`)).status).toBe(204);
    }
  });

  test.each([
    ['since=abc', 'since', 'abc', WHOLE_NUMBER],
    ['since=-1', 'since', '-1', WHOLE_NUMBER],
    ['since=1.5', 'since', '1.5', WHOLE_NUMBER],
    ['since=', 'since', '', WHOLE_NUMBER],
    ['since=1e3', 'since', '1e3', WHOLE_NUMBER],
    ['since=9007199254740992', 'since', '9007199254740992', WHOLE_NUMBER],
    ['since=1&since=2', 'since', '2', 'one value'],
    ['from=1', 'from', '1', 'one of the parameters since'],
    ['since=1&hold=1', 'hold', '1', 'one of the parameters since'],
    ['__proto__=1', '__proto__', '1', 'one of the parameters since'],
    ['since=%C3%A9%0A', 'since', 'é\n', WHOLE_NUMBER],
  ])('400 to ?%s, naming the parameter and what is allowed', async (query, parameter, value, allowed) => {
    const { port } = await openServer(polling);
    const { status, body, headers } = await ask(port, `/polling?${query}`);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toEqual({ error: { parameter, value, allowed } });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });

  test('HEAD as GET, without the body', async () => {
    const { port, feed } = await openServer(polling);
    feed.publish(eventOf(1));
    const { status, body, headers } = await ask(port, '/polling?since=0', { method: 'HEAD' });
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(headers['content-length']).toBe(String(eventOf(1).bytes.length + 1));
  });

  test('many polls on one connection', async () => {
    const { port, feed, host } = await openServer(polling);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (const seq of range(1, 5)) {
      feed.publish(eventOf(seq));
      expect((await ask(port, `/polling?since=${seq - 1}`, { agent })).status).toBe(200);
      expect((await ask(port, `/polling?since=${seq}`, { agent })).status).toBe(204);
      expect((await ask(port, '/polling?since=no', { agent })).status).toBe(400);
    }
    expect(host.meter.read().connections).toBe(1);
  });

  test('pipelined polls in their order', async () => {
    const { port, feed } = await openServer(polling);
    feed.publish(eventOf(1));
    const client = await RawClient.connect(port);
    client.send(getRequest('/polling?since=1') + getRequest('/polling?since=0') + getRequest('/polling'));
    await client.sees('Event-Cursor: 1');
    expect(client.text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 204', 'HTTP/1.1 200', 'HTTP/1.1 204']);
  });
});

describe('a client that does not read its answer', () => {
  const pad = 'x'.repeat(60_000);
  const stall = async (server: TestServer) => {
    // More than the system takes off the server's hands.
    for (const seq of range(server.feed.lastSeq + 1, 200)) server.feed.publish(eventOf(seq, { pad }));
    const client = await RawClient.connect(server.port);
    client.socket.pause();
    client.send(getRequest('/polling?since=0'));
    return client;
  };

  test('is cut off and counted, and others notice nothing', async () => {
    const server = await openServer(polling, { stalledMs: 20 });
    const stalled = await stall(server);
    await eventually(() => expect(server.cutOffCount).toBe(1));
    expect((await ask(server.port, '/polling?since=199')).body).toBe(`${eventOf(200, { pad }).text}\n`);
    stalled.socket.resume();
    await stalled.seesEnd();
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });

  test('is not counted when it is gone before', async () => {
    const server = await openServer(polling, { stalledMs: 50 });
    const gone = await stall(server);
    await eventually(() => expect(server.host.meter.read().sentBytes).toBeGreaterThan(0));
    gone.socket.destroy();
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
    // Its time would be up before that of this one.
    const bystander = await stall(server);
    await eventually(() => expect(server.host.meter.read().connections).toBe(2));
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
    expect(server.cutOffCount).toBe(1);
    bystander.socket.destroy();
  });
});

test('a poll that comes while the server closes is answered, and ends its connection', async () => {
  const server = await openServer(polling);
  const client = await RawClient.connect(server.port);
  // Half a request keeps the connection open until the rest comes.
  client.send('GET /polling HTTP/1.1\r\nHost: localhost\r\n');
  await eventually(() => expect(server.host.meter.read().receivedBytes).toBeGreaterThan(0));
  const closed = server.close();
  await expect(ask(server.port, '/healthz')).rejects.toThrow('ECONNREFUSED');
  client.send('\r\n');
  await client.sees('HTTP/1.1 204');
  expect(client.text).toContain('Connection: close');
  await client.seesEnd();
  await closed;
});
