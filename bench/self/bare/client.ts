/**
 * Entry of a bare load process: the smallest client of each library, which parses each event's JSON and keeps its latency in an
 * array. It answers the calls of a load worker, and reads bytes and CPU as one does; it counts deliveries, and audits nothing.
 */

import { connect as connectTcp, type Socket } from 'node:net';
import { createParser } from 'eventsource-parser';
import { Client } from 'undici';
import { WebSocket } from 'ws';
import type { Role, WorkerCalls } from '../../contract/calls.ts';
import { addressOf, answerParent, OPENING_AT_ONCE } from '../../contract/child.ts';
import { MEASURED_CURSOR_BASE } from '../../contract/event.ts';
import { ByteMeter, windowCount } from '../../measure/byte-meter.ts';
import { hello, nowNs } from '../../measure/clock.ts';
import { LatencyRecorder } from '../../measure/latency.ts';
import { readWindow } from '../../measure/process-usage.ts';

const CLOSE_GRACE_MS = 5_000;

/** Calls back with the text of each event. Resolves when the client is subscribed; the function that it returns ends it. */
type Connect = (url: string, receive: (text: string) => void) => Promise<() => void>;

let meter = new ByteMeter();
let open: (() => void)[] = [];
let deliveries = 0;
let receive: (text: string) => void = () => {};

/** By the id of the lane that it is held against. */
const clients: Readonly<Record<string, Connect>> = {
  tcp: (url, onText) =>
    new Promise((resolve, reject) => {
      const socket = openSocket(url);
      let rest = '';
      socket.setEncoding('latin1');
      socket.once('error', reject);
      socket.on('data', (chunk: string) => {
        const lines = (rest + chunk).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) {
          if (line === '') resolve(() => socket.end());
          else onText(line);
        }
      });
    }),

  sse: (url, onText) =>
    new Promise((resolve, reject) => {
      let socket: Socket | undefined;
      const client = new Client(new URL(url).origin, {
        headersTimeout: 0,
        bodyTimeout: 0,
        connect(_options, done) {
          const opened = openSocket(url);
          socket = opened;
          opened.once('connect', () => done(null, opened)).once('error', (error) => done(error, null));
        },
      });
      const parser = createParser({ onEvent: ({ data }) => onText(data) });
      client.dispatch(
        { method: 'GET', path: new URL(url).pathname },
        {
          onRequestStart() {},
          onResponseStart: () => resolve(() => socket?.end()),
          onResponseData: (_controller, chunk) => parser.feed(chunk.toString()),
          onResponseEnd() {},
          onResponseError: (_controller, error) => reject(error),
        },
      );
    }),

  websocket: (url, onText) =>
    new Promise((resolve, reject) => {
      const createConnection = (() => openSocket(url)) as typeof connectTcp;
      const ws = new WebSocket(url.replace(/^http/, 'ws'), { perMessageDeflate: false, createConnection });
      ws.on('message', (data: Buffer) => onText(data.toString()));
      ws.once('open', () => resolve(() => ws.close()));
      ws.once('error', reject);
    }),
};

function openSocket(url: string): Socket {
  const socket = connectTcp({ ...addressOf(url), noDelay: true });
  meter.track(socket);
  return socket;
}

const role: Role<WorkerCalls> = {
  hello,
  load: () => ({}),

  async connect({ lane, url, options, clients: count }) {
    const connect = clients[lane];
    if (!connect) throw new Error(`there is no bare client of ${lane}; allowed are ${Object.keys(clients).join(', ')}`);
    meter = new ByteMeter();
    open = [];
    deliveries = 0;
    for (let left = count; left > 0; left -= OPENING_AT_ONCE) {
      const some = Array.from({ length: Math.min(left, OPENING_AT_ONCE) }, () => connect(url, (text) => receive(text)));
      open.push(...(await Promise.all(some)));
    }
    return { options, keys: [] };
  },

  collect() {
    globalThis.gc?.();
    return {};
  },

  async measure({ startNs, warmupEvents, windowEvents, windowNs, giveUpNs }) {
    const all = open.length * (warmupEvents + windowEvents);
    const firstSeq = MEASURED_CURSOR_BASE + warmupEvents + 1;
    const latenciesNs: number[] = [];
    const received = new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, (giveUpNs - nowNs()) / 1e6);
      receive = (text) => {
        const receivedNs = nowNs();
        const { seq, due } = JSON.parse(text) as { seq: number; due: number };
        deliveries++;
        if (seq >= firstSeq) latenciesNs.push(receivedNs - startNs - due * 1e3);
        if (deliveries < all) return;
        clearTimeout(timer);
        resolve();
      };
    });
    const read = () => ({ wire: meter.read(), open: meter.openSockets.size, deliveries });
    const [{ before, after, usage }] = await Promise.all([
      readWindow(windowNs, read, { monitorsLoop: false }),
      received,
    ]);
    const middle = Math.floor(latenciesNs.length / 2);
    const halves = [recorded(latenciesNs.slice(0, middle)), recorded(latenciesNs.slice(middle))] as const;
    const expected = open.length * windowEvents;
    const missing = expected - latenciesNs.length;
    return {
      wire: windowCount(before.wire, after.wire, after.open),
      usage,
      windowDeliveries: after.deliveries - before.deliveries,
      delivery: { expected, delivered: latenciesNs.length, missing, duplicated: 0, outOfOrder: 0, unexpected: 0 },
      latency: [halves[0].encode(), halves[1].encode()],
      negativeLatencies: halves[0].negativeCount + halves[1].negativeCount,
    };
  },

  grow() {
    throw new Error('a bare load has no clients that come later');
  },

  async close() {
    for (const end of open) end();
    await meter.drained(CLOSE_GRACE_MS);
    return { wire: meter.read(), keys: [] };
  },
};

function recorded(latenciesNs: readonly number[]): LatencyRecorder {
  const recorder = new LatencyRecorder();
  for (const latencyNs of latenciesNs) recorder.record(latencyNs);
  return recorder;
}

answerParent(role);
