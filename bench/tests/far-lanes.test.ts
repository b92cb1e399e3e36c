/** Every lane of the table over a distance, with real sockets: nothing is lost, and nothing comes sooner than it can. */

import { describe, expect, it } from 'vitest';
import { lanes } from '../catalogue/lanes.ts';
import type { CompletedCell } from '../contract/result.ts';
import { runCell } from '../run/run-cell.ts';
import { completed, memoryLaboratory, memoryPlan, pollingEvery } from './laboratory.ts';

const RTT_MS = 40;
const CLIENTS = 5;

async function run(lane: (typeof lanes)[number], ledgerClients: number): Promise<CompletedCell> {
  // Often, so that the test is short.
  const often = pollingEvery(30, lane);
  const plan = memoryPlan(often, { ledgerClients, windowSeconds: 1 });
  const point = { ...plan.point, clients: CLIENTS, rttMs: RTT_MS };
  const { laboratory } = memoryLaboratory(often);
  return completed(await runCell({ ...plan, point }, laboratory, new AbortController().signal));
}

describe.concurrent.each(lanes)('$id over a distance', (lane) => {
  it.each([0, CLIENTS])(
    'delivers every event, no sooner than it can, and no byte is lost (%i behind the relay)',
    async (relayed) => {
      const { delivery, latency, wire, link } = await run(lane, relayed);
      expect(delivery).toMatchObject({ missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 });
      expect(latency.minUs).toBeGreaterThanOrEqual((RTT_MS / 2) * 1e3);
      const { server, clients } = wire.cell;
      expect([clients.receivedBytes, clients.sentBytes]).toEqual([server.sentBytes, server.receivedBytes]);
      expect(link?.residualBytes).toBe(0);
      expect(link?.lateness.chunks).toBeGreaterThan(0);
      expect(wire.ledger?.residualBytes).toBe(relayed === 0 ? undefined : 0);
    },
  );
});
