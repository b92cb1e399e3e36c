/** The heap of a cell's server at several numbers of clients, once all its windows are over. */

import { setTimeout as sleep } from 'node:timers/promises';
import { type HeapReading, MEMORY_SHARES } from '../record/memory-slope.ts';
import type { CellPlan } from './cell-plan.ts';
import { ChildFailure } from './children/child.ts';
import {
  baseConnectParams,
  baseListenParams,
  type CellProcesses,
  clientsOfWorker,
  connectAll,
  holdersOf,
} from './children/processes.ts';
import type { Deadlines } from './laboratory.ts';
import { openingMs } from './timeouts.ts';

/**
 * Listens anew, without relay or link, opens the point's clients and then more of them, share by share. Nothing can be measured
 * in this server afterwards.
 *
 * @returns the readings; none where the plan does not ask for them, and where the clients could not all be opened: a limit of
 *   this machine on sockets is no fault of the cell
 */
export async function readMemory(
  plan: CellPlan,
  processes: CellProcesses,
  deadlines: Deadlines,
): Promise<readonly HeapReading[]> {
  if (!plan.readsMemory) return [];
  try {
    return await readShares({ ...plan, probeClients: 0 }, processes, deadlines);
  } catch (error) {
    // A child that ended is none to go on with.
    if (error instanceof ChildFailure && error.exit === undefined) return [];
    throw error;
  }
}

async function readShares(plan: CellPlan, processes: CellProcesses, deadlines: Deadlines): Promise<HeapReading[]> {
  const { server, network } = processes;
  const { point } = plan;
  const within = (deadlineMs: number) => ({ phase: 'memory', deadlineMs });
  const connecting = within(deadlines.connect + openingMs(point));
  const listening = await server.call('listen', baseListenParams(plan, network), within(deadlines.listen));
  const holders = holdersOf(plan, processes);
  await connectAll(holders, baseConnectParams(plan, listening), connecting);
  await server.call('stopCompiling', {}, within(deadlines.listen));
  const readings: HeapReading[] = [];
  const read = async (clients: number) => {
    // Polls that are to be parked come after their clients are connected.
    await sleep(MEMORY_SHARES.settleMs);
    const { heapBytes } = await server.call('readHeap', {}, connecting);
    readings.push({ clients, heapBytes });
  };
  await read(point.clients);
  for (let share = 0; share < MEMORY_SHARES.count; share++) {
    const before = point.clients + share * MEMORY_SHARES.clients;
    await Promise.all(
      holders.map(({ worker }, index) => {
        const own = clientsOfWorker({ clients: MEMORY_SHARES.clients }, 0, holders.length, index);
        return worker.call('grow', { ...own, firstClient: before + own.firstClient }, connecting);
      }),
    );
    await read(before + MEMORY_SHARES.clients);
  }
  await Promise.all(holders.map(({ worker }) => worker.call('close', {}, within(deadlines.close))));
  await server.call('close', {}, within(deadlines.close));
  return readings;
}
