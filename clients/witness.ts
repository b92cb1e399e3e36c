/**
 * autocannon as a witness of our own clients: a closed loop of polls that is not ours. Its times are not used: it keeps whole
 * milliseconds.
 */

import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import autocannon from 'autocannon';
import { nowNs } from '../bench/measure/clock.ts';
import { requestHeaders } from './header-profiles.ts';
import type { Answers } from './poll-loop.ts';
import type { SwarmSpec } from './swarm.ts';

/** Node's own word for every socket that a process opens; autocannon has none for its sockets. */
const SOCKETS = 'net.client.socket';
/** How often autocannon looks whether it is done. */
const LOOK_MS = 20;

/**
 * Asks on as many connections as the swarm has clients, with the same path and headers, until `requests` are answered.
 *
 * @throws Error unless each is answered, with this status
 */
export async function askByWitness(
  { url, headers, via, clients, meter }: SwarmSpec,
  question: string,
  requests: number,
  status: number,
  late: AbortSignal,
): Promise<Answers> {
  const track = (message: unknown) => meter.track((message as { socket: Socket }).socket);
  const target = new URL(url + question);
  const { host } = target;
  if (via) target.host = `${via.host}:${via.port}`;
  let lastNs = 0;
  subscribe(SOCKETS, track);
  try {
    const result = await new Promise<autocannon.Result>((resolve, reject) => {
      const running = autocannon(
        {
          url: target.href,
          headers: { Host: host, ...requestHeaders(headers, 'fetch', url) },
          connections: clients,
          amount: requests,
          sampleInt: LOOK_MS,
          bailout: 1,
        },
        (error, answered) => (error ? reject(error) : resolve(answered)),
      );
      running.on('response', () => {
        lastNs = nowNs();
      });
      late.addEventListener('abort', () => running.stop());
    });
    const answered = result.statusCodeStats?.[`${status}`]?.count ?? 0;
    if (answered === requests) return { requests, lastNs };
    throw new Error(`autocannon got ${answered} of ${requests} answers with ${status}, and ${result.errors} errors`);
  } finally {
    unsubscribe(SOCKETS, track);
  }
}
