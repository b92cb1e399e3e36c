/** One cell, phase by phase: rehearsal → listen → connect → warm-up → measure → drain → close. */

import type {
  ConnectAsk,
  FeedSpec,
  LinkCalls,
  ListenAsk,
  Listening,
  MeasureAsk,
  MessagesAsk,
  RelayCalls,
  ServerCalls,
  WorkerCalls,
} from '../contract/child.ts';
import type { Cell, CompletedCell, Point } from '../contract/result.ts';
import { slotsTogether } from '../contract/slots.ts';
import { checkSharedClock, nowNs, sleepUntil } from '../measure/clock.ts';
import { collectOwnGarbage } from '../measure/own-garbage.ts';
import type { Network } from '../network/netem/network.ts';
import { type Measurements, recordCell } from '../record/cell-record.ts';
import type { CellPlan } from './cell-plan.ts';
import { type CallLimits, type Channel, Child, ChildFailure, causeOf } from './child.ts';
import { HELD_EVENTS_PER_SECOND, heldWindows, planHeldWindow } from './held-events.ts';
import type { Deadlines, Laboratory } from './laboratory.ts';
import { REOPENINGS, rehearsalOf } from './rehearsal.ts';
import { recoveryMs, restartsOf, serve } from './restarts.ts';
import { eventWaitMs, openingMs, repeatsMs } from './waits.ts';
import { warmupOf } from './warmup.ts';

const DEADLINES_MS: Deadlines = {
  hello: 10_000,
  listen: 10_000,
  connect: 60_000,
  drain: 5_000,
  measure: 10_000,
  close: 15_000,
};

/** Asking the kernel about more sockets than this would disturb what is measured. */
const MAX_WATCHED_SOCKETS = 2_000;
/** From the call to the feed's start: every process must have read the message by then, behind whatever its clients say. */
const LEAD_NS = { cell: 200e6, rehearsal: 100e6 };

/** @returns the cell, completed or failed. Never rejects for what a child did; rejects when `signal` aborts. */
export async function runCell(plan: CellPlan, laboratory: Laboratory, signal: AbortSignal): Promise<Cell> {
  signal.throwIfAborted();
  const children: Child<AnyCalls>[] = [];
  const open = <Calls extends AnyCalls>(name: string, channel: Channel): Child<Calls> => {
    const child = new Child<Calls>(name, channel);
    children.push(child);
    return child;
  };
  const killAll = () => Promise.all(children.map((child) => child.kill()));
  signal.addEventListener('abort', killAll, { once: true });
  let network: Network | undefined;
  try {
    network = plan.point.link === undefined ? undefined : laboratory.openNetwork(plan.point);
    const openServer = () => open<ServerCalls>('server', laboratory.openServer(network));
    const server = openServer();
    const workers = Array.from({ length: Math.min(laboratory.workers, plan.point.clients) }, (_, index) =>
      open<WorkerCalls>(`worker ${index + 1}`, laboratory.openWorker(index, network)),
    );
    const relay = plan.ledgerClients > 0 ? open<RelayCalls>('relay', laboratory.openRelay(network)) : undefined;
    const isFar = plan.point.rttMs !== undefined;
    const link = isFar && !network ? open<LinkCalls>('link', laboratory.openLink()) : undefined;
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
  { network, server, openServer, workers, relay, link }: Site,
): Promise<CompletedCell> {
  const { lane, point, seed } = plan;
  const deadlines = laboratory.deadlinesMs ?? DEADLINES_MS;

  const children = [server, ...workers, relay, link].flatMap((child) => child ?? []);
  await Promise.all(children.map((child) => sayHello(child, laboratory.nodeVersion, deadlines.hello)));
  const address = network && { address: network.address };
  const rehearsed = await rehearse(plan, { server, workers }, address, deadlines);
  network?.impose();
  const opening = { phase: 'listen', deadlineMs: deadlines.listen };
  const listenAsk = {
    lane: lane.id,
    options: lane.options,
    feed: feedOf(plan),
    certificate: rehearsed?.certificate,
    ...address,
  };
  const listening = await server.call('listen', listenAsk, opening);
  const { url } = listening;
  const { clients: reading, rttMs = 0, bandwidthBitsPerSecond, jitterMs } = point;
  const via = await link?.call('open', { url, seed, rttMs, bandwidthBitsPerSecond, jitterMs }, opening);
  const tapAt = await relay?.call('open', { url, protocol: lane.wire, via }, opening);
  const tapped = Math.min(plan.ledgerClients, reading);
  const tap = tapAt && { ...tapAt, clients: tapped, ofClients: reading, areTimed: tapped === reading };
  const restarts = restartsOf(plan);
  const connectAsk = {
    ...asked(plan, listening),
    via,
    tap,
    ...(restarts && { reconnect: restarts.reconnect }),
  };
  const connecting = { phase: 'connect', deadlineMs: deadlines.connect + openingMs(point) + repeatsMs(point) };
  const connected = await openClients(workers, point, connectAsk, connecting);

  // What is within TLS can be read along with only by its secrets.
  const readKeys = async (of: readonly { readonly keys: readonly string[] }[]) => {
    const lines = of.flatMap(({ keys }) => keys);
    if (lines.length > 0) await relay?.call('keys', { lines }, opening);
  };
  await readKeys(connected);

  const settled = [
    server.call('settle', {}, connecting),
    ...workers.map((worker) => worker.call('settle', {}, connecting)),
  ];
  collectOwnGarbage();
  await Promise.all(settled);
  const ask = planWindow(plan, workers.length, deadlines.drain + repeatsMs(point));
  const phase = () => (nowNs() < ask.windowNs[0] ? 'warm-up' : nowNs() < ask.windowNs[1] ? 'measure' : 'drain');
  const limits = { phase, deadlineMs: (ask.giveUpNs - nowNs()) / 1e6 + deadlines.measure };
  // On the clients' side of the distance the quiet between two events comes later.
  const there = { ...ask, windowNs: later(ask.windowNs, rttMs / 2) };
  const watching = new AbortController();
  const going = AbortSignal.any([signal, watching.signal]);
  const listenMs = deadlines.hello + deadlines.listen;
  const serving = { server, openServer, listenAsk, listening, listenMs, ask, limits };
  const measuring = Promise.all([
    serve(serving, restarts?.kills ?? 0, going),
    Promise.all(workers.map((worker) => worker.call('measure', there, limits))),
    relay?.call('measure', there, limits),
    link?.call('measure', ask, limits),
  ]);
  const watched = watchWindow(ask, plan, url, { ...laboratory, network }, going);
  const [served, received, relayed, linked] = await measuring.catch((error) => {
    watching.abort();
    throw error;
  });

  // Before anything closes: the kernel forgets a socket's count with the socket.
  const seen = await watched;
  const closing = { phase: 'close', deadlineMs: deadlines.close };
  const workersClosed = await Promise.all(workers.map((worker) => worker.call('close', {}, closing)));
  await readKeys(workersClosed);
  const relayClosed = await relay?.call('close', {}, closing);
  const linkClosed = await link?.call('close', {}, closing);
  const serverClosed = await served.server.call('close', {}, closing);
  return recordCell(identity(plan), {
    listening,
    options: { ...listening.options, ...connected[0]?.options },
    ask,
    server: served.measured,
    deathsNs: served.deathsNs,
    workers: received,
    serverClosed,
    workersClosed,
    relay: relayed && relayClosed && { ...relayed, ...relayClosed, clients: tapped },
    link: linked && linkClosed && { ...linked, ...linkClosed },
    pinning: laboratory.pinning,
    ...seen,
  });
}

/** What all clients of a cell are asked, wherever they go. */
function asked({ procedure, lane, point, seed }: CellPlan, { url, certificate }: Listening) {
  const { headers, clients: firstStalled } = point;
  return {
    procedure,
    lane: lane.id,
    options: lane.options,
    url,
    certificate: certificate?.cert,
    seed,
    headers,
    firstStalled,
  };
}

/** Each worker its share. */
function openClients(
  workers: Site['workers'],
  { clients, stalledClients }: Point,
  ask: Omit<ConnectAsk, keyof ReturnType<typeof share>>,
  limits: CallLimits,
) {
  return Promise.all(
    workers.map((worker, index) =>
      worker.call('connect', { ...ask, ...share(clients, workers.length, index, stalledClients) }, limits),
    ),
  );
}

/** @returns what the server listened as; undefined without a rehearsal */
async function rehearse(
  plan: CellPlan,
  { server, workers }: Pick<Site, 'server' | 'workers'>,
  address: Pick<ListenAsk, 'address'> | undefined,
  deadlines: Deadlines,
): Promise<Listening | undefined> {
  const rehearsal = rehearsalOf(plan, workers.length);
  if (!rehearsal) return undefined;
  const { lane, point } = rehearsal;
  const within = (deadlineMs: number) => ({ phase: 'rehearsal', deadlineMs });
  const isRehearsal = true;
  const listenAsk = { lane: lane.id, options: lane.options, feed: feedOf(rehearsal), isRehearsal, ...address };
  const listening = await server.call('listen', listenAsk, within(deadlines.listen));
  const connectAsk = { ...asked(rehearsal, listening), via: undefined, tap: undefined, isRehearsal };
  const openAll = () => openClients(workers, point, connectAsk, within(deadlines.connect));
  const closeAll = () => Promise.all(workers.map((worker) => worker.call('close', {}, within(deadlines.close))));
  await openAll();
  const ask = planWindow(rehearsal, workers.length, deadlines.drain, LEAD_NS.rehearsal);
  const measuring = within((ask.giveUpNs - nowNs()) / 1e6 + deadlines.measure);
  await Promise.all([
    server.call('measure', ask, measuring),
    ...workers.map((worker) => worker.call('measure', ask, measuring)),
  ]);
  await closeAll();
  for (let turn = 0; turn < REOPENINGS; turn++) {
    await openAll();
    await closeAll();
  }
  await server.call('close', {}, within(deadlines.close));
  return listening;
}

/** Where a cell is measured, and by whom. */
interface Site {
  /** Undefined on the loopback. */
  readonly network: Network | undefined;
  readonly server: Child<ServerCalls>;
  readonly openServer: () => Child<ServerCalls>;
  readonly workers: readonly Child<WorkerCalls>[];
  readonly relay: Child<RelayCalls> | undefined;
  readonly link: Child<LinkCalls> | undefined;
}

/**
 * What the system tells of the window: the machine's noise, and the kernel's counts of segments and packets at its two ends.
 * Segments are undefined where it does not tell, and for too many sockets; packets without a network of the cell's own.
 */
async function watchWindow(
  { windowNs }: MeasureAsk,
  { point }: CellPlan,
  url: string,
  { readSegments, watchNoise, network }: Pick<Laboratory, 'readSegments' | 'watchNoise'> & Pick<Site, 'network'>,
  signal: AbortSignal,
): Promise<Pick<Measurements, 'segments' | 'packets' | 'noise'>> {
  const port = Number(new URL(url).port);
  const read = async () => {
    const isWatched = point.clients <= MAX_WATCHED_SOCKETS;
    const [packets, segments] = await Promise.all([
      network?.readPackets(signal),
      isWatched ? readSegments(port, signal, network) : undefined,
    ]);
    return { packets, segments };
  };
  try {
    await sleepUntil(windowNs[0], signal);
    const endNoise = watchNoise();
    const before = await read();
    await sleepUntil(windowNs[1], signal);
    const noise = endNoise();
    const after = await read();
    return {
      noise,
      segments: before.segments && after.segments && { before: before.segments, after: after.segments },
      packets: before.packets && after.packets && { before: before.packets, after: after.packets },
    };
  } catch {
    // Only an abort: then there is no cell to tell of.
    return { noise: { cpuPressure: null, steal: null, throttled: null }, segments: undefined, packets: undefined };
  }
}

/** What every child can be asked. */
type AnyCalls = Pick<ServerCalls, 'hello'>;

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

/**
 * The measured window is a range of events, or, where none are published, of messages from clients; its ends lie in the quiet
 * part of a slot, when none is on its way.
 */
function planWindow(plan: CellPlan, workers: number, drainMs: number, leadNs = LEAD_NS.cell): MeasureAsk {
  const { lane, point, jitter, windowSeconds } = plan;
  const { eventsPerSecond, messagesPerSecond = 0, payloadBytes } = point;
  const startNs = nowNs() + leadNs;
  const held = heldWindows[plan.procedure]?.(plan, workers);
  if (held) return planHeldWindow(plan, held, startNs, drainMs);
  const waitMs = eventWaitMs(lane, point);
  const slotsPerSecond = eventsPerSecond > 0 ? eventsPerSecond : messagesPerSecond;
  const slotNs = slotsPerSecond > 0 ? 1e9 / slotsPerSecond : 0;
  const together = slotsTogether(jitter);
  const quietNs = ((together - jitter) / 2) * slotNs;
  const warmup = warmupOf(plan);
  const windowSlots = together * Math.max(1, Math.round((windowSeconds * slotsPerSecond) / together));
  const fromNs = startNs + warmup.seconds * 1e9 - quietNs;
  const windowNs = [fromNs, fromNs + (slotNs > 0 ? windowSlots * slotNs : windowSeconds * 1e9)] as const;
  return {
    startNs,
    warmupEvents: eventsPerSecond > 0 ? warmup.slots : 0,
    windowEvents: eventsPerSecond > 0 ? windowSlots : 0,
    windowNs,
    giveUpNs: windowNs[1] + (waitMs + recoveryMs(plan) + drainMs) * 1e6,
    payloadBytes,
    ...(messagesPerSecond > 0 && { messages: messagesOf(messagesPerSecond, startNs, windowNs, jitter) }),
  };
}

/** A whole number of them over the window, and as many as fit before it; one at the least, since it opens what it needs. */
function messagesOf(perSecond: number, startNs: number, windowNs: MeasureAsk['windowNs'], jitter: number): MessagesAsk {
  const [fromNs, toNs] = windowNs;
  const window = Math.max(1, Math.round(((toNs - fromNs) / 1e9) * perSecond));
  const warmup = Math.max(1, Math.round(((fromNs - startNs) / (toNs - fromNs)) * window));
  return { warmup, window, jitter };
}

function later([fromNs, toNs]: MeasureAsk['windowNs'], ms: number): MeasureAsk['windowNs'] {
  return [fromNs + ms * 1e6, toNs + ms * 1e6];
}

/** Bytes of the past that are held for any lane, and events. */
const RING = { events: 4_096, bytes: 16 * 1024 * 1024 };

/**
 * The feed, with a past long enough for a client that waits as long as lane and distance let it, four times over, and longer by
 * what comes in a hurry meanwhile.
 */
function feedOf(plan: CellPlan): FeedSpec {
  const { lane, point, seed, jitter } = plan;
  const { payloadBytes } = point;
  const eventsPerSecond = heldWindows[plan.procedure] ? HELD_EVENTS_PER_SECOND : point.eventsPerSecond;
  const hurry = heldWindows[plan.procedure] ? undefined : warmupOf(plan).hurry;
  const waitSeconds = (eventWaitMs(lane, point) + recoveryMs(plan)) / 1e3;
  const waiting = Math.ceil(waitSeconds * eventsPerSecond * 4) + (hurry?.events ?? 0);
  const ring = { events: Math.max(RING.events, waiting), bytes: Math.max(RING.bytes, waiting * payloadBytes) };
  return { eventsPerSecond, payloadBytes, seed, jitter, hurry, ring };
}

/** A worker's part of the clients, as even as it goes. Those that stop reading are the last one's: all others' stay the same. */
export function share(
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
  return { lane: lane.id, scenario, point, round, order };
}

function failedCell(plan: CellPlan, error: unknown): Cell {
  const failure = error instanceof ChildFailure ? error : undefined;
  return {
    ...identity(plan),
    state: 'failed',
    phase: failure?.phase ?? 'start',
    error: {
      message: error instanceof Error ? error.message : String(error),
      code: failure?.code ?? null,
      signal: failure?.signal ?? null,
    },
    warnings: [],
  };
}
