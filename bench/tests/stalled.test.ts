/** Cells some of whose clients stop reading: first in memory, then with real sockets. */

import { describe, expect, it } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import type { Lane } from '../contract/lane.ts';
import { type CompletedCell, cellSchema, type Point } from '../contract/result.ts';
import type { ClientContext } from '../contract/transport.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import { runCell } from '../run/run-cell.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { completed, memoryLaboratory, memoryLane, memoryPlan, pollingEvery, withConnect } from './laboratory.ts';

const never = new AbortController().signal;
const { point } = memoryPlan(memoryLane());

async function completedWith(lane: Lane, changes: Partial<Point>, plan: Partial<CellPlan> = {}, workers = 1) {
  const { laboratory } = memoryLaboratory(lane, { workers });
  return completed(await runCell(memoryPlan(lane, { ...plan, point: { ...point, ...changes } }), laboratory, never));
}

const codes = ({ warnings }: CompletedCell) => warnings.map(({ code }) => code);

describe.concurrent('a cell with clients that stop reading', () => {
  it.each([
    [0, 1],
    [1, 1],
    [2, 1],
    [2, 3],
  ])('audits the same 3 others: with %i besides and %i workers', async (stalledClients, workers) => {
    const cell = await completedWith(memoryLane(), { stalledClients }, {}, workers);
    expect(cell.delivery).toMatchObject({ expected: 60, delivered: 60, unexpected: 0 });
    expect(cell.latency.count).toBe(60);
    expect(isValid(cell)).toBe(true);
    expect(cellSchema.safeParse(cell).error).toBeUndefined();
  });

  it('reads along with none of them', async () => {
    const vias: ClientContext['via'][] = [];
    const lane = withConnect(memoryLane(), (connect) => (context, ...others) => {
      vias.push(context.via);
      return connect(context, ...others);
    });
    const cell = await completedWith(lane, { clients: 6, stalledClients: 4 }, { ledgerClients: 6 });
    expect(cell.wire.ledger).toMatchObject({ clients: 6, residualBytes: 0 });
    const ports = vias.map((via) => via?.port);
    const behind = [...new Set(ports)].map((port) => ports.filter((one) => one === port).length);
    expect(behind.toSorted()).toEqual([4, 6]);
  });

  it('is invalid when one of them is closed before', async () => {
    let connected = 0;
    const lane = withConnect(memoryLane(), (connect) => async (context, sink, options) => {
      const client = await connect(context, sink, options);
      // The one that is to stall comes first.
      if (++connected === 1) setTimeout(() => sink.closed({ kind: 'error', message: 'gone' }), 10);
      return client;
    });
    const cell = await completedWith(lane, { stalledClients: 1 });
    expect(cell.delivery).toMatchObject({ missing: 0, unexpected: 1 });
    expect(cell.warnings.find(({ code }) => code === 'lost')?.text).toContain(
      'closed before it could stop reading: gone',
    );
  });
});

describe.concurrent.each([
  'tcp',
  'polling',
  'polling-close',
  'polling-h2',
  'long-polling',
  'sse',
  'sse-tls',
  'sse-h2',
  'websocket',
  'websocket-deflate',
])('over %s', (id) => {
  it('a client that stops reading takes no more, keeps no other from closing, and loses no event of others', async () => {
    const large = { stalledClients: 1, payloadBytes: 8_192 };
    const lane = findLane(id);
    const cell = await completedWith(pollingEvery(20, lane), large, {
      rehearsalSeconds: id === 'sse' ? 0.3 : 0,
    });
    expect(cell.delivery).toMatchObject({ expected: 60, delivered: 60, unexpected: 0 });
    const { server, clients } = cell.wire.cell;
    // A client that polls may stop between two polls: then nothing is under way to it, and it asks for nothing more.
    const leastUnreadBytes = lane.polls === undefined ? 1 : 0;
    expect(server.sentBytes - clients.receivedBytes).toBeGreaterThanOrEqual(leastUnreadBytes);
    expect(codes(cell)).not.toContain('bytes-disagree');
    expect(codes(cell)).not.toContain('lost');
    expect(isValid(cell)).toBe(true);
  });
});

it.concurrent.each(['tcp', 'sse', 'sse-h2', 'websocket'])(
  'over %s the server cuts off clients that do not read',
  async (id) => {
    const lane = findLane(id);
    // Slow enough that those who read may be late by three seconds: what is published then at once must not cut them off.
    const slow = { eventsPerSecond: 25, payloadBytes: 65_536 };
    const patient = { ...lane, options: { ...lane.options, maxBacklogBytes: 3 * 1024 ** 2 } };
    // 24 MB: more than the kernel and the server's backlog take together. After a rehearsal the warm-up would begin with a
    // burst, by which the kernel's buffers grow, up to the 33 MB of tcp_rmem.
    const plan = { windowSeconds: 15 };
    const cell = await completedWith(patient, { ...slow, clients: 2, stalledClients: 1 }, plan);
    expect(cell.cutOffClients).toBe(1);
    expect(cell.delivery).toMatchObject({ expected: 750, delivered: 750, unexpected: 0 });
    expect(isValid(cell)).toBe(true);
  },
);
