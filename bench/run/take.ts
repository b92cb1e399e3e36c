/** One take: listen → connect → warm-up → measure → drain → close, in processes that may have had others before. */

import type { Listening, MeasureParams } from '../contract/calls.ts';
import { wireFormatOf } from '../contract/lane.ts';
import type { CompletedCell, Disturbance } from '../contract/result.ts';
import { nowNs, sleepUntil } from '../measure/clock.ts';
import { collectOwnGarbage } from '../measure/own-garbage.ts';
import type { Measurements } from '../record/cell-record.ts';
import type { CellPlan } from './cell-plan.ts';
import type { AnyCalls, Child } from './children/child.ts';
import {
  baseConnectParams,
  baseListenParams,
  type CellProcesses,
  connectAll,
  holdersOf,
  present,
} from './children/processes.ts';
import { DEADLINES_MS, type Laboratory, type WatchedProcesses } from './laboratory.ts';
import { restartsOf, serve } from './restarts.ts';
import { openingMs, retransmissionMs } from './timeouts.ts';
import { planWindow } from './window.ts';

/** Asking the kernel about more sockets than this would disturb what is measured. */
const MAX_WATCHED_SOCKETS = 2_000;
/**
 * From the call to the feed's start: every process must have read the message by then, behind the traffic of its clients. On a
 * machine that is busy just now that takes longer, as many times as it takes to answer.
 */
const LEAD = { leastNs: 150e6, answers: 10, mostNs: 5e9 };
/** An odd number of parts, of which one is in the middle. */
const FLOOR = { leadNs: 60e6, warmupNs: 100e6, parts: 5 };

/** What all takes of a group share. */
export interface TakeContext {
  readonly laboratory: Laboratory;
  readonly processes: CellProcesses;
  /** Whether the crowd is made to give way to the probe. */
  readonly yields: boolean;
  readonly certificate: Listening['certificate'];
  readonly signal: AbortSignal;
}

/** What was measured; a watcher of the machine answers after it. */
type Taken = Omit<Measurements, 'floor' | 'heap' | 'disturbance'> & Pick<SystemCounts, 'disturbance'>;

export async function take(plan: CellPlan, context: TakeContext): Promise<Taken> {
  const { laboratory, processes, certificate, signal } = context;
  const { network, server, openServer } = processes;
  const { point } = plan;
  const deadlines = laboratory.deadlinesMs ?? DEADLINES_MS;
  const opening = { phase: 'listen', deadlineMs: deadlines.listen };
  const listenParams = { ...baseListenParams(plan, network), certificate };
  const listening = await server.call('listen', listenParams, opening);
  const detours = await openDetours(plan, listening, processes, deadlines.listen);
  const { relay, link, tap, via } = detours;
  const restarts = restartsOf(plan);
  const holders = holdersOf(plan, processes);
  const connectParams = { ...baseConnectParams(plan, listening), via, tap, reconnect: restarts?.reconnect };
  const connecting = { phase: 'connect', deadlineMs: deadlines.connect + openingMs(point) + retransmissionMs(point) };
  const connected = await connectAll(holders, connectParams, connecting);

  const sendKeys = async (answers: readonly { readonly keys: readonly string[] }[]) => {
    const lines = answers.flatMap(({ keys }) => keys);
    if (lines.length > 0) await relay?.call('keys', { lines }, opening);
  };
  await sendKeys(connected);

  const collections = [
    server.call('collect', {}, connecting),
    ...holders.map(({ worker }) => worker.call('collect', {}, connecting)),
  ];
  collectOwnGarbage();
  await Promise.all(collections);
  const crowd = holders.filter(({ isProbe }) => !isProbe);
  const crowdPids = crowd.flatMap(({ worker }) => worker.pid ?? []);
  const yields = plan.probeClients > 0 && crowdPids.length > 0 && context.yields;
  // The relay too, whose clients are not timed.
  const yielding = [...crowdPids, ...(relay?.pid === undefined ? [] : [relay.pid])];
  const crowdPolicy = yields ? await laboratory.yieldToProbe(yielding) : 'normal';

  const probeAt = holders.findIndex(({ isProbe }) => isProbe);
  const { ports: probePorts, reader } = connected[probeAt] ?? {};
  const askedNs = nowNs();
  const asked: readonly Child<AnyCalls>[] = [server, ...holders.map(({ worker }) => worker), ...present(relay)];
  await Promise.all(asked.map((child) => child.call('hello', {}, connecting)));
  const leadNs = Math.min(LEAD.mostNs, Math.max(LEAD.leastNs, LEAD.answers * (nowNs() - askedNs)));
  const planned = planWindow(plan, holders.length, deadlines.drain + retransmissionMs(point), leadNs);
  const window = { ...planned, ...(probePorts && { probePorts }) };
  const [fromNs, toNs] = window.windowNs;
  const phase = () => (nowNs() < fromNs ? 'warm-up' : nowNs() < toNs ? 'measure' : 'drain');
  const limits = { phase, deadlineMs: (window.giveUpNs - nowNs()) / 1e6 + deadlines.measure };
  // The quiet between two events reaches the clients' side half an RTT later.
  const oneWayNs = ((point.rttMs ?? 0) / 2) * 1e6;
  const clientWindow = { ...window, windowNs: [fromNs + oneWayNs, toNs + oneWayNs] as const };
  const watching = new AbortController();
  const watchSignal = AbortSignal.any([signal, watching.signal]);
  const listenMs = deadlines.hello + deadlines.listen;
  const serveOptions = { server, openServer, listenParams, listening, listenMs, window, limits };
  const measuring = Promise.all([
    serve(serveOptions, restarts?.kills ?? 0, watchSignal),
    Promise.all(holders.map(({ worker }) => worker.call('measure', clientWindow, limits))),
    relay?.call('measure', clientWindow, limits),
    link?.call('measure', window, limits),
  ]);
  const watchedProcesses = {
    server: server.pid,
    probe: plan.probeClients > 0 ? processes.probe?.pid : undefined,
    link: link?.pid,
    crowd: [...(crowdPolicy === 'idle' ? [] : yielding), ...connected.flatMap(({ pids = [] }) => pids)],
  };
  const watched = watchWindow(window, plan, listening.url, context, watchedProcesses, watchSignal);
  const [served, received, relayed, linked] = await measuring.catch((error) => {
    watching.abort();
    throw error;
  });

  // Before anything closes: the kernel forgets a socket's count with the socket.
  const { disturbance, ...systemCounts } = await watched;
  const closing = { phase: 'close', deadlineMs: deadlines.close };
  const clientsClosed = await Promise.all(holders.map(({ worker }) => worker.call('close', {}, closing)));
  await sendKeys(clientsClosed);
  const relayClosed = await relay?.call('close', {}, closing);
  const linkClosed = await link?.call('close', {}, closing);
  const serverClosed = await served.server.call('close', {}, closing);
  const probed = received[probeAt];
  return {
    listening,
    options: { ...listening.options, ...connected[0]?.options },
    window,
    server: served.measured,
    deathsNs: served.deathsNs,
    workers: received.filter((_, index) => index !== probeAt),
    probe: probed && reader && { ...probed, clients: plan.probeClients, reader, crowdPolicy },
    serverClosed,
    clientsClosed,
    relay: relayed && relayClosed && tap && { ...relayed, ...relayClosed, clients: tap.clients },
    link: linked && linkClosed && { ...linked, ...linkClosed },
    pinning: laboratory.pinning,
    arrivals: plan.arrivals,
    ...systemCounts,
    disturbance,
  };
}

/** The link and the relay, where the plan has them, between clients and server. */
async function openDetours(
  { lane, point, seed, ledgerClients }: CellPlan,
  { url }: Listening,
  processes: CellProcesses,
  deadlineMs: number,
) {
  const opening = { phase: 'listen', deadlineMs };
  const { clients: reading, rttMs, bandwidthBitsPerSecond, jitterMs } = point;
  const link = rttMs === undefined ? undefined : processes.link;
  const via = await link?.call('open', { url, seed, rttMs: rttMs ?? 0, bandwidthBitsPerSecond, jitterMs }, opening);
  const relay = ledgerClients === 0 ? undefined : processes.relay;
  const tapAt = await relay?.call('open', { url, format: wireFormatOf(lane), via }, opening);
  const tapped = Math.min(ledgerClients, reading);
  const tap = tapAt && { ...tapAt, clients: tapped, ofClients: reading, areTimed: tapped === reading };
  return { relay, link, tap, via };
}

/**
 * CPU of the server at the plan's rate of events without a client; undefined where the plan does not ask for it. Of several parts
 * of the window the one in the middle: without subscribers the feed's code is compiled anew, which takes a part or two 4 ms more.
 */
export async function measureFloor(
  plan: CellPlan,
  { server, network }: CellProcesses,
  deadlines: typeof DEADLINES_MS,
): Promise<CompletedCell['floor']> {
  const { floorSeconds, lane, point } = plan;
  if (floorSeconds === 0) return undefined;
  const within = (deadlineMs: number) => ({ phase: 'floor', deadlineMs });
  const silent: CellPlan = {
    ...plan,
    procedure: 'deliver',
    lane: { id: lane.id, options: lane.options, wire: lane.wire, events: lane.events },
    rehearsalSeconds: 0,
  };
  // As in a rehearsal the heap is not read.
  const listenParams = { ...baseListenParams(silent, network), isRehearsal: true };
  await server.call('listen', listenParams, within(deadlines.listen));
  await server.call('collect', {}, within(deadlines.listen));
  const startNs = nowNs() + FLOOR.leadNs;
  const fromNs = startNs + FLOOR.warmupNs;
  const windowNs = [fromNs, fromNs + floorSeconds * 1e9] as const;
  const events = Math.ceil(((windowNs[1] - startNs) / 1e9) * point.eventsPerSecond);
  const limits = within((windowNs[1] - nowNs()) / 1e6 + deadlines.measure);
  const { parts } = await server.call('measureFloor', { startNs, windowNs, events, parts: FLOOR.parts }, limits);
  await server.call('close', {}, within(deadlines.close));
  const byShare = parts.toSorted((a, b) => a.cpuUs / a.elapsedUs - b.cpuUs / b.elapsedUs);
  return byShare[Math.floor(parts.length / 2)];
}

interface SystemCounts extends Pick<Measurements, 'segments' | 'packets'> {
  /** Waited for when the take is over: a watcher answers when it next wakes up. */
  readonly disturbance: Promise<Disturbance>;
}

const UNKNOWN: Disturbance = {
  cpuPressure: null,
  steal: null,
  throttled: null,
  runDelay: { server: null, probe: null },
  sleepers: [],
  exceeded: [],
};

/**
 * System figures of the window: what others took of the machine, and the kernel's counts of segments and packets at its two
 * ends. Segments are undefined where the system has no count, and for too many sockets; packets without a network of the
 * cell's own.
 */
async function watchWindow(
  { windowNs }: MeasureParams,
  { point }: CellPlan,
  url: string,
  { laboratory, processes: { network } }: TakeContext,
  watchedProcesses: WatchedProcesses,
  signal: AbortSignal,
): Promise<SystemCounts> {
  const { readSegments, watchMachine } = laboratory;
  const port = Number(new URL(url).port);
  const isWatched = point.clients <= MAX_WATCHED_SOCKETS;
  const read = () =>
    Promise.all([network?.readPackets(signal), isWatched ? readSegments(port, signal, network) : undefined]);
  const pair = <Count>(before: Count | undefined, after: Count | undefined) => before && after && { before, after };
  try {
    await sleepUntil(windowNs[0], signal);
    const endWatch = watchMachine(watchedProcesses);
    const [packets, segments] = await read();
    await sleepUntil(windowNs[1], signal);
    const disturbance = endWatch();
    const [packetsAfter, segmentsAfter] = await read();
    return { disturbance, segments: pair(segments, segmentsAfter), packets: pair(packets, packetsAfter) };
  } catch {
    // Only an abort gets here, and no cell is recorded then.
    return { disturbance: Promise.resolve(UNKNOWN), segments: undefined, packets: undefined };
  }
}
