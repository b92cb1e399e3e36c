/** One cell, phase by phase: rehearsal → listen → connect → warm-up → measure → drain → close. */

import {
  type ConnectParams,
  type LinkCalls,
  type Listening,
  linkCalls,
  type MeasureParams,
  type RelayCalls,
  relayCalls,
  type ServerCalls,
  serverCalls,
  type WorkerCalls,
  workerCalls,
} from '../contract/calls.ts';
import type { Cell, CompletedCell, Point } from '../contract/result.ts';
import { checkSharedClock, nowNs, sleepUntil } from '../measure/clock.ts';
import { collectOwnGarbage } from '../measure/own-garbage.ts';
import type { Network } from '../network/netem/network.ts';
import { type Measurements, recordCell } from '../record/cell-record.ts';
import type { CellPlan } from './cell-plan.ts';
import { type AnyCalls, type CallLimits, Child, ChildFailure, causeOf } from './child.ts';
import { DEADLINES_MS, type Deadlines, type Laboratory } from './laboratory.ts';
import { REOPENINGS, rehearsalOf } from './rehearsal.ts';
import { restartsOf, serve } from './restarts.ts';
import { openingMs, retransmissionMs } from './timeouts.ts';
import { feedOf, planWindow } from './window.ts';

/** Asking the kernel about more sockets than this would disturb what is measured. */
const MAX_WATCHED_SOCKETS = 2_000;
/** From the call to the feed's start: every process must have read the message by then, behind the traffic of its clients. */
const LEAD_NS = { cell: 200e6, rehearsal: 100e6 };

/** @returns the cell, completed or failed. Never rejects for what a child did; rejects when `signal` aborts. */
export async function runCell(plan: CellPlan, laboratory: Laboratory, signal: AbortSignal): Promise<Cell> {
  signal.throwIfAborted();
  const children: Child<AnyCalls>[] = [];
  const add = <Added extends Child<AnyCalls>>(child: Added): Added => {
    children.push(child);
    return child;
  };
  const killAll = () => Promise.all(children.map((child) => child.kill()));
  signal.addEventListener('abort', killAll, { once: true });
  let network: Network | undefined;
  try {
    network = plan.point.link === undefined ? undefined : laboratory.openNetwork(plan.point);
    const openServer = () => add(new Child('server', laboratory.openServer(network), serverCalls));
    const server = openServer();
    const workers = Array.from({ length: Math.min(laboratory.workers, plan.point.clients) }, (_, index) =>
      add(new Child(`worker ${index + 1}`, laboratory.openWorker(index, network), workerCalls)),
    );
    const isRelayed = plan.ledgerClients > 0;
    const relay = isRelayed ? add(new Child('relay', laboratory.openRelay(network), relayCalls)) : undefined;
    const isFar = plan.point.rttMs !== undefined && !network;
    const link = isFar ? add(new Child('link', laboratory.openLink(), linkCalls)) : undefined;
    const cell = await runPhases(plan, laboratory, signal, { network, server, openServer, workers, relay, link });
    await Promise.all(children.map((child) => child.end()));
    return cell;
  } catch (error) {
    const cause = signal.aborted ? error : await causeOf(error, children);
    await killAll();
    signal.throwIfAborted();
    return failedCell(plan, cause);
  } finally {
    signal.removeEventListener('abort', killAll);
    network?.close();
  }
}

async function runPhases(
  plan: CellPlan,
  laboratory: Laboratory,
  signal: AbortSignal,
  { network, server, openServer, workers, relay, link }: CellProcesses,
): Promise<CompletedCell> {
  const { lane, point, seed } = plan;
  const deadlines = laboratory.deadlinesMs ?? DEADLINES_MS;

  const children = [server, ...workers, relay, link].flatMap((child) => child ?? []);
  await Promise.all(children.map((child) => sayHello(child, laboratory.nodeVersion, deadlines.hello)));
  const rehearsed = await rehearse(plan, { network, server, workers }, deadlines);
  network?.impose();
  const opening = { phase: 'listen', deadlineMs: deadlines.listen };
  const listenParams = { ...baseListenParams(plan, network), certificate: rehearsed?.certificate };
  const listening = await server.call('listen', listenParams, opening);
  const { url } = listening;
  const { clients: reading, rttMs = 0, bandwidthBitsPerSecond, jitterMs } = point;
  const via = await link?.call('open', { url, seed, rttMs, bandwidthBitsPerSecond, jitterMs }, opening);
  const tapAt = await relay?.call('open', { url, protocol: lane.wire, via }, opening);
  const tapped = Math.min(plan.ledgerClients, reading);
  const tap = tapAt && { ...tapAt, clients: tapped, ofClients: reading, areTimed: tapped === reading };
  const restarts = restartsOf(plan);
  const connectParams = { ...baseConnectParams(plan, listening), via, tap, reconnect: restarts?.reconnect };
  const connecting = { phase: 'connect', deadlineMs: deadlines.connect + openingMs(point) + retransmissionMs(point) };
  const connected = await openClients(workers, point, connectParams, connecting);

  const sendKeys = async (answers: readonly { readonly keys: readonly string[] }[]) => {
    const lines = answers.flatMap(({ keys }) => keys);
    if (lines.length > 0) await relay?.call('keys', { lines }, opening);
  };
  await sendKeys(connected);

  const heaps = [
    server.call('readHeap', {}, connecting),
    ...workers.map((worker) => worker.call('readHeap', {}, connecting)),
  ];
  collectOwnGarbage();
  await Promise.all(heaps);
  const window = planWindow(plan, workers.length, deadlines.drain + retransmissionMs(point), LEAD_NS.cell);
  const [fromNs, toNs] = window.windowNs;
  const phase = () => (nowNs() < fromNs ? 'warm-up' : nowNs() < toNs ? 'measure' : 'drain');
  const limits = { phase, deadlineMs: (window.giveUpNs - nowNs()) / 1e6 + deadlines.measure };
  // The quiet between two events reaches the clients' side half an RTT later.
  const oneWayNs = (rttMs / 2) * 1e6;
  const clientWindow = { ...window, windowNs: [fromNs + oneWayNs, toNs + oneWayNs] as const };
  const watching = new AbortController();
  const watchSignal = AbortSignal.any([signal, watching.signal]);
  const listenMs = deadlines.hello + deadlines.listen;
  const serveOptions = { server, openServer, listenParams, listening, listenMs, window, limits };
  const measuring = Promise.all([
    serve(serveOptions, restarts?.kills ?? 0, watchSignal),
    Promise.all(workers.map((worker) => worker.call('measure', clientWindow, limits))),
    relay?.call('measure', clientWindow, limits),
    link?.call('measure', window, limits),
  ]);
  const watched = watchWindow(window, plan, url, laboratory, network, watchSignal);
  const [served, received, relayed, linked] = await measuring.catch((error) => {
    watching.abort();
    throw error;
  });

  // Before anything closes: the kernel forgets a socket's count with the socket.
  const systemCounts = await watched;
  const closing = { phase: 'close', deadlineMs: deadlines.close };
  const workersClosed = await Promise.all(workers.map((worker) => worker.call('close', {}, closing)));
  await sendKeys(workersClosed);
  const relayClosed = await relay?.call('close', {}, closing);
  const linkClosed = await link?.call('close', {}, closing);
  const serverClosed = await served.server.call('close', {}, closing);
  return recordCell(identity(plan), {
    listening,
    options: { ...listening.options, ...connected[0]?.options },
    window,
    server: served.measured,
    deathsNs: served.deathsNs,
    workers: received,
    serverClosed,
    workersClosed,
    relay: relayed && relayClosed && { ...relayed, ...relayClosed, clients: tapped },
    link: linked && linkClosed && { ...linked, ...linkClosed },
    pinning: laboratory.pinning,
    ...systemCounts,
  });
}

function baseListenParams(plan: CellPlan, network: Network | undefined) {
  const { id, options } = plan.lane;
  return { lane: id, options, feed: feedOf(plan), address: network?.address };
}

/** Parameters of `connect` that do not depend on relay, link or worker. */
function baseConnectParams({ procedure, lane, point, seed }: CellPlan, { url, certificate }: Listening) {
  const { headers, clients: firstStalled } = point;
  const { id, options } = lane;
  return { procedure, lane: id, options, url, certificate: certificate?.cert, seed, headers, firstStalled };
}

function openClients(
  workers: CellProcesses['workers'],
  { clients, stalledClients }: Point,
  params: Omit<ConnectParams, keyof ReturnType<typeof clientsOfWorker>>,
  limits: CallLimits,
) {
  return Promise.all(
    workers.map((worker, index) =>
      worker.call('connect', { ...params, ...clientsOfWorker(clients, workers.length, index, stalledClients) }, limits),
    ),
  );
}

/** @returns what the server listened as; undefined without a rehearsal */
async function rehearse(
  plan: CellPlan,
  { network, server, workers }: Pick<CellProcesses, 'network' | 'server' | 'workers'>,
  deadlines: Deadlines,
): Promise<Listening | undefined> {
  const rehearsal = rehearsalOf(plan, workers.length);
  if (!rehearsal) return undefined;
  const within = (deadlineMs: number) => ({ phase: 'rehearsal', deadlineMs });
  const isRehearsal = true;
  const listenParams = { ...baseListenParams(rehearsal, network), isRehearsal };
  const listening = await server.call('listen', listenParams, within(deadlines.listen));
  const connectParams = { ...baseConnectParams(rehearsal, listening), isRehearsal };
  const openAll = () => openClients(workers, rehearsal.point, connectParams, within(deadlines.connect));
  const closeAll = () => Promise.all(workers.map((worker) => worker.call('close', {}, within(deadlines.close))));
  await openAll();
  const window = planWindow(rehearsal, workers.length, deadlines.drain, LEAD_NS.rehearsal);
  const measuring = within((window.giveUpNs - nowNs()) / 1e6 + deadlines.measure);
  await Promise.all([
    server.call('measure', window, measuring),
    ...workers.map((worker) => worker.call('measure', window, measuring)),
  ]);
  await closeAll();
  for (let turn = 0; turn < REOPENINGS; turn++) {
    await openAll();
    await closeAll();
  }
  await server.call('close', {}, within(deadlines.close));
  return listening;
}

interface CellProcesses {
  readonly network: Network | undefined;
  readonly server: Child<ServerCalls>;
  readonly openServer: () => Child<ServerCalls>;
  readonly workers: readonly Child<WorkerCalls>[];
  readonly relay: Child<RelayCalls> | undefined;
  readonly link: Child<LinkCalls> | undefined;
}

/**
 * System figures of the window: the machine's noise, and the kernel's counts of segments and packets at its two ends.
 * Segments are undefined where the system has no count, and for too many sockets; packets without a network of the cell's own.
 */
async function watchWindow(
  { windowNs }: MeasureParams,
  { point }: CellPlan,
  url: string,
  { readSegments, watchNoise }: Laboratory,
  network: Network | undefined,
  signal: AbortSignal,
): Promise<Pick<Measurements, 'segments' | 'packets' | 'noise'>> {
  const port = Number(new URL(url).port);
  const isWatched = point.clients <= MAX_WATCHED_SOCKETS;
  const read = () =>
    Promise.all([network?.readPackets(signal), isWatched ? readSegments(port, signal, network) : undefined]);
  const pair = <Count>(before: Count | undefined, after: Count | undefined) => before && after && { before, after };
  try {
    await sleepUntil(windowNs[0], signal);
    const endNoise = watchNoise();
    const [packets, segments] = await read();
    await sleepUntil(windowNs[1], signal);
    const noise = endNoise();
    const [packetsAfter, segmentsAfter] = await read();
    return { noise, segments: pair(segments, segmentsAfter), packets: pair(packets, packetsAfter) };
  } catch {
    // Only an abort gets here, and no cell is recorded then.
    return { noise: { cpuPressure: null, steal: null, throttled: null }, segments: undefined, packets: undefined };
  }
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

/** As even as it goes. Clients that stop reading are the last worker's: all others have the same with and without them. */
export function clientsOfWorker(
  clients: number,
  workers: number,
  index: number,
  stalledClients = 0,
): { clients: number; firstClient: number } {
  const firstClient = Math.floor((clients * index) / workers);
  const reading = Math.floor((clients * (index + 1)) / workers) - firstClient;
  return { firstClient, clients: reading + (index === workers - 1 ? stalledClients : 0) };
}

function identity({ lane, scenario, point, round, order }: CellPlan) {
  return { lane: lane.id, scenario, point, round, order, attempt: 1 };
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
