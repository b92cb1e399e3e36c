/** Pure: what the processes of a cell measured becomes the cell's record. */

import type {
  DeliveryCount,
  LinkClosed,
  LinkMeasured,
  Listening,
  MeasureParams,
  RelayClosed,
  RelayMeasured,
  ServerClosed,
  ServerMeasured,
  WireReading,
  WorkerClosed,
  WorkerMeasured,
} from '../contract/calls.ts';
import type { PacketCount } from '../contract/child.ts';
import { type LedgerCount, sumOf } from '../contract/ledger.ts';
import {
  type Arrivals,
  type CompletedCell,
  completedCellSchema,
  type Disturbance,
  type Ledger,
  type Link,
  type Netem,
  type Packets,
  type Point,
} from '../contract/result.ts';
import type { Pinning } from '../machine/cores.ts';
import { headerBytesPerSegment, isSteady, type SegmentCount } from '../machine/packets.ts';
import { sumWire } from '../measure/byte-meter.ts';
import { mergeLatency } from '../measure/latency.ts';
import { countBrowser, recordBrowser } from './browser-record.ts';
import { divideLatency } from './latency-parts.ts';
import { recordLoad, sum } from './load-record.ts';
import { type HeapReading, memorySlope } from './memory-slope.ts';
import { recordRecovery } from './recovery-record.ts';
import { cellWarnings } from './warnings/warnings.ts';

export interface Measurements {
  readonly listening: Listening;
  /** What both halves of the transport ran with, defaults filled in. */
  readonly options: CompletedCell['options'];
  readonly window: MeasureParams;
  /** When servers were killed; all other readings of a server are the last one's. */
  readonly deathsNs: readonly number[];
  readonly server: ServerMeasured;
  /** The same server at the same rate of events with fewer clients; undefined where that was not measured. */
  readonly floor: CompletedCell['floor'];
  /** Those that hold the crowd, or, without a probe, all clients. */
  readonly workers: readonly WorkerMeasured[];
  readonly probe: (WorkerMeasured & NonNullable<CompletedCell['probes']>) | undefined;
  readonly serverClosed: ServerClosed;
  /** Of workers and probe. */
  readonly clientsClosed: readonly WorkerClosed[];
  /** undefined where it read along with no client. */
  readonly relay: (RelayMeasured & RelayClosed & { readonly clients: number }) | undefined;
  /** undefined where the point has no distance, or the kernel gives it. */
  readonly link: (LinkMeasured & LinkClosed) | undefined;
  readonly segments: { readonly before: SegmentCount; readonly after: SegmentCount } | undefined;
  /** What the kernel's link counted; undefined without one. */
  readonly packets: { readonly before: PacketCount; readonly after: PacketCount } | undefined;
  readonly pinning: Pinning;
  readonly arrivals: Arrivals;
  readonly disturbance: Disturbance;
  /** Of the server, at several numbers of clients; none where that was not read. */
  readonly heap: readonly HeapReading[];
}

type Identity = Pick<CompletedCell, 'lane' | 'scenario' | 'point' | 'round' | 'order' | 'attempt'>;

/** @throws Error when what was measured can't be: a clock that runs backwards, a number that the schema refuses */
export function recordCell(identity: Identity, measured: Measurements): CompletedCell {
  const { listening, window, server, workers, probe, floor, pinning } = measured;
  const holders = [...workers, ...(probe ? [probe] : [])];
  const timed = probe ? [probe] : workers;
  const cell = {
    ...identity,
    state: 'completed' as const,
    url: listening.url,
    options: measured.options,
    window: {
      warmupEvents: window.warmupEvents,
      events: window.windowEvents,
      seconds: (window.windowNs[1] - window.windowNs[0]) / 1e9,
    },
    delivery: sumDelivery(holders),
    latency: mergeLatency(timed.flatMap(({ latency }) => latency)),
    ...(probe && recordProbes(measured, probe)),
    halvesP50Us: [medianOfHalf(timed, 0), medianOfHalf(timed, 1)] as [number, number],
    feed: {
      achievedEventsPerSecond: server.achievedEventsPerSecond,
      lagP50Us: server.lag.p50Us,
      lagP95Us: server.lag.p95Us,
      lagP99Us: server.lag.p99Us,
      lagMaxUs: server.lag.maxUs,
    },
    wire: recordWire(measured, identity),
    ...(measured.link && { link: recordLink(measured.link, identity.point) }),
    ...(measured.packets && { netem: recordNetem(measured.packets) }),
    ...(measured.deathsNs.length > 0 && { recovery: recordRecovery(measured.deathsNs, workers) }),
    ...recordLoad(workers),
    ...recordBrowser(measured),
    ...(server.polls && { polls: recordPolls(server.polls) }),
    server: server.usage,
    ...(floor && { floor }),
    ...(measured.heap.length > 0 && { memory: recordMemory(measured.heap) }),
    disturbance: measured.disturbance,
    cutOffClients: measured.serverClosed.cutOffClients,
    workers: workers.map(({ usage }) => usage),
  };
  const negativeLatencies = sum(holders, (holder) => holder.negativeLatencies);
  if (negativeLatencies > 0) {
    throw new Error(
      `${negativeLatencies} deliveries came before their event was due: the processes do not share a clock`,
    );
  }
  const problems = holders.flatMap(({ firstProblem }) => firstProblem ?? []);
  const warnings = cellWarnings({ cell, pinning, problems, arrivals: measured.arrivals });
  return completedCellSchema.parse({ ...cell, warnings });
}

/** What the probe adds to the latency of its clients: what it is made of, and that of the crowd beside it. */
function recordProbes(
  { server, workers, window }: Measurements,
  probe: NonNullable<Measurements['probe']>,
): Pick<CompletedCell, 'probes' | 'latencyParts' | 'libraryLatency'> {
  const { clients, reader, crowdPolicy, probed } = probe;
  const crowd = workers.filter(({ browser }) => !browser).flatMap(({ latency }) => latency);
  const divided = server.stamps && probed && divideLatency(server.stamps, probed, window.startNs);
  return {
    probes: { clients, reader, crowdPolicy, ...(divided && { clientQueueP50Us: divided.clientP50Us }) },
    ...(divided && { latencyParts: divided.means }),
    ...(crowd.length > 0 && { libraryLatency: mergeLatency(crowd) }),
  };
}

function recordMemory(heap: readonly HeapReading[]): CompletedCell['memory'] {
  const unknown = { perClientBytes: null, low: null, high: null };
  return { readings: [...heap], ...(memorySlope(heap) ?? unknown) };
}

function recordPolls({
  parked,
  queued,
  answered,
  empty,
}: NonNullable<ServerMeasured['polls']>): CompletedCell['polls'] {
  return {
    answered,
    empty,
    ...(parked !== undefined && { parkedDeliveries: parked }),
    ...(queued !== undefined && { queuedDeliveries: queued }),
  };
}

function recordWire(measured: Measurements, { point, round }: Identity): CompletedCell['wire'] {
  const { clients, stalledClients } = point;
  const { server, workers, probe, serverClosed, clientsClosed, relay, segments } = measured;
  const holders = [...workers, ...(probe ? [probe] : [])];
  const windowDeliveries = sum(holders, (holder) => holder.windowDeliveries);
  const window = { server: server.wire, clients: sumWire(holders.map(({ wire }) => wire)) };
  const counted = [...clientsClosed.map(({ wire }) => wire), ...countBrowser(measured)];
  const cell = { server: serverClosed.wire, clients: sumWire(counted) };
  // Where every client is behind the relay, its reading of the window is taken: it falls between two polls, never into one.
  const whole = relay?.clients === clients ? relay.window : undefined;
  const { sentBytes, receivedBytes } = window.clients;
  const windowBytes = whole ? sumOf(whole.up) + sumOf(whole.down) : sentBytes + receivedBytes;
  const deliveries = whole ? whole.events : windowDeliveries;
  const perDelivery = (amount: number) => (deliveries > 0 ? amount / deliveries : 0);
  const wire = { window, windowDeliveries, cell, perDeliveryBytes: perDelivery(windowBytes) };
  return {
    ...wire,
    ...(relay && {
      ledger: {
        ...recordLedger(relay, whole && !stalledClients ? cell : undefined, eventsPerClient(measured)),
        // The same in each round but for the events: one is enough.
        ...(whole && round === 1 && recordSamples(relay)),
      },
    }),
    // Segments of a socket that is not read, and of a server that was killed, belong to no delivery.
    ...(segments &&
      isSteady(segments.before, segments.after) &&
      measured.deathsNs.length === 0 &&
      !stalledClients && { packets: recordPackets(segments, windowBytes, perDelivery) }),
  };
}

/**
 * Events that each client got over the cell, warm-up included; undefined where clients differ: where they come and go, ask as
 * fast as they are answered, or lose some.
 */
function eventsPerClient({ window, workers, probe, deathsNs }: Measurements): number | undefined {
  const holders = [...workers, ...(probe ? [probe] : [])];
  const { expected, missing, unexpected, duplicated } = sumDelivery(holders);
  const isOfAll = expected > 0 && missing + unexpected + duplicated === 0 && deathsNs.length === 0;
  const isOwn = holders.some(({ opened, closedLoops }) => opened || closedLoops);
  return isOfAll && !isOwn ? window.warmupEvents + window.windowEvents : undefined;
}

/**
 * @param ends what both ends counted, where every connection was read along with
 * @param events that each client was given over the cell; undefined where that is not known
 */
function recordLedger(
  relay: NonNullable<Measurements['relay']>,
  ends: CompletedCell['wire']['cell'] | undefined,
  events: number | undefined,
): Ledger {
  const { window, cell, clientSide, serverSide } = relay;
  // The relay's two sides, and both ends, saw the same bytes: it receives upwards where the clients send.
  const residual = (toRelay: WireReading, fromRelay: WireReading, layers: number, ...counts: (number | undefined)[]) =>
    Math.max(
      ...[toRelay.receivedBytes, fromRelay.sentBytes, ...counts].map((count = layers) => Math.abs(count - layers)),
    );
  const up = residual(clientSide, serverSide, sumOf(cell.up), ends?.clients.sentBytes, ends?.server.receivedBytes);
  const down = residual(serverSide, clientSide, sumOf(cell.down), ends?.server.sentBytes, ends?.clients.receivedBytes);
  return {
    clients: relay.clients,
    window: ledgerCount(window),
    cell: ledgerCount(cell),
    ...(events !== undefined && { deliveries: relay.clients * events + cell.messagesUp }),
    residualBytes: up + down,
    problems: [...cell.problems],
    relay: { cpuShare: relay.cpuShare, elapsedUs: relay.elapsedUs },
  };
}

function recordSamples({ samples }: RelayClosed): Pick<Ledger, 'samples'> {
  return samples.length > 0 ? { samples: samples as NonNullable<Ledger['samples']> } : {};
}

function recordLink(
  { lateness, clientSide, serverSide, cpuShare, elapsedUs }: LinkMeasured & LinkClosed,
  point: Point,
): Link {
  const { rttMs = 0, bandwidthBitsPerSecond, jitterMs } = point;
  return {
    rttMs,
    ...(bandwidthBitsPerSecond !== undefined && { bandwidthBitsPerSecond }),
    ...(jitterMs !== undefined && { jitterMs }),
    lateness,
    residualBytes:
      Math.abs(clientSide.receivedBytes - serverSide.sentBytes) +
      Math.abs(serverSide.receivedBytes - clientSide.sentBytes),
    cpuShare,
    elapsedUs,
  };
}

function recordNetem({ before, after }: NonNullable<Measurements['packets']>): Netem {
  const within = (direction: keyof PacketCount) => ({
    sentPackets: after[direction].sent - before[direction].sent,
    droppedPackets: after[direction].dropped - before[direction].dropped,
  });
  return { up: within('up'), down: within('down') };
}

function ledgerCount(count: LedgerCount): Ledger['window'] {
  const { up, down, tlsHandshake, events, cycles, emptyCycles, frames, headBlocks } = count;
  const hasFrames = Object.keys({ ...frames.up, ...frames.down }).length > 0;
  return {
    up: { ...up },
    down: { ...down },
    ...(tlsHandshake.up + tlsHandshake.down > 0 && { tlsHandshake }),
    events,
    cycles: { ...cycles },
    emptyCycles: { ...emptyCycles },
    ...(hasFrames && { frames: { up: { ...frames.up }, down: { ...frames.down } } }),
    ...(headBlocks.length > 0 && { headBlocks: [...headBlocks] }),
  };
}

function recordPackets(
  { before, after }: NonNullable<Measurements['segments']>,
  windowBytes: number,
  perDelivery: (amount: number) => number,
): Packets {
  const sentSegments = after.sent - before.sent;
  const receivedSegments = after.received - before.received;
  const headerBytes = headerBytesPerSegment();
  return {
    sentSegments,
    receivedSegments,
    headerBytesPerSegment: headerBytes,
    perDelivery: perDelivery(sentSegments + receivedSegments),
    tcpIpBytesPerDelivery: perDelivery(windowBytes + (sentSegments + receivedSegments) * headerBytes),
  };
}

function sumDelivery(workers: readonly WorkerMeasured[]): DeliveryCount {
  const keys = Object.keys(completedCellSchema.shape.delivery.shape) as (keyof DeliveryCount)[];
  const sums = keys.map((key) => [key, sum(workers, ({ delivery }) => delivery[key])]);
  return Object.fromEntries(sums) as Record<keyof DeliveryCount, number>;
}

function medianOfHalf(workers: readonly WorkerMeasured[], half: 0 | 1): number {
  return mergeLatency(workers.map(({ latency }) => latency[half])).p50Us;
}
