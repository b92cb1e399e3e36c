/**
 * How many polls the server can answer: first to our own clients, for as long as the window lasts, then to a load generator
 * as their witness, which asks as often as they were answered.
 *
 * Both loops end between two polls: their bytes are those of whole requests, and both sides count the same.
 */

import { type ClosedLoop, SINCE } from '../bench/contract/child.ts';
import { nowNs, sleepUntil } from '../bench/measure/clock.ts';
import { openHttp } from './http.ts';
import { type Load, type LoadSpec, noLatency } from './load.ts';
import { type Answers, pollUntil } from './poll-loop.ts';
import { contextOf } from './swarm.ts';
import { askByWitness } from './witness.ts';

const QUESTION = `?since=${SINCE}`;
const STATUS = { ok: 200, nothing: 204 } as const;
/** A closed loop is audited by its answers. */
const NO_DELIVERIES = { expected: 0, delivered: 0, missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 } as const;

export function prepareClosedLoops(spec: LoadSpec): Load {
  const { clients, firstClient, meter } = spec;
  const connections = Array.from({ length: clients }, (_, index) =>
    openHttp(contextOf(spec, firstClient + index), 'fetch'),
  );
  const loop = async (client: string, run: () => Promise<Answers>): Promise<ClosedLoop> => {
    const before = meter.read();
    const startNs = nowNs();
    const { requests, lastNs } = await run();
    const after = meter.read();
    return {
      client,
      requests,
      seconds: (lastNs - startNs) / 1e9,
      upBytes: after.sentBytes - before.sentBytes,
      downBytes: after.receivedBytes - before.receivedBytes,
    };
  };

  return {
    deliveries: 0,
    async run({ startNs, windowNs, giveUpNs, warmupEvents }) {
      const late = AbortSignal.timeout((giveUpNs - nowNs()) / 1e6);
      const status = warmupEvents > SINCE ? STATUS.ok : STATUS.nothing;
      await sleepUntil(startNs);
      // What is to be held may not be published yet.
      await pollUntil(windowNs[0], connections, QUESTION, Object.values(STATUS), late);
      await sleepUntil(windowNs[0]);
      const own = await loop('undici', () => pollUntil(windowNs[1], connections, QUESTION, [status], late));
      const witness = await loop('autocannon', () => askByWitness(spec, QUESTION, own.requests, status, late));
      return { delivery: NO_DELIVERIES, ...noLatency(), closedLoops: [own, witness] };
    },
    async close() {
      await Promise.all(connections.map((connection) => connection.close(false)));
    },
  };
}
