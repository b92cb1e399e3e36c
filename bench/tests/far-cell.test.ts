/**
 * Cells whose server and clients are in network namespaces of their own: real processes, a real kernel between them, and a
 * queueing discipline in netem's place that every kernel has. Needs root.
 */

import { expect, it } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import { type CompletedCell, cellSchema } from '../contract/result.ts';
import { readSegments } from '../machine/packets.ts';
import { openNetwork } from '../network/netem/network.ts';
import { describeWithNetwork } from '../network/netem/test-network.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import { spawnChild } from '../run/children/child.ts';
import type { Laboratory } from '../run/laboratory.ts';
import { runCell } from '../run/run-cell.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { completed, memoryLaboratory, memoryPlan } from './laboratory.ts';

const CLIENTS = 4;
const POINT = {
  clients: CLIENTS,
  eventsPerSecond: 50,
  payloadBytes: 128,
  headers: 'browser',
  rttMs: 0,
  link: 'netem',
} as const;
/** Drops most of what comes at once: its queue holds a packet and a half. */
const LOSSY = ['tbf', 'rate', '1mbit', 'burst', '2kb', 'limit', '2300'];

async function measure(id: string, plan: Partial<CellPlan> = {}, discipline = ['pfifo', 'limit', '10000']) {
  const lane = findLane(id);
  const laboratory = laboratoryOf(lane, discipline);
  const signal = new AbortController().signal;
  const cell = completed(await runCell(memoryPlan(lane, { point: POINT, ...plan }), laboratory, signal));
  expect(cellSchema.safeParse(cell).error).toBeUndefined();
  expect(cell.url).toContain('//10.99.0.1:');
  expect(cell.link).toBeUndefined();
  return cell;
}

function laboratoryOf(lane: ReturnType<typeof findLane>, discipline: readonly string[]): Laboratory {
  const memory = memoryLaboratory(lane).laboratory;
  const child = (entry: string, namespace: string | undefined) =>
    spawnChild({ node: process.execPath, entry, core: undefined, namespace });
  return {
    ...memory,
    openNetwork: () => openNetwork(discipline),
    openServer: (at) => child('servers/main', at?.server),
    openWorker: (_index, at) => child('clients/main', at?.clients),
    openRelay: (at) => child('bench/network/tap/main', at?.clients),
    readSegments: (port, signal, at) => readSegments(port, undefined, signal, at?.server),
  };
}

const dropped = ({ netem }: CompletedCell) => (netem?.up.droppedPackets ?? 0) + (netem?.down.droppedPackets ?? 0);

describeWithNetwork('a cell in namespaces', () => {
  it.each(['tcp', 'polling', 'long-polling', 'sse-h2-own', 'websocket-tls'])(
    'of %s has every event, every byte in a layer, and the packets of both directions',
    async (id) => {
      // Programs (ss, tc) read the kernel's counts at both ends of the window, and take a second to start on a loaded machine.
      const cell = await measure(id, { ledgerClients: CLIENTS, windowSeconds: 4, rehearsalSeconds: 0.2 });
      expect(isValid(cell)).toBe(true);
      expect(cell.wire.ledger).toMatchObject({ clients: CLIENTS, residualBytes: 0, problems: [] });
      expect(cell.wire.packets?.sentSegments).toBeGreaterThan(0);
      expect(cell.netem?.down.sentPackets).toBeGreaterThan(0);
      expect(cell.netem?.up.sentPackets).toBeGreaterThan(0);
      expect(dropped(cell)).toBe(0);
    },
  );

  it('takes as many bytes as one on the loopback', async () => {
    const { link: _link, rttMs: _rttMs, ...here } = POINT;
    const lane = findLane('websocket');
    const plan = memoryPlan(lane, { point: here, ledgerClients: CLIENTS });
    const near = await runCell(plan, laboratoryOf(lane, []), new AbortController().signal);
    const far = await measure('websocket', { ledgerClients: CLIENTS });
    expect(near.state === 'completed' && near.wire.ledger?.cell.up).toEqual(far.wire.ledger?.cell.up);
  });

  it('has lost packets counted, and lost no event by them', async () => {
    const cell = await measure('tcp', { point: { ...POINT, payloadBytes: 8_192, lossPercent: 1 } }, LOSSY);
    expect(isValid(cell)).toBe(true);
    expect(cell.netem?.down.droppedPackets).toBeGreaterThan(0);
  });

  it('has its killed servers replaced in the same place', async () => {
    const cell = await measure('websocket', {
      procedure: 'reconnect',
      restarts: { kills: 1, reconnect: { spreadMs: 200, capMs: 800, deadlineMs: 3_000 } },
      warmupSeconds: 0.5,
      windowSeconds: 2,
    });
    expect(isValid(cell)).toBe(true);
    expect(cell.recovery?.firstEvent.count).toBe(CLIENTS);
  });

  it('has its polls asked by autocannon too', async () => {
    const point = { ...POINT, eventsPerSecond: 0, heldEvents: 1 };
    const { closedLoops } = await measure('polling', { procedure: 'closed-loop', point });
    const [own, autocannon] = closedLoops ?? [];
    expect(autocannon?.requests).toBe(own?.requests);
    expect(autocannon?.downBytes).toBe(own?.downBytes);
  });

  it('has clients that stop reading', async () => {
    const point = { ...POINT, stalledClients: 1 };
    expect(isValid(await measure('sse', { point }))).toBe(true);
  });

  it('that fails leaves no namespace', async () => {
    const lane = findLane('tcp');
    const cell = await runCell(
      memoryPlan(lane, { point: POINT }),
      laboratoryOf(lane, ['nix']),
      new AbortController().signal,
    );
    expect(cell).toMatchObject({ state: 'failed', phase: 'start' });
    expect(cell.state === 'failed' && cell.error.message).toContain('needs a kernel with nix');
  });
});
