/**
 * THE TABLE of lanes. A new transport is one file in `servers/`, one in `clients/` and one row here; a new lane is a row.
 *
 * The halves are loaded when asked for, so that a process holds only the transport that it measures.
 */

import type { Lane } from './contract/lane.ts';

const LINES_ONLY = { 'raw newlines': { reason: 'one event per line: a newline ends the event' } };
const POLLED = {
  ...LINES_ONLY,
  'that stops to read is cut off and counted, and others notice nothing': {
    reason: 'who does not read does not ask either, so nothing piles up but one answer',
  },
};

export const lanes: readonly Lane[] = [
  {
    id: 'tcp',
    title: 'TCP (control)',
    summary: 'Newline-delimited events on a bare TCP socket: the floor under all others.',
    transport: 'tcp',
    options: {},
    wire: 'lines',
    server: async () => (await import('../servers/tcp.ts')).tcp,
    client: async () => (await import('../clients/tcp.ts')).tcp,
    skips: LINES_ONLY,
  },
  {
    id: 'polling',
    title: 'Polling',
    summary: 'A GET on a kept connection at a fixed interval, answered at once.',
    transport: 'polling',
    options: { intervalMs: 1_000 },
    wire: 'http',
    server: async () => (await import('../servers/polling.ts')).polling,
    client: async () => (await import('../clients/polling.ts')).polling,
    waitMs: ({ intervalMs }) => Number(intervalMs),
    skips: POLLED,
  },
  {
    id: 'long-polling',
    title: 'Long-polling',
    summary: 'A GET on a kept connection, parked for up to 30 s until there is an event, then sent again.',
    transport: 'long-polling',
    options: { holdSeconds: 30 },
    wire: 'http',
    server: async () => (await import('../servers/long-polling.ts')).longPolling,
    client: async () => (await import('../clients/long-polling.ts')).longPolling,
    skips: POLLED,
  },
  {
    id: 'sse',
    title: 'Server-Sent Events',
    summary: 'One response that never ends (text/event-stream over HTTP/1.1).',
    transport: 'sse',
    options: {},
    wire: 'http',
    server: async () => (await import('../servers/sse.ts')).sse,
    client: async () => (await import('../clients/sse.ts')).sse,
  },
  {
    id: 'websocket',
    title: 'WebSocket',
    summary: 'One text message per event, without compression.',
    transport: 'websocket',
    options: {},
    wire: 'http',
    server: async () => (await import('../servers/websocket.ts')).websocket,
    client: async () => (await import('../clients/websocket.ts')).websocket,
  },
  {
    id: 'websocket-again',
    title: 'WebSocket, again',
    summary: 'The WebSocket lane a second time: what the two differ by is noise.',
    transport: 'websocket',
    options: {},
    wire: 'http',
    server: async () => (await import('../servers/websocket.ts')).websocket,
    client: async () => (await import('../clients/websocket.ts')).websocket,
    repeats: 'websocket',
  },
];

/** @throws Error that names the lanes there are */
export function findLane(id: string): Lane {
  const lane = lanes.find((candidate) => candidate.id === id);
  if (lane) return lane;
  throw new Error(`there is no lane ${id}; the lanes are ${lanes.map((known) => known.id).join(', ')}`);
}
