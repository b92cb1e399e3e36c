/** For tests: a lane's own server and clients on real sockets, with a ledger in between that has to read all of it. */

import { expect, onTestFinished } from 'vitest';
import { EventLog } from '../../servers/feed/feed.ts';
import { Host } from '../../servers/http/host.ts';
import { encodeBinary } from '../contract/event-binary.ts';
import type { HeaderProfile } from '../contract/headers.ts';
import { type Lane, wireFormatOf, withKeepAlive } from '../contract/lane.ts';
import { type FrameCounts, type LedgerCount, sumOf } from '../contract/ledger.ts';
import { eventOf, eventually, RecordingSink, range } from '../contract/test-support.ts';
import { ByteMeter } from '../measure/byte-meter.ts';
import { expectAllPassed, openTap } from './test-tap.ts';
import { KeyLog } from './tls/key-log.ts';

/** Around the limits of a length in WebSocket, and beyond what a socket reads at once. */
const PADS = ['', 'x'.repeat(80), 'x'.repeat(100), '🚀'.repeat(50), 'x'.repeat(65_500), 'é'.repeat(40_000)];
/** What the client of HTTP/2 says first (RFC 9113, section 3.4). */
const PREFACE_BYTES = 24;
/** In seconds: no keep-alive falls into a test, and what is control beside events is not theirs. */
const SILENT_SECONDS = 100;

/**
 * Publishes to clients behind a tap, and expects of their bytes what the lane's row says: each in a layer, payload the texts of
 * the events, as many events as the clients got, and, where connections last, a handshake for each and no polls.
 */
export async function expectAllInLayers(row: Lane, headers: HeaderProfile): Promise<void> {
  const lane = withKeepAlive(row, SILENT_SECONDS);
  const { feed, host, tap, join } = await openTapped(lane, headers);
  const clients = await Promise.all(range(1, 3).map(() => join()));
  const controlBytes = tap.count().down.control;
  for (const seq of range(1, 18)) {
    feed.publish(eventOf(seq, { pad: PADS[seq % PADS.length] }));
    if (seq % 3 > 0) continue;
    await eventually(() => expect(clients.every(({ sink }) => sink.texts.length === seq)).toBe(true));
  }
  // A byte that comes with each event is part of its layers.
  if (lane.polls === undefined) expect(tap.count().down.control).toBe(controlBytes);
  const returned = await join(4);
  await eventually(() => expect(returned.sink.texts).toHaveLength(14));
  const all = [...clients, returned];
  await Promise.all(all.map(({ client }) => client.close()));
  await eventually(() => expect(host.meter.openSockets.size + tap.sockets.openSockets.size).toBe(0));

  const count = tap.count();
  const texts = all.flatMap(({ sink }) => sink.texts);
  expect(count.problems).toEqual([]);
  expect(count.unreadBytes).toEqual({ up: 0, down: 0 });
  expect(count.events).toBe(texts.length);
  expect(texts).toHaveLength(3 * 18 + 14);
  holdsPayload(lane, texts, count);
  holdsOpening(lane, all.length, count);

  const up = sumOf(count.up);
  const down = sumOf(count.down);
  const server = host.meter.read();
  expect(server).toEqual({ sentBytes: down, receivedBytes: up, connections: tap.ledgers.length });
  expectAllPassed(count, tap);
  const sent = all.reduce((sum, { meter }) => sum + meter.read().sentBytes, 0);
  const received = all.reduce((sum, { meter }) => sum + meter.read().receivedBytes, 0);
  expect({ sent, received }).toEqual({ sent: up, received: down });

  const isEncrypted = tap.keyLog !== undefined;
  expect([count.up.tls > 0, count.down.tls > 0]).toEqual([isEncrypted, isEncrypted]);
  holdsFrames(lane, tap.ledgers.length, count);
  // Exchanges are all there is within TLS, but for what HTTP/2 says of its connection; or lasting connections are. A poll
  // under way when its client closed has no answer.
  const exchangedBytes = down - count.down.tls - count.down.handshake - count.down.control;
  expect(count.cycles.downBytes).toBe(count.down.responseHead > 0 ? exchangedBytes : 0);
  expect(count.cycles.upBytes).toBeLessThanOrEqual(count.up.requestHead);
  expect(count.emptyCycles.count).toBeLessThanOrEqual(count.cycles.count);
}

/** Payload is the events as the lane writes them. What a compressor makes of them is its own affair; that it is less, is not. */
function holdsPayload({ options }: Lane, texts: readonly string[], { up, down }: LedgerCount): void {
  const encoded = options['encoding'] === 'binary' ? encodeBinary : (text: string) => Buffer.from(text);
  const wholeBytes = texts.reduce((sum, text) => sum + encoded(text).length, 0);
  const isCompressed = (options['compression'] ?? 'none') !== 'none';
  if (!isCompressed) expect(down.payload).toBe(wholeBytes);
  expect(down.payload).toBeGreaterThan(0);
  expect(down.payload).toBeLessThanOrEqual(wholeBytes);
  expect(up).toMatchObject({ payload: 0, framing: 0 });
}

/** What opens a lasting connection is its handshake; polls are cycles. */
function holdsOpening({ polls, wire }: Lane, clients: number, { up, down, cycles }: LedgerCount): void {
  if (polls === undefined) {
    expect(up.handshake).toBeGreaterThanOrEqual(clients);
    expect(down.handshake).toBeGreaterThanOrEqual(clients);
    expect({ cycles: cycles.count, heads: up.requestHead + down.responseHead }).toEqual({ cycles: 0, heads: 0 });
  } else {
    expect(cycles.count).toBeGreaterThanOrEqual(clients);
    expect(up.handshake > 0).toBe(wire === 'http2');
  }
}

/** HTTP/2 is nothing but frames, and the client's preface before them. */
function holdsFrames({ wire }: Lane, connections: number, { frames, headBlocks, up, down }: LedgerCount): void {
  const isHttp2 = wire === 'http2';
  expect(bytesOf(frames.up)).toBe(isHttp2 ? sumOf(up) - up.tls - connections * PREFACE_BYTES : 0);
  expect(bytesOf(frames.down)).toBe(isHttp2 ? sumOf(down) - down.tls : 0);
  for (const direction of ['up', 'down'] as const) {
    const blocks = headBlocks.reduce((sum, counts) => sum + counts[direction].count, 0);
    expect(blocks).toBe(frames[direction].HEADERS?.count ?? 0);
  }
  expect(headBlocks[0]?.up.count).toBe(isHttp2 ? connections : undefined);
}

function bytesOf(frames: FrameCounts): number {
  return Object.values(frames).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A lane's server behind a tap, and clients that reach it through that. */
async function openTapped(lane: Lane, headers: HeaderProfile) {
  const [serverHalf, clientHalf] = await Promise.all([lane.server(), lane.client()]);
  const feed = new EventLog();
  const host = new Host(feed);
  const mounted = await serverHalf.mount(host, feed, { ...serverHalf.defaults, ...lane.options });
  onTestFinished(() => host.close([mounted]));
  const { url, certificate } = mounted;
  const keyLog = certificate === undefined ? undefined : new KeyLog();
  const tap = await openTap(Number(new URL(url).port), wireFormatOf(lane), keyLog);
  const swarm = {};

  const join = async (since?: number) => {
    const sink = new RecordingSink();
    const meter = new ByteMeter();
    const context = {
      url,
      phase: 0,
      headers,
      via: { host: '127.0.0.1', port: tap.port },
      meter,
      certificate,
      keylog: (line: string) => keyLog?.add([line]),
      swarm,
      ...(since !== undefined && { since }),
    };
    const client = await clientHalf.connect(context, sink, quick({ ...clientHalf.defaults, ...lane.options }));
    return { client, sink, meter };
  };
  return { feed, host, tap, join };
}

/** A lane that acts periodically does so often, or the test would wait for it. */
function quick<Options extends object>(options: Options): Options {
  return 'intervalMs' in options ? { ...options, intervalMs: 10 } : options;
}
