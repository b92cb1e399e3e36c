/**
 * THE TABLE of lanes. A new transport is one file in `servers/transports/`, one in `clients/transports/`, an entry among the
 * transports and a row here; a new lane is a row. Where events are written in another way than `EVENT_FORMATS` has, it gets a
 * reader in `bench/ledger/answer.ts`. The path of an HTTP transport is its own: `serve` mounts all of them on one port.
 *
 * The halves are imported at first use, so that a process holds only the transport that it measures.
 */

import type { Lane } from '../contract/lane.ts';

const LINES_ONLY = { 'raw newlines': { reason: 'one event per line: a newline ends the event' } };
const POLLED = {
  ...LINES_ONLY,
  'that stops to read is cut off and counted, and others notice nothing': {
    reason: 'a client that does not read does not poll either: at most one answer is held for it',
  },
};

const INTERVAL = { intervalMs: 1_000 };
const HOLD = { holdSeconds: 30 };
/** Proxies drop connections that are silent for a minute or so. */
const COMMENTS = { commentMs: 15_000 };
const PINGS = { pingMs: 30_000 };
const KEEP_ALIVE = { keepAliveMs: 15_000 };

/** A transport's part of a row; lanes of one transport differ in the rest. */
type Transport = Omit<Lane, 'id' | 'title' | 'summary' | 'options'>;

const tcp: Transport = {
  transport: 'tcp',
  wire: 'lines',
  events: 'lines',
  server: async () => (await import('../../servers/transports/tcp.ts')).tcp,
  client: async () => (await import('../../clients/transports/tcp.ts')).tcp,
  bare: async () => (await import('../../clients/probe/transports.ts')).bareTcp,
  skips: LINES_ONLY,
};
const polling: Transport = {
  transport: 'polling',
  wire: 'http',
  events: 'lines',
  server: async () => (await import('../../servers/transports/polling.ts')).polling,
  client: async () => (await import('../../clients/transports/polling.ts')).polling,
  bare: async () => (await import('../../clients/probe/transports.ts')).barePolling,
  page: 'poll',
  polls: 'timed',
  idlePeriodMs: INTERVAL.intervalMs,
  skips: POLLED,
};
const longPolling: Transport = {
  transport: 'long-polling',
  wire: 'http',
  events: 'lines',
  server: async () => (await import('../../servers/transports/long-polling.ts')).longPolling,
  client: async () => (await import('../../clients/transports/long-polling.ts')).longPolling,
  bare: async () => (await import('../../clients/probe/transports.ts')).bareLongPolling,
  page: 'long-poll',
  polls: 'parked',
  idlePeriodMs: HOLD.holdSeconds * 1e3,
  keepAlive: { option: 'holdSeconds', unitMs: 1e3 },
  skips: POLLED,
};
const sse: Transport = {
  transport: 'sse',
  wire: 'http',
  events: 'event-stream',
  server: async () => (await import('../../servers/transports/sse.ts')).sse,
  client: async () => (await import('../../clients/transports/sse.ts')).sse,
  bare: async () => (await import('../../clients/probe/transports.ts')).bareSse,
  page: 'EventSource',
  idlePeriodMs: COMMENTS.commentMs,
  keepAlive: { option: 'commentMs', unitMs: 1 },
};
const websocket: Transport = {
  transport: 'websocket',
  wire: 'http',
  events: 'frames',
  server: async () => (await import('../../servers/transports/websocket.ts')).websocket,
  client: async () => (await import('../../clients/transports/websocket.ts')).websocket,
  bare: async () => (await import('../../clients/probe/websocket.ts')).bareWebSocket,
  page: 'WebSocket',
  idlePeriodMs: PINGS.pingMs,
  keepAlive: { option: 'pingMs', unitMs: 1 },
};
const streaming: Transport = {
  transport: 'streaming',
  wire: 'http',
  events: 'lines',
  server: async () => (await import('../../servers/transports/streaming.ts')).streaming,
  client: async () => (await import('../../clients/transports/streaming.ts')).streaming,
  bare: async () => (await import('../../clients/probe/transports.ts')).bareStreaming,
  page: 'stream',
  idlePeriodMs: KEEP_ALIVE.keepAliveMs,
  keepAlive: { option: 'keepAliveMs', unitMs: 1 },
  skips: LINES_ONLY,
};

/** TLS is the same in all lanes: a certificate of the run, and no session resumed. */
const HANDSHAKE = 'TLS 1.3, a full handshake per connection';
const DECRYPTED = 'Latency ends after the client has decrypted';
const TLS = `${HANDSHAKE}. ${DECRYPTED}`;
const H2 = `HTTP/2 over ${HANDSHAKE}. ${DECRYPTED} and read the frames`;
const INFLATED = 'Latency ends before the client inflates.';
const SHARED = { over: 'h2', connections: 'shared' };
const OWN = { over: 'h2', connections: 'own' };

export const lanes: readonly Lane[] = [
  {
    ...tcp,
    id: 'tcp',
    title: 'TCP (control)',
    summary: 'Newline-delimited events on a bare TCP socket: the floor under all others.',
    options: {},
  },
  {
    ...polling,
    id: 'polling',
    title: 'Polling',
    summary: 'A GET on a kept connection at a fixed interval, answered at once.',
    options: INTERVAL,
  },
  {
    ...polling,
    id: 'polling-close',
    title: 'Polling, a connection each time',
    summary:
      'A GET on a new connection at a fixed interval, which the server ends with its answer (Connection: close).',
    options: { ...INTERVAL, connections: 'per-request' },
    variantOf: 'polling',
  },
  {
    ...polling,
    id: 'polling-etag',
    title: 'Polling with ETag',
    summary: 'Conditional GETs on a kept connection: 304 with ETag in place of 204 when there is nothing new.',
    options: { ...INTERVAL, revalidates: true },
    variantOf: 'polling',
  },
  {
    ...polling,
    id: 'polling-tls',
    title: 'Polling over TLS',
    summary: `Polling on a kept connection over ${TLS}.`,
    options: { ...INTERVAL, over: 'https' },
    variantOf: 'polling',
  },
  {
    ...polling,
    id: 'polling-h2',
    wire: 'http2',
    title: 'Polling over HTTP/2',
    summary: `Polling, all clients of a load worker on one connection; ${H2}.`,
    options: { ...INTERVAL, ...SHARED },
    sharesConnection: true,
    variantOf: 'polling-h2-own',
  },
  {
    ...polling,
    id: 'polling-h2-own',
    wire: 'http2',
    title: 'Polling over HTTP/2, a connection per client',
    summary: `Polling, each client on a connection of its own; ${H2}.`,
    options: { ...INTERVAL, ...OWN },
    variantOf: 'polling-tls',
  },
  {
    ...longPolling,
    id: 'long-polling',
    title: 'Long-polling',
    summary: 'A GET on a kept connection, parked for up to 30 s until there is an event, then sent again.',
    options: HOLD,
  },
  {
    ...longPolling,
    id: 'long-polling-tls',
    title: 'Long-polling over TLS',
    summary: `Long-polling on a kept connection over ${TLS}.`,
    options: { ...HOLD, over: 'https' },
    variantOf: 'long-polling',
  },
  {
    ...longPolling,
    id: 'long-polling-h2',
    wire: 'http2',
    title: 'Long-polling over HTTP/2',
    summary: `Long-polling, all clients of a load worker on one connection; ${H2}.`,
    options: { ...HOLD, ...SHARED },
    sharesConnection: true,
    variantOf: 'long-polling-h2-own',
  },
  {
    ...longPolling,
    id: 'long-polling-h2-own',
    wire: 'http2',
    title: 'Long-polling over HTTP/2, a connection per client',
    summary: `Long-polling, each client on a connection of its own; ${H2}.`,
    options: { ...HOLD, ...OWN },
    variantOf: 'long-polling-tls',
  },
  {
    ...sse,
    id: 'sse',
    title: 'Server-Sent Events',
    summary: 'One response that never ends (text/event-stream over HTTP/1.1).',
    options: COMMENTS,
  },
  {
    ...sse,
    id: 'sse-tls',
    title: 'Server-Sent Events over TLS',
    summary: `One response that never ends, over ${TLS}.`,
    options: { ...COMMENTS, over: 'https' },
    variantOf: 'sse',
  },
  {
    ...sse,
    id: 'sse-h2',
    wire: 'http2',
    title: 'Server-Sent Events over HTTP/2',
    summary: `A response that never ends per client, all clients of a load worker on one connection; ${H2}.`,
    options: { ...COMMENTS, ...SHARED },
    sharesConnection: true,
    variantOf: 'sse-h2-own',
  },
  {
    ...sse,
    id: 'sse-h2-own',
    wire: 'http2',
    title: 'Server-Sent Events over HTTP/2, a connection per client',
    summary: `One response that never ends, each client on a connection of its own; ${H2}.`,
    options: { ...COMMENTS, ...OWN },
    variantOf: 'sse-tls',
  },
  {
    ...sse,
    id: 'sse-gzip',
    title: 'Server-Sent Events, gzip',
    summary: `One response that never ends, compressed by a compressor per client that is flushed after each event. ${INFLATED}`,
    options: { ...COMMENTS, compression: 'gzip' },
    variantOf: 'sse',
  },
  {
    ...sse,
    id: 'sse-corked',
    title: 'Server-Sent Events, corked',
    summary:
      "One response that never ends, written as Node does by itself: response.write holds an event's frames back until those " +
      'of all clients are made.',
    options: { ...COMMENTS, corks: true },
    variantOf: 'sse',
  },
  {
    ...websocket,
    id: 'websocket',
    title: 'WebSocket',
    summary: 'One text message per event, without compression.',
    options: PINGS,
  },
  {
    ...websocket,
    id: 'websocket-again',
    title: 'WebSocket, again',
    summary: 'The same once more: what differs from WebSocket is noise.',
    options: PINGS,
    duplicateOf: 'websocket',
  },
  {
    ...websocket,
    id: 'websocket-tls',
    title: 'WebSocket over TLS',
    summary: `One text message per event, over ${TLS}.`,
    options: { ...PINGS, over: 'https' },
    variantOf: 'websocket',
  },
  {
    ...websocket,
    id: 'websocket-deflate',
    title: 'WebSocket, compressed',
    summary: `permessage-deflate of every message; a compressor per client, which keeps its context from message to message. ${INFLATED}`,
    options: { ...PINGS, compression: 'deflate' },
    variantOf: 'websocket',
  },
  {
    ...websocket,
    id: 'websocket-deflate-fresh',
    title: 'WebSocket, compressed without context',
    summary: `permessage-deflate of every message by a compressor per client, without context takeover either way. ${INFLATED}`,
    options: { ...PINGS, compression: 'deflate-fresh' },
    variantOf: 'websocket',
  },
  {
    ...websocket,
    id: 'websocket-binary',
    title: 'WebSocket, binary',
    summary: 'One binary message per event, in a compact encoding that is made once for all clients.',
    options: { ...PINGS, encoding: 'binary' },
    variantOf: 'websocket',
  },
  {
    ...streaming,
    id: 'streaming',
    title: 'HTTP streaming (NDJSON)',
    summary: 'One response that never ends, a line of JSON per event (application/x-ndjson over HTTP/1.1).',
    options: KEEP_ALIVE,
  },
];

/** @throws Error that names the lanes there are */
export function findLane(id: string): Lane {
  const lane = lanes.find((candidate) => candidate.id === id);
  if (lane) return lane;
  throw new Error(`there is no lane ${id}; the lanes are ${lanes.map((known) => known.id).join(', ')}`);
}
