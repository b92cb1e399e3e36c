/**
 * autocannon as a witness of our own clients: a closed loop of polls that is not ours. Its times are not used: it keeps whole
 * milliseconds.
 */

import type { Socket } from 'node:net';
import autocannon from 'autocannon';
import { nowNs } from '../../bench/measure/clock.ts';
import type { HttpRequest } from '../wire/http.ts';
import type { Answers } from './poll-loop.ts';
import type { SwarmSpec } from './swarm.ts';

/** How often autocannon looks whether it is done. */
const LOOK_MS = 20;

/**
 * Asks on as many connections as the swarm has clients, until so many requests are answered.
 *
 * @throws Error unless each is answered with this status
 */
export async function pollByAutocannon(
  { url, via, clients, meter }: Pick<SwarmSpec, 'url' | 'via' | 'clients' | 'meter'>,
  { path, headers }: HttpRequest,
  requests: number,
  status: number,
  late: AbortSignal,
): Promise<Answers> {
  const target = new URL(path, url);
  const { host } = target;
  if (via) target.host = `${via.host}:${via.port}`;
  let firstNs: number | undefined;
  let lastNs = 0;
  const { statusCodeStats, errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(
      {
        url: target.href,
        headers: { Host: host, ...headers },
        connections: clients,
        amount: requests,
        sampleInt: LOOK_MS,
        bailout: 1,
        // A client has no socket yet when it is set up. One is all it has: a connection that breaks is an error.
        setupClient: (client) => process.nextTick(() => meter.track((client as unknown as { conn: Socket }).conn)),
      },
      (error, result) => (error ? reject(error) : resolve(result)),
    );
    running.on('response', (_client, _status, _bytes, durationMs) => {
      lastNs = nowNs();
      // Setting up and connecting are no part of it.
      firstNs ??= lastNs - durationMs * 1e6;
    });
    late.addEventListener('abort', () => running.stop());
  });
  const answered = statusCodeStats?.[`${status}`]?.count ?? 0;
  if (answered === requests && firstNs !== undefined) return { requests, firstNs, lastNs };
  throw new Error(`autocannon had ${answered} of ${requests} polls answered with ${status}, and ${errors} errors`);
}
