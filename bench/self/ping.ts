/** The socket ping between two processes, on the cores of server and probe: the orchestrator's half. */

import { z } from 'zod';
import type { ParamsOf } from '../contract/calls.ts';
import { nowNs } from '../measure/clock.ts';
import { type Channel, Child } from '../run/children/child.ts';

const START_MS = 60_000;
/** From the call to the first event: both processes have read the message by then, and are connected. */
const LEAD_NS = 500e6;

const ping = z.strictObject({
  port: z.int(),
  startNs: z.number(),
  bytes: z.int().positive(),
  events: z.int().positive(),
  eventsPerSecond: z.number().positive(),
});

const pingCalls = {
  listen: { params: z.strictObject({}), answer: z.strictObject({ port: z.int() }) },
  write: { params: ping, answer: z.strictObject({}) },
  read: { params: ping, answer: z.strictObject({ latenciesUs: z.array(z.number()) }) },
};
export type PingCalls = typeof pingCalls;
export type Ping = ParamsOf<PingCalls['read']>;

interface PingOptions extends Pick<Ping, 'bytes' | 'events' | 'eventsPerSecond'> {
  /** Sent before the events that are timed, at the same rate. */
  readonly warmupEvents: number;
  readonly openWriter: () => Channel;
  readonly openReader: () => Channel;
}

/**
 * @returns latencies in µs, from the scheduled instant to the reader's clock, in ascending order
 * @throws ChildFailure; rejects when `signal` aborts. The two processes are gone then.
 */
export async function pingSockets(options: PingOptions, signal: AbortSignal): Promise<number[]> {
  const { bytes, events, eventsPerSecond, warmupEvents } = options;
  signal.throwIfAborted();
  const writer = new Child('writer', options.openWriter(), pingCalls);
  const reader = new Child('reader', options.openReader(), pingCalls);
  const killBoth = () => Promise.all([writer.kill(), reader.kill()]);
  signal.addEventListener('abort', killBoth, { once: true });
  try {
    const { port } = await writer.call('listen', {}, { phase: 'listen', deadlineMs: START_MS });
    const all = warmupEvents + events;
    const start: Ping = { port, startNs: nowNs() + LEAD_NS, bytes, events: all, eventsPerSecond };
    const limits = { phase: 'measure', deadlineMs: START_MS + (all / eventsPerSecond) * 1e3 };
    const [{ latenciesUs }] = await Promise.all([
      reader.call('read', start, limits),
      writer.call('write', start, limits),
    ]);
    return latenciesUs.slice(warmupEvents).sort((a, b) => a - b);
  } finally {
    signal.removeEventListener('abort', killBoth);
    await killBoth();
    signal.throwIfAborted();
  }
}
