/** A closed loop of polls by autocannon, to check our own. Its times are not used: it keeps whole milliseconds. */

import type { Socket } from 'node:net';
import autocannon from 'autocannon';
import { nowNs } from '../../bench/measure/clock.ts';
import type { HttpRequest } from '../wire/http.ts';
import type { Answers } from './poll-loop.ts';
import type { SwarmSpec } from './swarm.ts';

const SAMPLE_MS = 20;

/**
 * Polls on as many connections as the swarm has clients, until so many requests are answered.
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
        sampleInt: SAMPLE_MS,
        bailout: 1,
        // A client has its socket only after its set-up.
        setupClient: (client) => process.nextTick(() => meter.track((client as unknown as { conn: Socket }).conn)),
      },
      (error, result) => (error ? reject(error) : resolve(result)),
    );
    running.on('response', (_client, _status, _bytes, durationMs) => {
      lastNs = nowNs();
      // Back from the first answer to its request: connecting is no part of the loop.
      firstNs ??= lastNs - durationMs * 1e6;
    });
    late.addEventListener('abort', () => running.stop());
  });
  const answered = statusCodeStats?.[`${status}`]?.count ?? 0;
  if (answered === requests && firstNs !== undefined) return { requests, firstNs, lastNs };
  throw new Error(`autocannon had ${answered} of ${requests} polls answered with ${status}, and ${errors} errors`);
}
