/** A group of cells in the same processes, phase by phase: start → rehearsal → floor → a take for each. */

import type { Cell, CompletedCell } from '../contract/result.ts';
import { nowNs } from '../measure/clock.ts';
import { recordCell } from '../record/cell-record.ts';
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
 * @returns a cell for each plan, completed or failed: what fails one fails those after it, whose processes it had. Never
 *   rejects for what a child did; rejects when `signal` aborts.
 */
export async function runCells(group: CellGroup, laboratory: Laboratory, signal: AbortSignal): Promise<Cell[]> {
  signal.throwIfAborted();
  const [before, mayYield] = await Promise.all([laboratory.calibrateUs(), laboratory.canYieldToProbe()]);
  // A signal that aborted meanwhile tells later listeners nothing: the cells would be measured to their end.
  signal.throwIfAborted();
  const cells = await measureGroup(group, laboratory, mayYield, signal);
  const after = await laboratory.calibrateUs();
  if (before === undefined || after === undefined) return cells;
  return cells.map((cell) => (cell.state === 'completed' ? { ...cell, calibrationUs: { before, after } } : cell));
}

async function measureGroup(
  group: CellGroup,
  laboratory: Laboratory,
  mayYield: boolean,
  signal: AbortSignal,
): Promise<Cell[]> {
  const children: Child<AnyCalls>[] = [];
  const add = <Added extends Child<AnyCalls>>(child: Added): Added => {
    children.push(child);
    return child;
  };
  const killAll = () => Promise.all(children.map((child) => child.kill()));
  signal.addEventListener('abort', killAll, { once: true });
  const [{ point }] = group;
  const network = point.link === undefined ? undefined : openNetworkOf(group, laboratory);
  const cells: CompletedCell[] = [];
  try {
    const processes = startProcesses(group, laboratory, await network, add);
    await measureAll(group, { laboratory, processes, mayYield, signal }, (cell) => cells.push(cell));
    await Promise.all(children.map((child) => child.end()));
    return cells;
  } catch (error) {
    const cause = signal.aborted ? error : await causeOf(error, children);
    await killAll();
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

async function measureAll(
  group: CellGroup,
  context: Omit<TakeContext, 'certificate'>,
  onCell: (cell: CompletedCell) => void,
): Promise<void> {
  const { laboratory, processes } = context;
  const deadlines = laboratory.deadlinesMs ?? DEADLINES_MS;
  await greet(processes, group, laboratory.nodeVersion, deadlines.hello);
  const largest = group.reduce((most, plan) => (plan.point.clients > most.point.clients ? plan : most));
  const certificate = await rehearse(largest, processes, deadlines);
  processes.network?.impose();
  const taken: { readonly plan: CellPlan; readonly measured: Awaited<ReturnType<typeof take>> }[] = [];
  try {
    for (const plan of group) taken.push({ plan, measured: await take(plan, { ...context, certificate }) });
  } catch (error) {
    for (const { plan, measured } of taken)
      onCell(recordCell(identity(plan), { ...measured, floor: undefined, heap: [] }));
    throw error;
  }
  // After all windows: the code is compiled by then, which in a floor before them was most of it.
  const floor = await measureFloor(largest, processes, deadlines);
  for (const { plan, measured } of taken) {
    const heap = plan === group.at(-1) ? await readMemory(plan, processes, deadlines) : [];
    onCell(recordCell(identity(plan), { ...measured, floor, heap }));
  }
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
