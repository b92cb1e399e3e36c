/** One cell, phase by phase: listen → connect → warm-up → measure → drain → close. */

import { type Measurements, recordCell } from './cell-record.ts';
import { Child, ChildFailure, type Link } from './child.ts';
import type { FeedSpec, MeasureAsk, RelayCalls, ServerCalls, WorkerCalls } from './contract/child.ts';
import type { Lane } from './contract/lane.ts';
import type { Cell, CompletedCell, Point } from './contract/result.ts';
import { checkSharedClock, nowNs, sleepUntil } from './measure/clock.ts';
import type { SegmentCount } from './measure/packets.ts';
import type { Noise, Pinning } from './measure/warnings.ts';

export interface CellPlan {
  readonly lane: Pick<Lane, 'id' | 'options' | 'waitMs' | 'wire'>;
  readonly scenario: string;
  readonly point: Point;
  readonly round: number;
  /** Place in the run, from 1. */
  readonly order: number;
  readonly seed: number;
  readonly warmupSeconds: number;
  readonly windowSeconds: number;
  /** Share of a slot in which an event may fall, 0 to 1; the rest is quiet. */
  readonly jitter: number;
  /** How many clients the relay reads along with; 0 for no relay. */
  readonly ledgerClients: number;
}

/** Where a cell's processes come from. */
export interface Laboratory {
  readonly workers: number;
  readonly pinning: Pinning;
  openServer(): Link;
  openWorker(index: number): Link;
  openRelay(): Link;
  watchNoise(): () => Noise;
  readonly readSegments: (port: number, signal: AbortSignal) => Promise<SegmentCount | undefined>;
  /** @default DEADLINES_MS */
  readonly deadlinesMs?: Deadlines;
}

/** How long each call may take; the cell fails after it. */
export interface Deadlines {
  readonly hello: number;
  readonly listen: number;
  readonly connect: number;
  /** How long after the last event, and the lane's own wait, deliveries are waited for. */
  readonly drain: number;
  /** On top of what warm-up, window and drain take. */
  readonly measure: number;
  readonly close: number;
}

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
/** From the call to the feed's start: every process must have read the message by then. */
const LEAD_NS = { fixed: 200e6, perClient: 0.1e6 };

/** @returns the cell, completed or failed. Never rejects for what a child did; rejects when `signal` aborts. */
export async function runCell(plan: CellPlan, laboratory: Laboratory, signal: AbortSignal): Promise<Cell> {
  signal.throwIfAborted();
  const children: Child<AnyCalls>[] = [];
  const open = <Calls extends AnyCalls>(name: string, link: Link): Child<Calls> => {
    const child = new Child<Calls>(name, link);
    children.push(child);
    return child;
  };
  const killAll = () => Promise.all(children.map((child) => child.kill()));
  signal.addEventListener('abort', killAll, { once: true });
  try {
    const server = open<ServerCalls>('server', laboratory.openServer());
    const workers = Array.from({ length: Math.min(laboratory.workers, plan.point.clients) }, (_, index) =>
      open<WorkerCalls>(`worker ${index + 1}`, laboratory.openWorker(index)),
    );
    const relay = plan.ledgerClients > 0 ? open<RelayCalls>('relay', laboratory.openRelay()) : undefined;
    const cell = await runPhases(plan, laboratory, signal, { server, workers, relay });
    await Promise.all(children.map((child) => child.end()));
    return cell;
  } catch (error) {
    await killAll();
    signal.throwIfAborted();
    return failedCell(plan, error);
  } finally {
    signal.removeEventListener('abort', killAll);
  }
}

async function runPhases(
  plan: CellPlan,
  laboratory: Laboratory,
  signal: AbortSignal,
  { server, workers, relay }: Children,
): Promise<CompletedCell> {
  const { lane, point, seed } = plan;
  const deadlines = laboratory.deadlinesMs ?? DEADLINES_MS;

  await Promise.all([server, ...workers, ...(relay ? [relay] : [])].map((child) => sayHello(child, deadlines.hello)));
  const opening = { phase: 'listen', deadlineMs: deadlines.listen };
  const listenAsk = { lane: lane.id, options: lane.options, feed: feedOf(plan) };
  const listening = await server.call('listen', listenAsk, opening);
  const tapAt = await relay?.call('open', { url: listening.url, protocol: lane.wire }, opening);
  const { clients } = point;
  const tapped = plan.ledgerClients;
  const tap = tapAt && { ...tapAt, clients: tapped, ofClients: clients, areTimed: tapped === clients };
  const { url, certificate } = listening;
  const connectAsk = { lane: lane.id, options: lane.options, url, certificate, seed, headers: point.headers, tap };
  await workers[0]?.call('rehearse', { ...connectAsk, clients: 1, firstClient: 0 }, opening);
  await server.call('settle', {}, opening);
  const connected = await Promise.all(
    workers.map((worker, index) =>
      worker.call(
        'connect',
        { ...connectAsk, ...share(clients, workers.length, index) },
        { phase: 'connect', deadlineMs: deadlines.connect },
      ),
    ),
  );

  const ask = planWindow(plan, deadlines.drain);
  const phase = () => (nowNs() < ask.windowNs[0] ? 'warm-up' : nowNs() < ask.windowNs[1] ? 'measure' : 'drain');
  const limits = { phase, deadlineMs: (ask.giveUpNs - nowNs()) / 1e6 + deadlines.measure };
  const measuring = Promise.all([
    server.call('measure', ask, limits),
    Promise.all(workers.map((worker) => worker.call('measure', ask, limits))),
    relay?.call('measure', ask, limits),
  ]);
  const watching = new AbortController();
  const watched = watchWindow(ask, plan, listening.url, laboratory, AbortSignal.any([signal, watching.signal]));
  const [served, received, relayed] = await measuring.catch((error) => {
    watching.abort();
    throw error;
  });

  // Before anything closes: the kernel forgets a socket's count with the socket.
  const seen = await watched;
  const closing = { phase: 'close', deadlineMs: deadlines.close };
  const workersClosed = await Promise.all(workers.map((worker) => worker.call('close', {}, closing)));
  const relayClosed = await relay?.call('close', {}, closing);
  const serverClosed = await server.call('close', {}, closing);
  return recordCell(identity(plan), {
    listening,
    options: { ...listening.options, ...connected[0]?.options },
    ask,
    server: served,
    workers: received,
    serverClosed,
    workersClosed,
    relay: relayed && relayClosed && { ...relayed, ...relayClosed, clients: tapped },
    pinning: laboratory.pinning,
    ...seen,
  });
}

interface Children {
  readonly server: Child<ServerCalls>;
  readonly workers: readonly Child<WorkerCalls>[];
  readonly relay: Child<RelayCalls> | undefined;
}

/**
 * What the system tells of the window: the machine's noise, and the kernel's count of segments at its two ends. Segments are
 * undefined where it does not tell, and for too many sockets.
 */
async function watchWindow(
  { windowNs }: MeasureAsk,
  { point }: CellPlan,
  url: string,
  { readSegments, watchNoise }: Laboratory,
  signal: AbortSignal,
): Promise<Pick<Measurements, 'segments' | 'noise'>> {
  const port = Number(new URL(url).port);
  const read = async () => (point.clients > MAX_WATCHED_SOCKETS ? undefined : await readSegments(port, signal));
  try {
    await sleepUntil(windowNs[0], signal);
    const endNoise = watchNoise();
    const before = await read();
    await sleepUntil(windowNs[1], signal);
    const noise = endNoise();
    const after = await read();
    return { noise, segments: before && after && { before, after } };
  } catch {
    // Only an abort: then there is no cell to tell of.
    return { noise: { cpuPressure: undefined, steal: undefined }, segments: undefined };
  }
}

/** What every child can be asked. */
type AnyCalls = Pick<ServerCalls, 'hello'>;

async function sayHello(child: Child<AnyCalls>, deadlineMs: number): Promise<void> {
  const limits = { phase: 'start', deadlineMs };
  // Twice: the first answer waits for the process to start, the second brackets its clock closely.
  await child.call('hello', {}, limits);
  const beforeNs = nowNs();
  const hello = await child.call('hello', {}, limits);
  checkSharedClock(beforeNs, hello.nowNs, nowNs());
}

/** The measured window is a range of events; its ends lie in the quiet part of a slot, when none is on its way. */
function planWindow({ lane, point, jitter, warmupSeconds, windowSeconds }: CellPlan, drainMs: number): MeasureAsk {
  const { eventsPerSecond, clients, payloadBytes } = point;
  const waitMs = lane.waitMs?.(lane.options) ?? 0;
  const slotNs = 1e9 / eventsPerSecond;
  const quietNs = ((1 - jitter) / 2) * slotNs;
  // A lane that lets events wait must be in its steady state when the window begins.
  const warmupEvents = Math.max(1, Math.ceil(Math.max(warmupSeconds, waitMs / 1e3) * eventsPerSecond));
  const windowEvents = Math.max(1, Math.round(windowSeconds * eventsPerSecond));
  const startNs = nowNs() + LEAD_NS.fixed + LEAD_NS.perClient * clients;
  const windowNs = [
    startNs + warmupEvents * slotNs - quietNs,
    startNs + (warmupEvents + windowEvents) * slotNs - quietNs,
  ] as const;
  return {
    startNs,
    warmupEvents,
    windowEvents,
    windowNs,
    giveUpNs: windowNs[1] + (waitMs + drainMs) * 1e6,
    payloadBytes,
  };
}

/** Bytes of the past that are held for any lane, and events. */
const RING = { events: 4_096, bytes: 16 * 1024 * 1024 };

/** The feed, with a past long enough for a client that waits as long as its lane lets it, four times over. */
function feedOf({ lane, point: { eventsPerSecond, payloadBytes }, seed, jitter }: CellPlan): FeedSpec {
  const waiting = Math.ceil(((lane.waitMs?.(lane.options) ?? 0) / 1e3) * eventsPerSecond * 4);
  const ring = { events: Math.max(RING.events, waiting), bytes: Math.max(RING.bytes, waiting * payloadBytes) };
  return { eventsPerSecond, payloadBytes, seed, jitter, ring };
}

/** A worker's part of the clients, as even as it goes. */
export function share(clients: number, workers: number, index: number): { clients: number; firstClient: number } {
  const firstClient = Math.floor((clients * index) / workers);
  return { firstClient, clients: Math.floor((clients * (index + 1)) / workers) - firstClient };
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
