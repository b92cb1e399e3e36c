/** A group of cells in the same processes, phase by phase: start → rehearsal → a take for each → floor → memory. */

import type { Cell, CompletedCell } from '../contract/result.ts';
import { nowNs } from '../measure/clock.ts';
import type { Network } from '../network/netem/network.ts';
import { recordCell } from '../record/cell-record.ts';
import type { HeapReading } from '../record/memory-slope.ts';
import type { CellGroup, CellPlan } from './cell-plan.ts';
import { type AnyCalls, type Child, ChildFailure, causeOf } from './children/child.ts';
import {
  baseConnectParams,
  baseListenParams,
  type CellProcesses,
  connectAll,
  greet,
  holdersOf,
  startProcesses,
} from './children/processes.ts';
import { DEADLINES_MS, type Deadlines, type Laboratory } from './laboratory.ts';
import { readMemory } from './memory-take.ts';
import { endAll, type HostProcesses, ProcessPool } from './process-pool.ts';
import { rehearsalOf } from './rehearsal.ts';
import { measureFloor, type TakeContext, take } from './take.ts';
import { planWindow } from './window.ts';

/** From the call to the rehearsal's start. */
const REHEARSAL_LEAD_NS = 100e6;

/** @returns the cell, completed or failed; as of {@link runCells} */
export async function runCell(plan: CellPlan, laboratory: Laboratory, signal: AbortSignal): Promise<Cell> {
  const [cell] = await runCells([plan], laboratory, signal);
  if (!cell) throw new Error('no cell was measured');
  return cell;
}

/**
 * @param pool where processes are kept for the lane's next round, and found by it
 * @returns a cell for each plan, completed or failed: what fails one fails those after it, whose processes it had. A start that
 *   fails is tried once more. Never rejects for what a child did; when `signal` aborts, it returns the cells that were complete,
 *   and rejects where there is none.
 */
export async function runCells(
  group: CellGroup,
  laboratory: Laboratory,
  signal: AbortSignal,
  pool = new ProcessPool(),
): Promise<Cell[]> {
  signal.throwIfAborted();
  const [before, yields] = await Promise.all([laboratory.calibrateUs(), laboratory.canYieldToProbe()]);
  // A signal that aborted meanwhile tells later listeners nothing: the cells would be measured to their end.
  signal.throwIfAborted();
  const cells = await measureGroup(group, { laboratory, yields, signal, pool });
  const after = await laboratory.calibrateUs();
  if (before === undefined || after === undefined) return cells;
  return cells.map((cell) => (cell.state === 'completed' ? { ...cell, calibrationUs: { before, after } } : cell));
}

interface GroupContext extends Pick<TakeContext, 'laboratory' | 'yields' | 'signal'> {
  readonly pool: ProcessPool;
}

async function measureGroup(group: CellGroup, context: GroupContext): Promise<Cell[]> {
  const { laboratory, signal, yields, pool } = context;
  const kept = await pool.claim(group, laboratory, yields);
  const children: Child<AnyCalls>[] = [...(kept?.children ?? [])];
  const add = <Added extends Child<AnyCalls>>(child: Added): Added => {
    children.push(child);
    return child;
  };
  const killAll = () => Promise.all(children.map((child) => child.kill()));
  signal.addEventListener('abort', killAll, { once: true });
  const [{ point, keepsProcesses }] = group;
  const network = point.link === undefined ? undefined : openNetworkOf(group, laboratory);
  const cells: CompletedCell[] = [];
  try {
    const start = async () => openHost(group, context, await network, add);
    const host =
      kept ??
      (await start().catch(async (error) => {
        // A machine that was busy just then is another a second later; what is wrong for good fails again.
        if (signal.aborted) throw error;
        await killAll();
        children.length = 0;
        return await start();
      }));
    const floor = await measureAll(group, host, context, (cell) => cells.push(cell));
    const { eventsPerSecond } = largestOf(group).point;
    const floors = floor ? new Map([...host.floors, [eventsPerSecond, floor]]) : host.floors;
    if (keepsProcesses) pool.keep(group, { ...host, children, floors });
    else await endAll({ children });
    return cells;
  } catch (error) {
    const cause = signal.aborted ? error : await causeOf(error, children);
    await killAll();
    if (signal.aborted && cells.length > 0) return cells;
    signal.throwIfAborted();
    return [...cells, ...group.slice(cells.length).map((plan) => failedCell(plan, cause))];
  } finally {
    signal.removeEventListener('abort', killAll);
    (await network?.catch(() => undefined))?.close();
  }
}

/** Async, so that a network that can't be made fails the cells. */
async function openNetworkOf([{ point }]: CellGroup, laboratory: Laboratory) {
  return laboratory.openNetwork(point);
}

/** Starts and rehearses them. */
async function openHost(
  group: CellGroup,
  { laboratory, yields }: GroupContext,
  network: Network | undefined,
  add: Parameters<typeof startProcesses>[3],
): Promise<Omit<HostProcesses, 'children'>> {
  const deadlines = laboratory.deadlinesMs ?? DEADLINES_MS;
  const processes = startProcesses(group, laboratory, network, add);
  await greet(processes, group, laboratory.nodeVersion, deadlines.hello);
  const certificate = await rehearse(largestOf(group), processes, deadlines);
  network?.impose();
  return { processes, certificate, floors: new Map(), yields };
}

/** @returns the floor of the processes at this rate of events, which is read after their first windows at it */
async function measureAll(
  group: CellGroup,
  host: Omit<HostProcesses, 'children'>,
  { laboratory, signal }: GroupContext,
  onCell: (cell: CompletedCell) => void,
): Promise<CompletedCell['floor']> {
  const { processes } = host;
  const deadlines = laboratory.deadlinesMs ?? DEADLINES_MS;
  const taken: Take[] = [];
  try {
    for (const plan of group) taken.push({ plan, measured: await take(plan, { ...host, laboratory, signal }) });
  } catch (error) {
    for (const one of taken) onCell(await record(one, undefined, []));
    throw error;
  }
  // After the windows: the code is compiled by then, which in a floor before them was most of it.
  const largest = largestOf(group);
  const floor = host.floors.get(largest.point.eventsPerSecond) ?? (await measureFloor(largest, processes, deadlines));
  for (const one of taken) {
    const heap = one.plan === group.at(-1) ? await readMemory(one.plan, processes, deadlines) : [];
    onCell(await record(one, floor, heap));
  }
  return floor;
}

interface Take {
  readonly plan: CellPlan;
  readonly measured: Awaited<ReturnType<typeof take>>;
}

async function record({ plan, measured }: Take, floor: CompletedCell['floor'], heap: readonly HeapReading[]) {
  return recordCell(identity(plan), { ...measured, disturbance: await measured.disturbance, floor, heap });
}

function largestOf(group: CellGroup): CellPlan {
  return group.reduce((most, plan) => (plan.point.clients > most.point.clients ? plan : most));
}

/** @returns the certificate that the server made; undefined without TLS or without a rehearsal */
async function rehearse(plan: CellPlan, processes: CellProcesses, deadlines: Deadlines) {
  const { network, server, workers } = processes;
  const rehearsal = rehearsalOf(plan, workers.length);
  if (!rehearsal) return undefined;
  const within = (deadlineMs: number) => ({ phase: 'rehearsal', deadlineMs });
  const isRehearsal = true;
  const holders = holdersOf(rehearsal, processes);
  const listenParams = { ...baseListenParams(rehearsal, network), isRehearsal };
  const listening = await server.call('listen', listenParams, within(deadlines.listen));
  const connectParams = { ...baseConnectParams(rehearsal, listening), isRehearsal };
  const connected = await connectAll(holders, connectParams, within(deadlines.connect));
  // Stamped as the window's are: code that is not compiled yet would take its time from the first events of the window.
  const probePorts = connected.find(({ ports }) => ports)?.ports;
  const planned = planWindow(rehearsal, holders.length, deadlines.drain, REHEARSAL_LEAD_NS);
  const window = { ...planned, ...(probePorts && { probePorts }) };
  const measuring = within((window.giveUpNs - nowNs()) / 1e6 + deadlines.measure);
  await Promise.all([
    server.call('measure', window, measuring),
    ...holders.map(({ worker }) => worker.call('measure', window, measuring)),
  ]);
  await Promise.all(holders.map(({ worker }) => worker.call('close', {}, within(deadlines.close))));
  await server.call('close', {}, within(deadlines.close));
  return listening.certificate;
}

function identity({ lane, scenario, point, round, order, attempt }: CellPlan) {
  return { lane: lane.id, scenario, point, round, order, attempt };
}

function failedCell(plan: CellPlan, error: unknown): Cell {
  const failure = error instanceof ChildFailure ? error : undefined;
  return {
    ...identity(plan),
    state: 'failed',
    phase: failure?.phase ?? 'start',
    error: {
      message: error instanceof Error ? error.message : String(error),
      code: failure?.exit?.code ?? null,
      signal: failure?.exit?.signal ?? null,
    },
    warnings: [],
  };
}
