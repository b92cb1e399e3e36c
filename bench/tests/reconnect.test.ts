/** Servers that are really killed and started again, under clients of every transport and carrier. */

import { describe, expect, it } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import type { Lane } from '../contract/lane.ts';
import { cellSchema } from '../contract/result.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import { spawnChild } from '../run/children/child.ts';
import type { Laboratory } from '../run/laboratory.ts';
import { runCell } from '../run/run-cell.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { completed, memoryLaboratory, memoryPlan, pollingEvery } from './laboratory.ts';

const CLIENTS = 10;
const KILLS = 2;
const PLAN: Partial<CellPlan> = {
  procedure: 'reconnect',
  point: { clients: CLIENTS, eventsPerSecond: 20, payloadBytes: 128, headers: 'browser' },
  restarts: { kills: KILLS, reconnect: { spreadMs: 200, capMs: 800, deadlineMs: 3_000 } },
  warmupSeconds: 0.5,
  windowSeconds: 3,
};

describe.concurrent('a server that is killed is missed by nobody for long', () => {
  it.each(['tcp', 'polling-h2', 'long-polling', 'sse-h2-own', 'websocket-tls'])('%s', async (id) => {
    const lane = findLane(id);
    const plan = memoryPlan(pollingEvery(100, lane), PLAN);
    const cell = completed(await runCell(plan, laboratoryOf(lane), new AbortController().signal));
    expect(cellSchema.safeParse(cell).error).toBeUndefined();
    const { delivery, recovery } = cell;
    const expected = CLIENTS * cell.window.events;
    const nothing = { missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 };
    expect(delivery).toEqual({ expected, delivered: expected, ...nothing });
    expect(isValid(cell)).toBe(true);
    expect(recovery?.firstEvent.count).toBe(KILLS * CLIENTS);
    expect(recovery?.attempts).toBeGreaterThanOrEqual(KILLS * CLIENTS);
    expect(recovery?.replayed).toBeGreaterThan(0);
  });
});

/** Processes of its own for server and clients; the rest is not needed. */
function laboratoryOf(lane: Lane): Laboratory {
  const memory = memoryLaboratory(lane).laboratory;
  const child = (entry: string) => spawnChild({ node: process.execPath, entry, core: undefined });
  return { ...memory, openServer: () => child('servers/main'), openWorker: () => child('clients/main') };
}
