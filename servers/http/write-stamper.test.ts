import { describe, expect, test } from 'vitest';
import { encodeEvent } from '../../bench/contract/event.ts';
import { eventOf, eventually, range } from '../../bench/contract/test-support.ts';
import type { ServerTransport } from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { getRequest, openServer, RawClient, type TestServer } from '../tests/support.ts';
import { longPolling } from '../transports/long-polling.ts';
import { polling } from '../transports/polling.ts';
import { sse } from '../transports/sse.ts';
import { streaming } from '../transports/streaming.ts';
import { tcp } from '../transports/tcp.ts';
import { websocket } from '../transports/websocket.ts';
import { WriteStamper } from './write-stamper.ts';

const UPGRADE = {
  Connection: 'Upgrade',
  Upgrade: 'websocket',
  'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version': '13',
};
const upgrade = getRequest('/websocket', UPGRADE);

const pushed: readonly (readonly [string, ServerTransport, object, string])[] = [
  ['a bare socket', tcp as ServerTransport, {}, '\n'],
  ['an event stream', sse as ServerTransport, { commentMs: 1 }, getRequest('/sse')],
  ['a stream of lines', streaming as ServerTransport, { keepAliveMs: 1 }, getRequest('/streaming')],
  ['messages of text', websocket as ServerTransport, {}, upgrade],
  ['binary messages', websocket as ServerTransport, { encoding: 'binary' }, upgrade],
];

async function openClients(server: TestServer, request: string, count: number): Promise<RawClient[]> {
  const clients = await Promise.all(range(1, count).map(() => RawClient.connect(server.port)));
  for (const client of clients) client.send(request);
  return clients;
}

const portsOf = (clients: readonly RawClient[]) => clients.map(({ socket }) => socket.localPort ?? 0);
const tick = (seq: number) => encodeEvent(seq, seq * 1e3, 0.5, 100);

/** Publishes, and tells the instants around it. */
function publish(server: TestServer, stamps: WriteStamper, seq: number) {
  const fromNs = nowNs();
  server.feed.publish(tick(seq));
  stamps.born(seq, fromNs);
  return { fromNs, toNs: nowNs() };
}

const isOwn = ({ host }: TestServer) => [...host.meter.openSockets].filter((socket) => Object.hasOwn(socket, '_write'));

describe('the stamps of writes', () => {
  test.each(pushed)(
    'of events pushed on %s lie within their publishing',
    async (_name, transport, options, request) => {
      const server = await openServer(transport, options);
      const clients = await openClients(server, request, 4);
      await eventually(() => expect(server.clientCount).toBe(4));
      const stamps = new WriteStamper(2, 3);
      const ports = portsOf(clients.slice(1, 3));
      stamps.watch(server.host.meter.openSockets, ports);
      expect(isOwn(server)).toHaveLength(2);
      const spans = [];
      for (const seq of range(1, 5)) {
        spans.push(publish(server, stamps, seq));
        // Comments and empty lines go out in between, and are no writes of the event before.
        await new Promise((resolve) => setTimeout(resolve, 3));
      }
      const { firstSeq, bornNs, probes } = stamps.read();
      expect(firstSeq).toBe(2);
      expect(bornNs).toEqual(spans.slice(1, 4).map(({ fromNs }) => fromNs));
      expect(probes.map(({ port }) => port)).toEqual(ports);
      for (const { writtenNs } of probes) {
        expect(writtenNs).toHaveLength(3);
        for (const [at, ns] of writtenNs.entries()) {
          expect(ns).toBeGreaterThanOrEqual(spans[at + 1]?.fromNs ?? Number.NaN);
          expect(ns).toBeLessThanOrEqual(spans[at + 1]?.toNs ?? Number.NaN);
        }
      }
      // Each client has its own.
      expect(new Set(probes.flatMap(({ writtenNs }) => writtenNs)).size).toBe(6);
      stamps.release();
      expect(isOwn(server)).toEqual([]);
    },
  );

  test('of events that are corked are those of the tick after', async () => {
    const server = await openServer(sse, { corks: true });
    const clients = await openClients(server, getRequest('/sse'), 2);
    await eventually(() => expect(server.clientCount).toBe(2));
    const stamps = new WriteStamper(1, 1);
    stamps.watch(server.host.meter.openSockets, portsOf(clients));
    const { toNs } = publish(server, stamps, 1);
    expect(stamps.read().probes.map(({ writtenNs }) => writtenNs)).toEqual([[], []]);
    for (const client of clients) await client.sees('"seq":1,');
    const { probes } = stamps.read();
    expect(probes).toHaveLength(2);
    for (const { writtenNs } of probes) expect(writtenNs[0]).toBeGreaterThan(toNs);
  });

  test('of events in one answer to a poll are one, that of the answer', async () => {
    const server = await openServer(polling);
    const [client] = await openClients(server, getRequest('/polling'), 1);
    if (!client) throw new Error('no client');
    await client.sees('204');
    const stamps = new WriteStamper(2, 4);
    stamps.watch(server.host.meter.openSockets, portsOf([client]));
    for (const seq of range(1, 4)) publish(server, stamps, seq);
    const askedNs = nowNs();
    expect(stamps.read().probes[0]?.writtenNs).toEqual([]);
    client.send(getRequest('/polling?since=0'));
    await client.sees('"seq":4,');
    const [first = Number.NaN, ...others] = stamps.read().probes[0]?.writtenNs ?? [];
    expect(first).toBeGreaterThan(askedNs);
    expect(first).toBeLessThan(nowNs());
    expect(others).toEqual([first, first, 0]);
    // Once more is no write of another instant.
    client.send(getRequest('/polling?since=2'));
    await eventually(() => expect(client.text.match(/"seq":4,/g)).toHaveLength(2));
    expect(stamps.read().probes[0]?.writtenNs).toEqual([first, first, first, 0]);
  });

  test('of an answer to a parked poll lie within the publishing', async () => {
    const server = await openServer(longPolling);
    const clients = await openClients(server, getRequest('/long-polling?since=0'), 3);
    await eventually(() => expect(server.clientCount).toBe(3));
    const stamps = new WriteStamper(1, 1);
    stamps.watch(server.host.meter.openSockets, portsOf(clients));
    const { fromNs, toNs } = publish(server, stamps, 1);
    const written = stamps.read().probes.flatMap(({ writtenNs }) => writtenNs);
    expect(written).toHaveLength(3);
    expect(Math.min(...written)).toBeGreaterThanOrEqual(fromNs);
    expect(Math.max(...written)).toBeLessThanOrEqual(toNs);
    for (const client of clients) await client.sees('"seq":1,');
  });

  test('are waited for while an event is still to be asked for, but not beyond the deadline', async () => {
    const server = await openServer(polling);
    const [client] = await openClients(server, getRequest('/polling'), 1);
    if (!client) throw new Error('no client');
    await client.sees('204');
    const stamps = new WriteStamper(1, 2);
    stamps.watch(server.host.meter.openSockets, portsOf([client]));
    for (const seq of range(1, 2)) {
      publish(server, stamps, seq);
      client.send(getRequest(`/polling?since=${seq - 1}`));
      if (seq === 1) await client.sees('"seq":1,');
    }
    await stamps.complete(Number.POSITIVE_INFINITY);
    expect(stamps.read().probes[0]?.writtenNs).not.toContain(0);

    const late = new WriteStamper(2, 2);
    late.watch(server.host.meter.openSockets, portsOf([client]));
    client.send(getRequest('/polling?since=1'));
    await eventually(() => expect(late.read().probes[0]?.writtenNs).toHaveLength(2));
    await late.complete(nowNs());
    expect(late.read().probes[0]?.writtenNs[1]).toBe(0);
  });

  test('are waited for where the window ended before its first event was published', async () => {
    const server = await openServer(tcp);
    const [client] = await openClients(server, 'ack=1\n', 1);
    if (!client) throw new Error('no client');
    await eventually(() => expect(server.clientCount).toBe(1));
    const stamps = new WriteStamper(1, 2);
    stamps.watch(server.host.meter.openSockets, portsOf([client]));
    const completed = stamps.complete(Number.POSITIVE_INFINITY);
    publish(server, stamps, 1);
    publish(server, stamps, 2);
    await completed;
    expect(stamps.read().probes[0]?.writtenNs).toHaveLength(2);
    expect(stamps.read().probes[0]?.writtenNs).not.toContain(0);
  });

  test('are none on TLS, nor of ports that the server does not know, and nothing waits for them', async () => {
    const server = await openServer(sse, { over: 'https' });
    const { connect } = await import('node:tls');
    const socket = connect({ port: server.port, host: '127.0.0.1', rejectUnauthorized: false });
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk;
    });
    socket.write(getRequest('/sse'));
    await eventually(() => expect(server.clientCount).toBe(1));
    const stamps = new WriteStamper(1, 1);
    const port = socket.localPort ?? 0;
    stamps.watch(server.host.meter.openSockets, [port, 1]);
    publish(server, stamps, 1);
    await eventually(() => expect(received).toContain('"seq":1,'));
    await stamps.complete(Number.POSITIVE_INFINITY);
    expect(stamps.read().probes).toEqual([
      { port, writtenNs: [] },
      { port: 1, writtenNs: [] },
    ]);
    socket.destroy();
  });

  test('are none of what is no event', async () => {
    const server = await openServer(tcp);
    const [client] = await openClients(server, 'ack=1\n', 1);
    if (!client) throw new Error('no client');
    await eventually(() => expect(server.clientCount).toBe(1));
    const stamps = new WriteStamper(1, 1);
    stamps.watch(server.host.meter.openSockets, portsOf([client]));
    client.send(`${JSON.stringify('hello')}\n`);
    await client.sees('{"echo":"hello"}');
    server.feed.publish(eventOf(9));
    await client.sees('"seq":9,');
    expect(stamps.read()).toMatchObject({ firstSeq: 1, bornNs: [0], probes: [{ writtenNs: [] }] });
  });
});
