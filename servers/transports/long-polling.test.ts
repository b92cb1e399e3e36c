import { Agent } from 'node:http';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { eventOf, eventually, range } from '../../bench/contract/test-support.ts';
import { ask, getRequest, openServer, RawClient } from '../tests/support.ts';
import { longPolling } from './long-polling.ts';
import { PollAnswers } from './poll-answers.ts';

describe('GET /long-polling answers at once', () => {
  test('204 and where the feed stands, without a cursor', async () => {
    const { port, feed } = await openServer(longPolling);
    feed.publish(eventOf(1));
    for (const path of ['/long-polling', '/long-polling?hold=120']) {
      const { status, body, headers } = await ask(port, path);
      expect({ status, body }).toEqual({ status: 204, body: '' });
      expect(headers).toMatchObject({ 'event-cursor': '1', 'cache-control': 'no-store' });
    }
  });

  test('200 with everything after the cursor, in one response', async () => {
    const { port, feed } = await openServer(longPolling);
    for (const seq of range(1, 3)) feed.publish(eventOf(seq));
    const { status, body, headers } = await ask(port, '/long-polling?since=1');
    expect({ status, body }).toEqual({ status: 200, body: `${eventOf(2).text}\n${eventOf(3).text}\n` });
    expect(headers).toMatchObject({ 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
  });

  test('410 with the gap when the cursor left the ring', async () => {
    const { port, feed } = await openServer(longPolling, {}, { ring: { events: 2, bytes: 1e6 } });
    for (const seq of range(1, 5)) feed.publish(eventOf(seq));
    const { status, body, headers } = await ask(port, '/long-polling?since=1');
    expect({ status, body }).toEqual({ status: 410, body: '{"gap":{"after":1,"oldest":4}}' });
    expect(headers).toMatchObject({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });

  test.each([
    ['hold=0', '0'],
    ['hold=121', '121'],
    ['hold=120.01', '120.01'],
    ['hold=x', 'x'],
    ['hold=', ''],
    ['hold=-1', '-1'],
    ['hold=1e1', '1e1'],
    ['hold=Infinity', 'Infinity'],
    ['hold=0x10', '0x10'],
  ])('400 to ?%s, naming what is allowed', async (query, value) => {
    const { port } = await openServer(longPolling);
    for (const path of [`/long-polling?${query}`, `/long-polling?since=0&${query}`]) {
      const { status, body } = await ask(port, path);
      expect(status).toBe(400);
      const allowed = 'a number of seconds above 0 and up to 120';
      expect(JSON.parse(body)).toEqual({ error: { parameter: 'hold', value, allowed } });
    }
  });

  test.each([
    ['since=abc', 'since'],
    ['hold=1&hold=2', 'hold'],
    ['wait=1', 'wait'],
  ])('400 to ?%s', async (query, parameter) => {
    const { port } = await openServer(longPolling);
    const { status, body } = await ask(port, `/long-polling?${query}`);
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ error: { parameter } });
  });
});

test('parked polls are answered in another order for each event', async () => {
  const server = await openServer(longPolling);
  const answered: (number | undefined)[] = [];
  const tryAnswer = vi.spyOn(PollAnswers.prototype, 'tryAnswer').mockImplementation((response) => {
    answered.push(response.socket?.remotePort);
    return false;
  });
  onTestFinished(() => tryAnswer.mockRestore());
  const clients = await Promise.all(range(1, 8).map(() => RawClient.connect(server.port)));
  for (const client of clients) client.send(getRequest('/long-polling?since=0'));
  await eventually(() => expect(server.clientCount).toBe(8));
  answered.length = 0;
  const orders = range(1, 100).map((seq) => {
    server.feed.publish(eventOf(seq));
    return answered.splice(0);
  });
  const ports = clients.map(({ socket }) => socket.localPort).toSorted();
  for (const order of orders) expect(order.toSorted()).toEqual(ports);
  for (const place of range(0, 7)) expect(new Set(orders.map((order) => order[place])).size).toBe(8);
});

describe('a delivery counts as', () => {
  test('parked when its event found the poll, and queued when the poll found it', async () => {
    const server = await openServer(longPolling);
    const parked = range(1, 3).map(() => ask(server.port, '/long-polling?since=0'));
    await eventually(() => expect(server.clientCount).toBe(3));
    server.feed.publish(eventOf(1));
    await Promise.all(parked);
    expect(server.polls).toEqual({ answered: 3, empty: 0, deliveries: { parked: 3, queued: 0 } });
    for (const seq of range(2, 3)) server.feed.publish(eventOf(seq));
    await ask(server.port, '/long-polling?since=1');
    expect(server.polls).toEqual({ answered: 4, empty: 0, deliveries: { parked: 3, queued: 2 } });
  });

  test('neither when nothing is delivered: no event yet, no cursor, an event that left the ring, one that the client has', async () => {
    const server = await openServer(longPolling, { revalidates: true }, { ring: { events: 1, bytes: 1e6 } });
    await ask(server.port, '/long-polling');
    await ask(server.port, '/long-polling?since=0&hold=0.001');
    for (const seq of range(1, 3)) server.feed.publish(eventOf(seq));
    expect((await ask(server.port, '/long-polling?since=1')).status).toBe(410);
    const known = await ask(server.port, '/long-polling?since=2', { headers: { 'If-None-Match': '"3"' } });
    expect(known.status).toBe(304);
    // The 410 brings none, and is no empty answer.
    expect(server.polls).toEqual({ answered: 4, empty: 3, deliveries: { parked: 0, queued: 0 } });
  });
});

describe('a parked poll', () => {
  test('is answered by the next event', async () => {
    const server = await openServer(longPolling);
    const answers = range(1, 5).map(() => ask(server.port, '/long-polling?since=0&hold=120'));
    await eventually(() => expect(server.clientCount).toBe(5));
    server.feed.publish(eventOf(1));
    server.feed.publish(eventOf(2));
    for (const { status, body } of await Promise.all(answers)) {
      expect({ status, body }).toEqual({ status: 200, body: `${eventOf(1).text}\n` });
    }
    expect(server.clientCount).toBe(0);
  });

  test('is answered 204 when its hold is over, and keeps its connection', async () => {
    const server = await openServer(longPolling);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (const hold of ['0.2', '0.01', '.001']) {
      const path = `/long-polling?since=0&hold=${hold.replace(/^\./, '0.')}`;
      const { status, body, headers } = await ask(server.port, path, { agent });
      expect({ status, body }).toEqual({ status: 204, body: '' });
      expect(headers['cache-control']).toBe('no-store');
      expect(headers).not.toHaveProperty('event-cursor');
      expect(server.clientCount).toBe(0);
    }
    expect(server.host.meter.read().connections).toBe(1);
  });

  test('is parked as long as the server says when the client does not', async () => {
    const { port } = await openServer(longPolling, { holdSeconds: 0.05 });
    expect((await ask(port, '/long-polling?since=0')).status).toBe(204);
  });

  test('with a cursor ahead of the feed waits for the event after it', async () => {
    const server = await openServer(longPolling);
    const answer = ask(server.port, '/long-polling?since=2');
    await eventually(() => expect(server.clientCount).toBe(1));
    for (const seq of range(1, 2)) server.feed.publish(eventOf(seq));
    expect(server.clientCount).toBe(1);
    server.feed.publish(eventOf(3));
    expect((await answer).body).toBe(`${eventOf(3).text}\n`);
  });

  test.each(['destroy', 'resetAndDestroy'] as const)('is forgotten when its client goes (%s)', async (go) => {
    const server = await openServer(longPolling);
    const client = await RawClient.connect(server.port);
    client.send(getRequest('/long-polling?since=0'));
    const other = ask(server.port, '/long-polling?since=0');
    await eventually(() => expect(server.clientCount).toBe(2));
    client.socket[go]();
    await eventually(() => expect(server.clientCount).toBe(1));
    server.feed.publish(eventOf(1));
    expect((await other).status).toBe(200);
  });

  test('is forgotten with those behind it on its connection', async () => {
    const server = await openServer(longPolling);
    const client = await RawClient.connect(server.port);
    client.send(getRequest('/long-polling?since=0').repeat(30));
    await eventually(() => expect(server.clientCount).toBe(1));
    client.socket.destroy();
    await eventually(() => expect(server.clientCount).toBe(0));
  });

  test('is answered when the server closes, and its connection ended', async () => {
    const server = await openServer(longPolling);
    const client = await RawClient.connect(server.port);
    client.send(getRequest('/long-polling?since=0'));
    await eventually(() => expect(server.clientCount).toBe(1));
    await server.close();
    expect(client.text).toMatch(/^HTTP\/1\.1 204 /);
    expect(client.text).toContain('Connection: close');
    await client.seesEnd();
    expect(server.clientCount).toBe(0);
    expect(server.feed.subscriberCount).toBe(0);
  });
});
