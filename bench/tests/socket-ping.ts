/**
 * A bare ping beside the lab: one process writes a buffer to a TCP socket at seeded instants, another reads the clock when it
 * comes. No HTTP, no framing, no audit. The p50 of one client in `fanout` is held against it:
 *
 *     npm run ping -- [bytes] [events]     (132 bytes, as WebSocket's, and 200 events at 20 a second)
 *
 * Prints the least, p50 and p95 in µs, from the scheduled instant to the reading, as the lab's latency is.
 */

import { fork } from 'node:child_process';
import { connect, createServer, type Socket } from 'node:net';
import { fileURLToPath } from 'node:url';
import { randomAt, STREAM } from '../contract/random.ts';
import { allowedCores, pinSelf, planPinning } from '../machine/cores.ts';
import { createAlarm } from '../measure/alarm.ts';
import { nowNs } from '../measure/clock.ts';

const EVENTS_PER_SECOND = 20;
const LEAD_NS = 500e6;
const pinning = planPinning(1, allowedCores());

interface Start {
  readonly port: number;
  readonly startNs: number;
  readonly bytes: number;
  readonly events: number;
}

/** Spread over the first half of each event's slot, as the lab's events are. */
function dueNs(startNs: number, event: number): number {
  return startNs + ((event + 0.5 * randomAt(1, STREAM.event, event)) / EVENTS_PER_SECOND) * 1e9;
}

async function write({ startNs, bytes, events }: Start, socket: Socket): Promise<void> {
  const alarm = await createAlarm();
  const buffer = Buffer.alloc(bytes, 'x');
  const send = (event: number) => {
    socket.write(buffer);
    if (event + 1 < events) alarm.at(dueNs(startNs, event + 1), () => send(event + 1));
  };
  alarm.at(dueNs(startNs, 0), () => send(0));
}

function read({ port, startNs, bytes, events }: Start): void {
  const latenciesUs: number[] = [];
  let received = 0;
  connect({ host: '127.0.0.1', port, noDelay: true }).on('data', (chunk) => {
    const receivedNs = nowNs();
    received += chunk.length;
    while (latenciesUs.length < Math.floor(received / bytes)) {
      latenciesUs.push((receivedNs - dueNs(startNs, latenciesUs.length)) / 1e3);
    }
    if (latenciesUs.length === events) process.send?.(latenciesUs);
  });
}

async function runChild(role: string): Promise<void> {
  const core = role === 'writer' ? pinning.server : pinning.probe;
  if (core !== undefined) pinSelf(core);
  if (role === 'reader') {
    process.on('message', (start: Start) => read(start));
    return;
  }
  const started = new Promise<Start>((resolve) => process.once('message', (start: Start) => resolve(start)));
  const server = createServer({ noDelay: true }, async (socket) => await write(await started, socket));
  server.listen(0, '127.0.0.1', () => process.send?.(server.address()));
}

async function main(bytes = 132, events = 200): Promise<void> {
  const open = (role: string) => fork(fileURLToPath(import.meta.url), [role]);
  const [writer, reader] = [open('writer'), open('reader')];
  const answerOf = (child: typeof writer) => new Promise<unknown>((resolve) => child.once('message', resolve));
  const { port } = (await answerOf(writer)) as { port: number };
  const start: Start = { port, startNs: nowNs() + LEAD_NS, bytes, events };
  writer.send(start);
  reader.send(start);
  const sorted = ((await answerOf(reader)) as number[]).sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(share * sorted.length) - 1]?.toFixed(1);
  console.log(`${bytes} B, ${events} events: least ${at(1 / sorted.length)}, p50 ${at(0.5)}, p95 ${at(0.95)} µs`);
  writer.kill();
  reader.kill();
}

const [role, ...sizes] = process.argv.slice(2);
if (process.send && role) await runChild(role);
else await main(...[role, ...sizes].filter((text) => text !== undefined).map(Number));
