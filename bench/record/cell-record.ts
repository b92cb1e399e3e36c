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
  WorkerClosed,
  WorkerMeasured,
} from '../contract/calls.ts';
import type { PacketCount } from '../contract/child.ts';
import { type LedgerCount, sumOf } from '../contract/ledger.ts';
import {
  type CompletedCell,
  completedCellSchema,
  type Ledger,
  type Link,
  type Netem,
  type Noise,
  type Packets,
  type Point,
} from '../contract/result.ts';
import type { Pinning } from '../machine/cores.ts';
import { headerBytesPerSegment, isSteady, type SegmentCount } from '../machine/packets.ts';
import { sumWire } from '../measure/byte-meter.ts';
import { mergeLatency } from '../measure/latency.ts';
import { recordLoad } from './load-record.ts';
import { recordRecovery } from './recovery-record.ts';
import { cellWarnings } from './warnings/warnings.ts';

/** All that one cell's processes said. */
export interface Measurements {
  readonly listening: Listening;
  /** Of both halves of the transport, defaults filled in. */
  readonly options: CompletedCell['options'];
  readonly window: MeasureParams;
  /** When servers were killed; what else is told of a server is of the one that lived. */
  readonly deathsNs: readonly number[];
  readonly server: ServerMeasured;
  readonly workers: readonly WorkerMeasured[];
  readonly serverClosed: ServerClosed;
  readonly workersClosed: readonly WorkerClosed[];
  /** Of the clients that a relay read along with. */
  readonly relay: (RelayMeasured & RelayClosed & { readonly clients: number }) | undefined;
  /** Of a point with a distance. */
  readonly link: (LinkMeasured & LinkClosed) | undefined;
  readonly segments: { readonly before: SegmentCount; readonly after: SegmentCount } | undefined;
  /** Of a network of the cell's own. */
  readonly packets: { readonly before: PacketCount; readonly after: PacketCount } | undefined;
  readonly pinning: Pinning;
  readonly noise: Noise;
}

type Identity = Pick<CompletedCell, 'lane' | 'scenario' | 'point' | 'round' | 'order'>;

/** @throws Error when what was measured can't be: a clock that runs backwards, a number that the schema refuses */
export function recordCell(identity: Identity, measured: Measurements): CompletedCell {
  const { listening, window, server, workers, pinning } = measured;
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
    delivery: sumDelivery(workers),
    latency: mergeLatency(workers.flatMap(({ latency }) => latency)),
    halvesP50Us: [medianOfHalf(workers, 0), medianOfHalf(workers, 1)] as [number, number],
    feed: {
      achievedEventsPerSecond: server.achievedEventsPerSecond,
      lagP50Us: server.lag.p50Us,
      lagP95Us: server.lag.p95Us,
      lagP99Us: server.lag.p99Us,
      lagMaxUs: server.lag.maxUs,
    },
    wire: recordWire(measured, identity.point),
    ...(measured.link && { link: recordLink(measured.link, identity.point) }),
    ...(measured.packets && { netem: recordNetem(measured.packets) }),
    ...(measured.deathsNs.length > 0 && { recovery: recordRecovery(measured.deathsNs, workers) }),
    ...recordLoad(workers),
    ...(server.polls && {
      polls: { parkedDeliveries: server.polls.parked, queuedDeliveries: server.polls.queued },
    }),
    server: server.usage,
    noise: measured.noise,
    cutOffClients: measured.serverClosed.cutOffClients,
    workers: workers.map(({ usage }) => usage),
  };
  const negativeLatencies = sum(workers, (worker) => worker.negativeLatencies);
  if (negativeLatencies > 0) {
    throw new Error(
      `${negativeLatencies} deliveries came before their event was due: the processes do not share a clock`,
    );
  }
  const problems = workers.flatMap(({ firstProblem }) => firstProblem ?? []);
  const warnings = cellWarnings({ cell, pinning, problems });
  return completedCellSchema.parse({ ...cell, warnings });
}

function recordWire(measured: Measurements, { clients, stalledClients }: Point): CompletedCell['wire'] {
  const { server, workers, serverClosed, workersClosed, relay, segments } = measured;
  const windowDeliveries = sum(workers, (worker) => worker.windowDeliveries);
  const window = { server: server.wire, clients: sumWire(workers.map(({ wire }) => wire)) };
  const cell = { server: serverClosed.wire, clients: sumWire(workersClosed.map(({ wire }) => wire)) };
  // Where every client is behind the relay, its reading of the window is taken: it falls between two polls, never into one.
  const whole = relay?.clients === clients ? relay.window : undefined;
  const windowBytes = whole
    ? sumOf(whole.up) + sumOf(whole.down)
    : window.clients.sentBytes + window.clients.receivedBytes;
  const deliveries = whole ? whole.events : windowDeliveries;
  const perDelivery = (amount: number) => (deliveries > 0 ? amount / deliveries : 0);
  const wire = { window, windowDeliveries, cell, perDeliveryBytes: perDelivery(windowBytes) };
  return {
    ...wire,
    ...(relay && { ledger: recordLedger(relay, whole && !stalledClients ? cell : undefined) }),
    // A socket that is not read has segments of its own.
    ...(segments &&
      isSteady(segments.before, segments.after) &&
      measured.deathsNs.length === 0 &&
      !stalledClients && { packets: recordPackets(segments, windowBytes, perDelivery) }),
  };
}

/** @param ends what both ends counted, where every connection was read along with */
function recordLedger(
  relay: NonNullable<Measurements['relay']>,
  ends: CompletedCell['wire']['cell'] | undefined,
): Ledger {
  const { window, cell, clientSide, serverSide } = relay;
  const [up, down] = [sumOf(cell.up), sumOf(cell.down)];
  const ups = [
    clientSide.receivedBytes,
    serverSide.sentBytes,
    ...(ends ? [ends.clients.sentBytes, ends.server.receivedBytes] : []),
  ];
  const downs = [
    serverSide.receivedBytes,
    clientSide.sentBytes,
    ...(ends ? [ends.server.sentBytes, ends.clients.receivedBytes] : []),
  ];
  const residual = (counts: readonly number[], layers: number) =>
    Math.max(...counts.map((count) => Math.abs(count - layers)));
  return {
    clients: relay.clients,
    window: ledgerCount(window),
    cell: ledgerCount(cell),
    residualBytes: residual(ups, up) + residual(downs, down),
    problems: [...cell.problems],
    relay: { cpuShare: relay.cpuShare, elapsedUs: relay.elapsedUs },
  };
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
  const total = (key: keyof DeliveryCount) => sum(workers, ({ delivery }) => delivery[key]);
  return {
    expected: total('expected'),
    delivered: total('delivered'),
    missing: total('missing'),
    duplicated: total('duplicated'),
    outOfOrder: total('outOfOrder'),
    unexpected: total('unexpected'),
  };
}

function medianOfHalf(workers: readonly WorkerMeasured[], half: 0 | 1): number {
  return mergeLatency(workers.map(({ latency }) => latency[half])).p50Us;
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
