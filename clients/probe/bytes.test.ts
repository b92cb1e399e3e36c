/** What a probe sends is, to the byte, what the lane's own client sends. */

import { connect as connectTcp, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { lanes } from '../../bench/catalogue/lanes.ts';
import { HEADER_PROFILES, type HeaderProfile } from '../../bench/contract/headers.ts';
import { canProbe, type Lane } from '../../bench/contract/lane.ts';
import { eventOf, eventually, RecordingSink } from '../../bench/contract/test-support.ts';
import type { ClientTransport } from '../../bench/contract/transport.ts';
import { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { EventLog } from '../../servers/feed/feed.ts';
import { Host } from '../../servers/http/host.ts';
import { Turns } from './turns.ts';

/** Longer than what a frame's head of 2 bytes holds, and than what one of 4 holds. */
const MESSAGES = ['hello', 'x'.repeat(200), 'y'.repeat(60_000)];
/** Of all servers: it stands in requests. */
const ORIGIN = 'http://127.0.0.1:8080';

interface Recorder {
  readonly address: { readonly host: string; readonly port: number };
  /** What clients sent, by connection. */
  readonly sent: Buffer[][];
}

/** A hop that notes what goes up. */
async function openRecorder(port: number): Promise<Recorder> {
  const sent: Buffer[][] = [];
  const sockets: Socket[] = [];
  const hop = createServer({ noDelay: true, allowHalfOpen: true }, (down) => {
    const up = connectTcp({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen: true });
    const chunks: Buffer[] = [];
    sent.push(chunks);
    sockets.push(down, up);
    for (const socket of [down, up]) socket.on('error', () => {});
    down.on('data', (chunk: Buffer) => chunks.push(chunk));
    down.pipe(up).pipe(down);
    down.once('close', () => up.destroy());
  });
  await new Promise<void>((resolve) => hop.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    hop.close();
  });
  const address = hop.address();
  return { address: { host: '127.0.0.1', port: typeof address === 'object' && address ? address.port : 0 }, sent };
}

/** A whole life: a cursor, events, messages, and a close. */
async function liveOn(lane: Lane, client: ClientTransport, headers: HeaderProfile): Promise<string[]> {
  const feed = new EventLog();
  const host = new Host(feed, { allowedOrigins: [ORIGIN] });
  const half = await lane.server();
  const mounted = await half.mount(host, feed, { ...half.defaults, ...lane.options });
  onTestFinished(() => host.close([mounted]));
  const { address, sent } = await openRecorder(Number(new URL(mounted.url).port));
  const sentBytes = () => sent.map((chunks) => Buffer.concat(chunks));
  feed.publish(eventOf(1));
  const sink = new RecordingSink();
  const meter = new ByteMeter();
  const url = mounted.url.replace(/127\.0\.0\.1:\d+/, new URL(ORIGIN).host);
  const context = { url, via: address, headers, phase: 0, meter, since: 0 };
  const options = { ...client.defaults, ...lane.options, ...('intervalMs' in client.defaults && { intervalMs: 5 }) };
  const opened = await client.connect(context, sink, options);
  for (const seq of [2, 3]) {
    await eventually(() => expect(sink.texts).toHaveLength(seq - 1));
    feed.publish(eventOf(seq));
  }
  await eventually(() => expect(sink.texts).toHaveLength(3));
  for (const message of MESSAGES) expect(await opened.request?.(message)).toBe(message);
  // The last poll is sent, or parked, by then.
  if (lane.polls) await eventually(() => expect(sentBytes().join()).toContain('?since=3'));
  await opened.close();
  await eventually(() => expect(host.meter.openSockets.size).toBe(0));
  expect(sink.seqs).toEqual([1, 2, 3]);
  return sentBytes().flatMap((bytes) => ['a connection', ...piecesOf(bytes)]);
}

/** Frames, or the different requests: a timer decides how often a poll is sent, and in between which messages. */
function piecesOf(bytes: Buffer): string[] {
  const text = bytes.toString('latin1');
  const headEnd = text.indexOf('\r\n\r\n') + 4;
  const isUpgrade = /^sec-websocket-key:/im.test(text);
  if (isUpgrade) return [withoutKey(text.slice(0, headEnd)), ...framesOf(bytes.subarray(headEnd))];
  return [...new Set(text.split(/(?=GET \/|POST \/)/))].toSorted();
}

/** The key is random; its length is not. */
function withoutKey(head: string): string {
  return head.replace(/(sec-websocket-key: )([\w+/=]+)/i, (_all, name, key) => `${name}${'k'.repeat(key.length)}`);
}

/** Heads as they are, without the mask, and payloads unmasked. */
function framesOf(bytes: Buffer): string[] {
  const frames: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const length = (bytes[at + 1] ?? 0) & 0x7f;
    const maskAt = at + (length === 127 ? 10 : length === 126 ? 4 : 2);
    const size =
      length === 127 ? Number(bytes.readBigUInt64BE(at + 2)) : length === 126 ? bytes.readUInt16BE(at + 2) : length;
    const payload = bytes.subarray(maskAt + 4, maskAt + 4 + size);
    expect(payload).toHaveLength(size);
    const open = payload.map((byte, index) => byte ^ (bytes[maskAt + (index % 4)] ?? 0));
    frames.push(`${bytes.toString('hex', at, maskAt)} ${Buffer.from(open).toString('latin1')}`);
    at = maskAt + 4 + size;
  }
  return frames;
}

const probed = lanes.filter((lane) => canProbe(lane) && lane.duplicateOf === undefined);

test('the lanes that probes serve on bare sockets are those without TLS, HTTP/2, compression and short connections', () => {
  expect(probed.map(({ id }) => id)).toEqual([
    'tcp',
    'polling',
    'polling-etag',
    'long-polling',
    'sse',
    'sse-corked',
    'websocket',
    'websocket-binary',
    'streaming',
  ]);
});

describe.each(probed)('the bare client of $id', (lane) => {
  test.each(HEADER_PROFILES)("sends the bytes that the lane's own client sends, with headers %s", async (headers) => {
    const turns = new Turns();
    onTestFinished(() => turns.close());
    const bare = (await lane.bare?.())?.(turns.read);
    if (!bare) throw new Error('no bare client');
    const own = await liveOn(lane, await lane.client(), headers);
    expect(await liveOn(lane, bare, headers)).toEqual(own);
    expect(own.length).toBeGreaterThan(1);
  });
});
