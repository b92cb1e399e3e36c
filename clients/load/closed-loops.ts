/**
 * How many polls the server can answer: first to our own clients, for as long as the window lasts, then to autocannon, which
 * warms up and then repeats as many requests. Both loops end between two polls: their bytes are those of whole requests.
 */

import type { ClosedLoop } from '../../bench/contract/calls.ts';
import { EVENTS_BEFORE_HELD, HELD_CURSOR } from '../../bench/contract/child.ts';
import { nowNs, sleepUntil } from '../../bench/measure/clock.ts';
import { requestHeaders } from '../wire/header-profiles.ts';
import { HTTP_CLIENT_DEFAULTS, type HttpClientOptions, type HttpRequest } from '../wire/http.ts';
import { openHttp } from '../wire/open-http.ts';
import { pollByAutocannon } from './autocannon.ts';
import { type Load, type LoadSpec, NO_DELIVERIES, noLatency } from './load.ts';
import { type Answers, pollUntil } from './poll-loop.ts';
import { contextOf } from './swarm.ts';

/** autocannon's code is cold, and ours is not: it polls this share of its requests beforehand. */
const WARM_UP_SHARE = 0.1;
const STATUS = { ok: 200, nothing: 204 } as const;

/** @throws Error for a lane whose polls autocannon can't send in the same way */
export function prepareClosedLoops(spec: LoadSpec): Load {
  const { clients, firstClient, meter, url, headers } = spec;
  const options: Required<HttpClientOptions> = { ...HTTP_CLIENT_DEFAULTS, ...spec.options };
  const { over, connections } = options;
  if (over !== 'http' || connections !== 'own') {
    throw new Error(`a closed loop of polls over ${over}, connections ${connections}: allowed is http, own`);
  }
  const request: HttpRequest = {
    method: 'GET',
    path: `${new URL(url).pathname}?since=${HELD_CURSOR}`,
    headers: requestHeaders(headers, 'fetch', url, over),
  };
  const kept = Array.from({ length: clients }, (_, index) => openHttp(contextOf(spec, firstClient + index), options));
  const loop = async (client: string, run: () => Promise<Answers>): Promise<ClosedLoop> => {
    const before = { wire: meter.read(), cpu: process.cpuUsage(), ns: nowNs() };
    const { requests, firstNs, lastNs } = await run();
    const wire = meter.read();
    const { user, system } = process.cpuUsage(before.cpu);
    return {
      client,
      requests,
      seconds: (lastNs - firstNs) / 1e9,
      upBytes: wire.sentBytes - before.wire.sentBytes,
      downBytes: wire.receivedBytes - before.wire.receivedBytes,
      cpuShare: ((user + system) * 1e3) / (nowNs() - before.ns),
    };
  };

  return {
    deliveries: 0,
    async run({ startNs, windowNs, giveUpNs, warmupEvents }) {
      const late = AbortSignal.timeout(Math.max(0, Math.ceil((giveUpNs - nowNs()) / 1e6)));
      const status = warmupEvents > EVENTS_BEFORE_HELD ? STATUS.ok : STATUS.nothing;
      await sleepUntil(startNs);
      // The held events may not be published yet: both statuses are right.
      await pollUntil(windowNs[0], kept, request, Object.values(STATUS), late);
      await sleepUntil(windowNs[0]);
      const own = await loop('undici', () => pollUntil(windowNs[1], kept, request, [status], late));
      const repeat = (requests: number) => pollByAutocannon(spec, request, requests, status, late);
      await repeat(Math.max(clients, Math.ceil(own.requests * WARM_UP_SHARE)));
      const repeated = await loop('autocannon', () => repeat(own.requests));
      return { delivery: NO_DELIVERIES, ...noLatency(), closedLoops: [own, repeated] };
    },
    async close() {
      await Promise.all(kept.map((connection) => connection.close(false)));
    },
  };
}
