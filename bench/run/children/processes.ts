/** The processes of a cell: which there are, how they start, and how clients are spread over them. */

import {
  type ConnectParams,
  type LinkCalls,
  type Listening,
  linkCalls,
  type RelayCalls,
  relayCalls,
  type ServerCalls,
  serverCalls,
  type WorkerCalls,
  workerCalls,
} from '../../contract/calls.ts';
import type { Point } from '../../contract/result.ts';
import { checkSharedClock, nowNs } from '../../measure/clock.ts';
import type { Network } from '../../network/netem/network.ts';
import type { CellGroup, CellPlan } from '../cell-plan.ts';
import type { Laboratory } from '../laboratory.ts';
import { feedOf } from '../window.ts';
import { type AnyCalls, type CallLimits, Child } from './child.ts';

export interface CellProcesses {
  readonly network: Network | undefined;
  readonly server: Child<ServerCalls>;
  /** Another one, in place of a server that was killed. */
  readonly openServer: () => Child<ServerCalls>;
  /** Hold the crowd; none where the probe has all clients. */
  readonly workers: readonly Child<WorkerCalls>[];
  readonly probe: Child<WorkerCalls> | undefined;
  readonly relay: Child<RelayCalls> | undefined;
  readonly link: Child<LinkCalls> | undefined;
}

/** Which of the processes besides the server the group's cells have clients or bytes for. */
function needsOf(group: CellGroup, laboratory: Laboratory) {
  const has = (needs: (plan: CellPlan) => boolean) => group.some(needs);
  return {
    workers: Math.min(laboratory.workers, Math.max(...group.map(crowdOf))),
    probe: has(({ probeClients }) => probeClients > 0),
    relay: has(({ ledgerClients }) => ledgerClients > 0),
    // In a network of its own the kernel gives the distance.
    link: has(({ point }) => point.rttMs !== undefined && point.link === undefined),
  };
}

/** Whether processes that were started for other cells will do for these. */
export function willDo(group: CellGroup, laboratory: Laboratory, started: CellProcesses): boolean {
  const { workers, probe, relay, link } = needsOf(group, laboratory);
  const isThere = (isNeeded: boolean, child: unknown) => !isNeeded || child !== undefined;
  // Clients are spread over all workers there are.
  const hasWorkers = workers === 0 || started.workers.length === workers;
  return hasWorkers && isThere(probe, started.probe) && isThere(relay, started.relay) && isThere(link, started.link);
}

/** @param add called with each child when it starts */
export function startProcesses(
  group: CellGroup,
  laboratory: Laboratory,
  network: Network | undefined,
  add: <Added extends Child<AnyCalls>>(child: Added) => Added,
): CellProcesses {
  const needs = needsOf(group, laboratory);
  const openServer = () => add(new Child('server', laboratory.openServer(network), serverCalls));
  return {
    network,
    openServer,
    server: openServer(),
    workers: Array.from({ length: needs.workers }, (_, index) =>
      add(new Child(`worker ${index + 1}`, laboratory.openWorker(index, network), workerCalls)),
    ),
    probe: needs.probe ? add(new Child('probe', laboratory.openProbe(network), workerCalls)) : undefined,
    relay: needs.relay ? add(new Child('relay', laboratory.openRelay(network), relayCalls)) : undefined,
    link: needs.link ? add(new Child('link', laboratory.openLink(), linkCalls)) : undefined,
  };
}

/** @throws ChildFailure; Error when a child runs on another Node, or does not share this process's clock */
export async function greet(
  { server, workers, probe, relay, link }: CellProcesses,
  [{ lane, procedure }]: CellGroup,
  nodeVersion: string,
  deadlineMs: number,
): Promise<void> {
  const children: readonly Child<AnyCalls>[] = [
    server,
    ...workers,
    ...present(probe),
    ...present(relay),
    ...present(link),
  ];
  await Promise.all(children.map((child) => sayHello(child, nodeVersion, deadlineMs)));
  const params = { lane: lane.id, procedure };
  const limits = { phase: 'start', deadlineMs };
  const loading = [...workers, ...present(probe)].map((worker) => worker.call('load', params, limits));
  await Promise.all([server.call('load', params, limits), ...loading]);
}

async function sayHello(child: Child<AnyCalls>, nodeVersion: string, deadlineMs: number): Promise<void> {
  const limits = { phase: 'start', deadlineMs };
  // Twice: the first answer waits for the process to start, the second brackets its clock closely.
  await child.call('hello', {}, limits);
  const beforeNs = nowNs();
  const hello = await child.call('hello', {}, limits);
  checkSharedClock(beforeNs, hello.nowNs, nowNs());
  if (hello.nodeVersion !== nodeVersion) {
    throw new Error(`${child.name} runs on Node ${hello.nodeVersion}, and the result says ${nodeVersion}`);
  }
}

export function present<T>(one: T | undefined): readonly T[] {
  return one === undefined ? [] : [one];
}

/** The load workers and the probe that have clients at this point, each with the numbers of its clients. */
export function holdersOf(plan: CellPlan, { workers, probe }: Pick<CellProcesses, 'workers' | 'probe'>): Holder[] {
  const { point, probeClients } = plan;
  const crowd = workers.map((worker, index) => {
    return { worker, isProbe: false, ...clientsOfWorker(point, probeClients, workers.length, index) };
  });
  const probes = present(probe).map((worker) => ({ worker, isProbe: true, firstClient: 0, clients: probeClients }));
  return [...crowd, ...probes].filter(({ clients }) => clients > 0);
}

interface Holder {
  readonly worker: Child<WorkerCalls>;
  readonly isProbe: boolean;
  readonly firstClient: number;
  readonly clients: number;
}

function crowdOf({ point, probeClients }: CellPlan): number {
  return point.clients - probeClients + (point.stalledClients ?? 0);
}

/** As even as it goes. Clients that stop reading are the last worker's: all others have the same with and without them. */
export function clientsOfWorker(
  { clients, stalledClients = 0 }: Pick<Point, 'clients' | 'stalledClients'>,
  probeClients: number,
  workers: number,
  index: number,
): { clients: number; firstClient: number } {
  const crowd = clients - probeClients;
  const first = Math.floor((crowd * index) / workers);
  const reading = Math.floor((crowd * (index + 1)) / workers) - first;
  return { firstClient: probeClients + first, clients: reading + (index === workers - 1 ? stalledClients : 0) };
}

type SharedConnectParams = Omit<ConnectParams, 'clients' | 'firstClient' | 'isProbe'>;

/** @returns each holder's answer, in order */
export function connectAll(holders: readonly Holder[], params: SharedConnectParams, limits: CallLimits) {
  return Promise.all(
    holders.map(({ worker, isProbe, firstClient, clients }) =>
      worker.call('connect', { ...params, firstClient, clients, ...(isProbe && { isProbe }) }, limits),
    ),
  );
}

export function baseListenParams(plan: CellPlan, network: Network | undefined) {
  const { id, options } = plan.lane;
  return { lane: id, options: { ...patience(plan.point), ...options }, feed: feedOf(plan), address: network?.address };
}

/** What a server may hold for clients of a worker that gets no time, in all and for each. */
const HELD_BYTES = { ofAll: 512 * 1024 ** 2, least: 1024 ** 2, most: 64 * 1024 ** 2 } as const;

/**
 * A load worker may stand still for seconds beside busy neighbours: its clients are slow, and not stalled. Where a point has
 * stalled clients, the transport's own limit cuts them off.
 */
function patience({ clients, stalledClients }: Pick<Point, 'clients' | 'stalledClients'>): {
  maxBacklogBytes?: number;
} {
  if (stalledClients !== undefined) return {};
  const share = Math.floor(HELD_BYTES.ofAll / Math.max(1, clients));
  return { maxBacklogBytes: Math.min(HELD_BYTES.most, Math.max(HELD_BYTES.least, share)) };
}

/** Parameters of `connect` that do not depend on relay, link or worker. */
export function baseConnectParams({ procedure, lane, point, seed }: CellPlan, { url, certificate }: Listening) {
  const { headers, clients: firstStalled } = point;
  const { id, options } = lane;
  return { procedure, lane: id, options, url, certificate: certificate?.cert, seed, headers, firstStalled };
}
