/** Rows of the table of metrics, of what is delivered: latency, bytes, and what the server takes for it. */

import { type LayerBytes, openingBytes } from '../../contract/ledger.ts';
import { type CompletedCell, connectedClients } from '../../contract/result.ts';
import { EVENTS_NEEDED, PERCENTILE_LABELS, PERCENTILE_SHARES, type Percentile } from '../percentiles.ts';
import { cpuEachUs } from './floor.ts';
import { BYTES, COUNTED, CPU, DURATION, MEMORY, type Merged, type Metric, type Shown, takes } from './metric.ts';

const DELIVERY = 'a delivery within the window';
const READ_ALONG = {
  needs: 'a relay that reads events along',
  samplesOf: ({ wire: { ledger } }: CompletedCell) => ledger?.window.events ?? 0,
};
/** Framing and heads stand before the bytes that they are part of. */
const BEFORE_THE_WHOLE = -1;

const LATENCIES: Readonly<Record<Percentile, Shown>> = {
  p50: {
    figures: ['latency', 'tradeoff', 'gap'],
    chart: chart('p50'),
    exported: { table: 'latency', figures: ['latency', 'tradeoff', 'isolation', 'gap'], isQuoted: true },
    terminal: { label: 'latency p50', figures: ['latency', 'tradeoff'] },
    comparedFor: ['latency'],
    noiseFloor: 'p50',
    progress: { label: 'p50, ms', per: 1e3, decimals: 2 },
    isCompared: true,
  },
  p90: { figures: [] },
  p95: {
    figures: ['latency'],
    chart: chart('p95'),
    exported: { table: 'latency', figures: ['latency', 'gap'], isQuoted: true },
    noiseFloor: 'p95',
    isCompared: true,
  },
  p99: {
    figures: ['isolation'],
    chart: { ...chart('p99'), figures: ['latency'] },
    exported: { table: 'latency', figures: ['latency', 'isolation', 'knee', 'gap'] },
    terminal: { label: 'latency p99' },
    isCompared: true,
  },
  p999: { figures: ['latency'], chart: chart('p999') },
};

function chart(name: Percentile) {
  return { plot: 'Latency', missing: `n too small (needs ${EVENTS_NEEDED[name].toLocaleString('en')} events)` };
}

const latencyMetrics = (Object.keys(LATENCIES) as Percentile[]).map((name): Metric => {
  const label = PERCENTILE_LABELS[name];
  return {
    id: latencyId(name),
    title: `Latency ${label}`,
    label,
    ...DURATION,
    definition: `${label} of the time from the instant an event was due to the client's first clock reading`,
    of: (cell) => (cell.window.events >= EVENTS_NEEDED[name] ? latencyOf(cell)?.[`${name}Us`] : undefined),
    ...(name !== 'p50' && { merged: mergedLatency(name) }),
    needs: `${EVENTS_NEEDED[name].toLocaleString('en')} events in the windows of ${name === 'p50' ? 'a round' : 'a run'}, and a client that is not behind the relay`,
    samplesOf: ({ latency }) => latency.count,
    isPercentile: true,
    shown: LATENCIES[name],
  };
});

/**
 * The median is a round's own, and rounds are averaged: simulated with four probes, forty events and ten rounds it covers as
 * often as that of the merged rounds (0.92 to 0.96, against 0.94 to 0.95), is as narrow where nothing is wrong, and narrower
 * where all lanes of some rounds were slower: a ratio's half-width is then 0.069 against 0.089.
 */
function mergedLatency(name: Percentile): Merged {
  return {
    share: PERCENTILE_SHARES[name],
    latencyOf,
    eventsOf: ({ window }) => window.events,
    eventsNeeded: EVENTS_NEEDED[name],
  };
}

/** Where every client is behind the relay, latency has its detour in it. */
function latencyOf({ wire, point, latency }: CompletedCell): CompletedCell['latency'] | undefined {
  return wire.ledger?.clients === point.clients ? undefined : latency;
}

export function latencyId(name: Percentile): string {
  return `latency.${name}Us`;
}

export const deliveryMetrics: readonly Metric[] = [
  ...latencyMetrics,
  {
    id: 'wire.perDeliveryBytes',
    title: 'Bytes per delivery',
    label: 'On the sockets',
    ...BYTES,
    verbs: takes('bytes', 'fewer'),
    definition: 'All bytes on the sockets, both directions, by deliveries within the window',
    of: (cell) => ifDelivered(cell, cell.wire.perDeliveryBytes),
    needs: DELIVERY,
    shown: {
      figures: ['bytes', 'layers', 'tradeoff'],
      exported: { table: 'bytes', isQuoted: true },
      terminal: { label: 'bytes/delivery' },
      comparedFor: ['tradeoff'],
      progress: { label: 'B/delivery', per: 1, decimals: 1 },
      isCompared: true,
    },
  },
  {
    id: 'wire.overheadPerDeliveryBytes',
    title: 'Overhead per delivery',
    label: 'Overhead',
    ...BYTES,
    verbs: takes('bytes of overhead', 'fewer'),
    definition: 'Bytes per delivery without the payload as it went over the wire',
    of: (cell) => {
      const payloadBytes = payloadPerDeliveryBytes(cell);
      return payloadBytes === undefined ? undefined : ifDelivered(cell, cell.wire.perDeliveryBytes - payloadBytes);
    },
    needs: `${DELIVERY}, and, where the payload is compressed or encoded, ${READ_ALONG.needs}`,
    shown: {
      figures: ['bytes', 'layers', 'tradeoff'],
      chart: { figures: ['bytes'] },
      comparedFor: ['layers'],
    },
  },
  {
    id: 'wire.framingPerDeliveryBytes',
    title: 'Framing per delivery',
    label: 'Framing',
    ...BYTES,
    verbs: takes('bytes of framing', 'fewer'),
    definition: 'Framing, chunking and control of the ledger by events: what stays when heads are left out',
    of: (cell) => perEvent(cell, ({ framing, chunking, control }) => framing + chunking + control),
    ...READ_ALONG,
    shown: {
      figures: ['layers'],
      rank: BEFORE_THE_WHOLE,
      exported: { table: 'bytes' },
    },
  },
  {
    id: 'wire.headsPerDeliveryBytes',
    title: 'Heads per delivery',
    label: 'Heads',
    ...BYTES,
    verbs: takes('bytes of heads', 'fewer'),
    definition: 'Request and response heads of the ledger by events, those of empty polls among them',
    of: (cell) => perEvent(cell, ({ requestHead, responseHead }) => requestHead + responseHead),
    ...READ_ALONG,
    shown: { figures: ['layers'], rank: BEFORE_THE_WHOLE, exported: { table: 'bytes' } },
  },
  {
    id: 'wire.tcpIpPerDeliveryBytes',
    title: 'Bytes per delivery with TCP/IP',
    label: 'With TCP/IP',
    ...BYTES,
    kind: 'packets',
    verbs: takes('bytes with TCP/IP headers', 'fewer'),
    definition: 'Bytes per delivery and the IPv4 and TCP headers of their segments, of this machine and its loopback',
    of: (cell) => ifDelivered(cell, cell.wire.packets?.tcpIpBytesPerDelivery),
    needs: "the kernel's count of segments, and sockets that last as long as the window",
    shown: {
      figures: ['layers'],
      exported: { table: 'bytes' },
      terminal: { label: 'with TCP/IP' },
      comparedFor: ['layers'],
    },
  },
  {
    id: 'wire.handshakeBytes',
    title: 'Handshake',
    label: 'Handshake',
    ...BYTES,
    verbs: takes('bytes to open', 'fewer'),
    definition: 'What opens lasting connections, the handshake of TLS included, both directions, by clients',
    of: ({ wire: { ledger } }) => {
      if (!ledger) return undefined;
      const { up, down } = openingBytes(ledger.cell);
      return (up + down) / ledger.clients;
    },
    needs: 'a relay that reads along',
    shown: { figures: ['layers'], exported: { table: 'opening' } },
  },
  {
    id: 'wire.emptyCycleBytes',
    title: 'An empty poll',
    label: 'Empty poll',
    ...BYTES,
    verbs: takes('bytes per empty poll', 'fewer'),
    definition: 'Request and answer of a poll that brought no event, both directions',
    of: ({ wire: { ledger } }) => {
      if (!ledger || ledger.window.emptyCycles.count === 0) return undefined;
      const { count, upBytes, downBytes } = ledger.window.emptyCycles;
      return (upBytes + downBytes) / count;
    },
    needs: 'a relay that reads along, and polls that bring no event',
    shown: { figures: ['layers'], exported: { table: 'opening' } },
  },
  {
    id: 'server.cpuPerDeliveryUs',
    title: 'Server CPU per delivery',
    label: 'CPU per delivery',
    unit: 'µs',
    ...CPU,
    verbs: takes('server CPU', 'less'),
    definition:
      'CPU time of the server process within the window by deliveries, less what it took at the same rate of events without a client; in older results all of it',
    // A killed server takes its count of CPU time along, and its deliveries stay.
    of: (cell) => (cell.recovery ? undefined : ifDelivered(cell, cpuEachUs(cell, cell.wire.windowDeliveries))),
    needs: `${DELIVERY}, a server that lives through it, and clients that take more than it takes without them`,
    shown: {
      figures: ['cpu', 'tradeoff'],
      chart: { label: 'CPU', missing: 'no delivery' },
      exported: { table: 'server', isQuoted: true },
      terminal: { label: 'CPU/delivery' },
      comparedFor: ['cpu'],
      noiseFloor: 'server CPU',
      isCompared: true,
    },
  },
  {
    id: 'server.heapPerClientBytes',
    title: 'Server memory per client',
    label: 'Memory',
    ...MEMORY,
    verbs: takes('server memory', 'less'),
    definition:
      'Growth of JavaScript heap and buffers after full collections: by clients over several numbers of them, or, in older results, from no client to all connected',
    of: (cell) => {
      if (!keepsItsClients(cell)) return undefined;
      if (cell.memory) return cell.memory.perClientBytes ?? undefined;
      const { heapBytes } = cell.server;
      return heapBytes && (heapBytes.connected - heapBytes.empty) / connectedClients(cell.point);
    },
    needs: 'clients that stay connected, and a heap that grows evenly with them',
    shown: {
      figures: ['memory'],
      chart: { figures: ['memory', 'idle'], label: 'Heap growth', missing: 'not known' },
      exported: { table: 'server', figures: ['memory', 'idle'], label: 'Memory per client', isQuoted: true },
      terminal: { label: 'memory/client' },
      isCompared: true,
    },
  },
  {
    id: 'polls.queuedPercent',
    title: 'Gap share',
    label: 'Gap share',
    kind: 'latency',
    unit: '%',
    ...COUNTED,
    verbs: { lower: 'queues fewer events than', higher: 'queues more events than' },
    definition:
      "Deliveries of events that were published while the client had no poll at the server, by all in polls' answers within the window",
    of: (cell) => {
      const { parkedDeliveries = 0, queuedDeliveries = 0 } = cell.polls ?? {};
      if (!keepsItsClients(cell) || parkedDeliveries + queuedDeliveries === 0) return undefined;
      return (100 * queuedDeliveries) / (parkedDeliveries + queuedDeliveries);
    },
    needs: 'a server that parks polls, and clients that stay connected',
    samplesOf: ({ polls: { parkedDeliveries = 0, queuedDeliveries = 0 } = {} }) => parkedDeliveries + queuedDeliveries,
    shown: {
      figures: ['gap'],
      chart: { missing: 'parks no poll' },
      exported: { table: 'gap', isQuoted: true },
      terminal: { label: 'gap share' },
    },
  },
];

function keepsItsClients({ opened, recovery, closedLoops }: CompletedCell): boolean {
  return opened === undefined && recovery === undefined && closedLoops === undefined;
}

function ifDelivered<T>({ wire }: CompletedCell, perDelivery: T): T | undefined {
  return wire.windowDeliveries > 0 ? perDelivery : undefined;
}

/** Bytes of some layers, both directions, by the events that the ledger saw within the window. */
function perEvent({ wire: { ledger } }: CompletedCell, of: (layers: LayerBytes) => number): number | undefined {
  if (!ledger || ledger.window.events === 0) return undefined;
  return (of(ledger.window.up) + of(ledger.window.down)) / ledger.window.events;
}

/**
 * Payload by delivery, in bytes as they went over the wire: the text of an event, or, where that was compressed or encoded,
 * what the ledger found in its place. undefined where the ledger did not.
 */
export function payloadPerDeliveryBytes({ options, point, wire: { ledger } }: CompletedCell): number | undefined {
  const { compression = 'none', encoding = 'text' } = options;
  if (compression === 'none' && encoding === 'text') return point.payloadBytes;
  return ledger && ledger.window.events > 0 ? ledger.window.down.payload / ledger.window.events : undefined;
}
