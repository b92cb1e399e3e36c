/** Many requests at once on one connection of HTTP/1.1. */

import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import { eventOf, eventually, range } from '../../bench/contract/test-support.ts';
import { getRequest, openServer, RawClient } from '../tests/support.ts';
import { longPolling } from '../transports/long-polling.ts';
import { polling } from '../transports/polling.ts';

/** More than wait as objects. */
const MANY = 300;

/** A server with a path whose answers the test gives. */
async function openWaiting() {
  const server = await openServer(polling);
  const http = await server.host.http('http');
  const waiting: ServerResponse[] = [];
  http.app.get('/waiting', (_request, response) => void waiting.push(response));
  const client = await RawClient.connect(server.port);
  return { server, waiting, client };
}

const settled = async () => {
  for (const _ of range(1, 10)) await new Promise((resolve) => setImmediate(resolve));
};

describe('requests that are sent ahead of their answers', () => {
  test('are all answered, in their order', async () => {
    const { port, feed } = await openServer(polling);
    for (const seq of range(1, MANY)) feed.publish(eventOf(seq));
    const client = await RawClient.connect(port);
    client.send(
      range(1, MANY)
        .map((seq) => getRequest(`/polling?since=${seq - 1}`))
        .join(''),
    );
    client.send(getRequest('/polling', { Connection: 'close' }));
    await client.seesEnd();
    const answers = client.text.split(/^HTTP\/1\.1 /m).slice(1);
    expect(answers).toHaveLength(MANY + 1);
    for (const [at, answer] of answers.slice(0, MANY).entries()) {
      expect(answer.split('\r\n\r\n')[1]).toMatch(new RegExp(`^\\{"seq":${at + 1},`));
    }
    expect(answers.at(-1)).toMatch(/^204 /);
  });

  test('are answered with their bodies, in whatever pieces they come', async () => {
    const { port } = await openServer(polling);
    const client = await RawClient.connect(port);
    const messages = range(1, MANY).map((number) => JSON.stringify(`message ${number} ${'x'.repeat(number)}`));
    const sent = messages.map(
      (body) =>
        'POST /upstream HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n' +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
    const bytes = sent.join('');
    for (let at = 0; at < bytes.length; at += 1_001) {
      client.send(bytes.slice(at, at + 1_001));
      if (at % 7 === 0) await settled();
    }
    await client.sees(messages.at(-1) ?? '');
    expect(client.text.match(/"message [^"]*"/g)).toEqual(messages);
  });

  test('are under way one at a time', async () => {
    const { waiting, client } = await openWaiting();
    client.send(getRequest('/waiting').repeat(MANY));
    for (const number of range(1, MANY)) {
      await eventually(() => expect(waiting).toHaveLength(number));
      await settled();
      expect(waiting).toHaveLength(number);
      waiting.at(-1)?.end(`answer ${number}.`);
    }
    await client.sees(`answer ${MANY}.`);
    expect(client.text.match(/answer \d+\./g)).toEqual(range(1, MANY).map((number) => `answer ${number}.`));
  });

  test('are no longer read beyond a few', async () => {
    const { server, waiting, client } = await openWaiting();
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(1));
    const [socket] = server.host.meter.openSockets;
    const readBytes = () => server.host.meter.read().receivedBytes;
    client.send(getRequest('/waiting').repeat(20_000));
    await eventually(() => expect(waiting).toHaveLength(1));
    await eventually(() => expect(socket?.isPaused()).toBe(true));
    await settled();
    // A chunk of 64 KiB that was parsed, one that was read, and the socket's buffer.
    expect(readBytes()).toBeLessThan(4 * 65_536);
    client.socket.resetAndDestroy();
    waiting[0]?.end();
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });

  test.each(['destroy', 'resetAndDestroy'] as const)('are forgotten with their client (%s)', async (go) => {
    const server = await openServer(longPolling);
    const client = await RawClient.connect(server.port);
    client.send(getRequest('/long-polling?since=0').repeat(MANY));
    await eventually(() => expect(server.clientCount).toBe(1));
    await settled();
    client.socket[go]();
    await eventually(() => expect(server.clientCount).toBe(0));
    await eventually(() => expect(server.host.meter.openSockets.size).toBe(0));
  });

  test('do not keep the server from closing', async () => {
    const server = await openServer(longPolling);
    const client = await RawClient.connect(server.port);
    client.send(getRequest('/long-polling?since=0').repeat(MANY));
    await eventually(() => expect(server.clientCount).toBe(1));
    await server.close();
    await client.seesEnd();
    expect(client.text).toMatch(/^HTTP\/1\.1 204 /);
    expect(server.host.meter.openSockets.size).toBe(0);
  });
});
