/**
 * A bare ping between two processes: one writes a buffer to a TCP socket at seeded instants, another reads the clock when it
 * comes. No HTTP, no framing, no feed, no audit. One client of a lane is held against it.
 */

import { connect, createServer, type Socket } from 'node:net';
import type { Role } from '../../contract/calls.ts';
import { answerParent } from '../../contract/child.ts';
import { randomAt, STREAM } from '../../contract/random.ts';
import { createAlarm } from '../../measure/alarm.ts';
import { nowNs } from '../../measure/clock.ts';
import type { Ping, PingCalls } from '../ping.ts';

let socketOfReader: Promise<Socket>;

const role: Role<PingCalls> = {
  listen: () =>
    new Promise((resolve) => {
      socketOfReader = new Promise((accepted) => {
        const server = createServer({ noDelay: true }, accepted);
        server.listen(0, '127.0.0.1', () => resolve({ port: (server.address() as { port: number }).port }));
      });
    }),

  async write(ping) {
    const [alarm, socket] = await Promise.all([createAlarm(), socketOfReader]);
    const buffer = Buffer.alloc(ping.bytes, 'x');
    await new Promise<void>((resolve) => {
      const send = (event: number) => {
        socket.write(buffer);
        if (event + 1 < ping.events) alarm.at(dueNs(ping, event + 1), () => send(event + 1));
        else resolve();
      };
      alarm.at(dueNs(ping, 0), () => send(0));
    });
    return {};
  },

  read: (ping) =>
    new Promise((resolve) => {
      const { port, bytes, events } = ping;
      const latenciesUs: number[] = [];
      let received = 0;
      connect({ host: '127.0.0.1', port, noDelay: true }).on('data', (chunk) => {
        const receivedNs = nowNs();
        received += chunk.length;
        while (latenciesUs.length < Math.floor(received / bytes)) {
          latenciesUs.push((receivedNs - dueNs(ping, latenciesUs.length)) / 1e3);
        }
        if (latenciesUs.length === events) resolve({ latenciesUs });
      });
    }),
};

/** Spread over the first half of each event's slot, as the lab's events are. */
function dueNs({ startNs, eventsPerSecond }: Ping, event: number): number {
  return startNs + ((event + 0.5 * randomAt(1, STREAM.event, event)) / eventsPerSecond) * 1e9;
}

answerParent(role);
