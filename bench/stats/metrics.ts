/**
 * The table of metrics: what is estimated, compared, charted and printed. A new metric is one row.
 */

import type { LayerBytes } from '../contract/ledger.ts';
import { EVENTS_NEEDED, PERCENTILE_LABELS, type Percentile } from '../contract/percentiles.ts';
import type { CompletedCell } from '../contract/result.ts';

export interface Metric {
  readonly id: string;
  readonly title: string;
  readonly unit: 'µs' | 'B';
  /** What it means, for tables and tooltips. */
  readonly definition: string;
  /** undefined where the cell does not say, or says too little. */
  readonly of: (cell: CompletedCell) => number | undefined;
  /** How many deliveries stand behind it; those of the window when it does not say. */
  readonly samplesOf?: (cell: CompletedCell) => number;
}

function percentile(name: Percentile): Metric {
  const label = PERCENTILE_LABELS[name];
  return {
    id: `latency.${name}Us`,
    title: `Latency ${label}`,
    unit: 'µs',
    definition: `${label} of the time from the instant an event was due to the client's first clock reading`,
    // Where every client is behind the relay, latency has its detour in it.
    of: (cell) =>
      cell.window.events >= EVENTS_NEEDED[name] && cell.wire.ledger?.clients !== cell.point.clients
        ? cell.latency[`${name}Us`]
        : undefined,
    samplesOf: ({ latency }) => latency.count,
  };
}

export const metrics: readonly Metric[] = [
  ...(Object.keys(EVENTS_NEEDED) as Percentile[]).map(percentile),
  {
    id: 'wire.perDeliveryBytes',
    title: 'Bytes per delivery',
    unit: 'B',
    definition: 'All bytes on the sockets, both directions, by deliveries within the window',
    of: ({ wire }) => wire.perDeliveryBytes,
  },
  {
    id: 'wire.overheadPerDeliveryBytes',
    title: 'Overhead per delivery',
    unit: 'B',
    definition: 'Bytes per delivery without the payload',
    of: ({ wire, point }) => wire.perDeliveryBytes - point.payloadBytes,
  },
  {
    id: 'wire.framingPerDeliveryBytes',
    title: 'Framing per delivery',
    unit: 'B',
    definition: 'Framing, chunking and control of the ledger by events: what stays when heads are left out',
    of: (cell) => perEvent(cell, ({ framing, chunking, control }) => framing + chunking + control),
    samplesOf: ledgerEvents,
  },
  {
    id: 'wire.headsPerDeliveryBytes',
    title: 'Heads per delivery',
    unit: 'B',
    definition: 'Request and response heads of the ledger by events, those of empty polls among them',
    of: (cell) => perEvent(cell, ({ requestHead, responseHead }) => requestHead + responseHead),
    samplesOf: ledgerEvents,
  },
  {
    id: 'wire.tcpIpPerDeliveryBytes',
    title: 'Bytes per delivery with TCP/IP',
    unit: 'B',
    definition: 'Bytes per delivery and the IPv4 and TCP headers of their segments, of this machine and its loopback',
    of: ({ wire }) => wire.packets?.tcpIpBytesPerDelivery,
  },
  {
    id: 'wire.handshakeBytes',
    title: 'Handshake',
    unit: 'B',
    definition: 'What opens a lasting connection, both directions, once per client',
    of: ({ wire: { ledger } }) => ledger && (ledger.cell.up.handshake + ledger.cell.down.handshake) / ledger.clients,
  },
  {
    id: 'wire.emptyCycleBytes',
    title: 'An empty poll',
    unit: 'B',
    definition: 'Request and answer of a poll that brought no event, both directions',
    of: ({ wire: { ledger } }) => {
      if (!ledger || ledger.window.emptyCycles.count === 0) return undefined;
      const { count, upBytes, downBytes } = ledger.window.emptyCycles;
      return (upBytes + downBytes) / count;
    },
  },
  {
    id: 'server.cpuPerDeliveryUs',
    title: 'Server CPU per delivery',
    unit: 'µs',
    definition: 'CPU time of the server process within the window by deliveries; the feed is part of it',
    of: ({ server, wire }) => (wire.windowDeliveries > 0 ? server.cpuUs / wire.windowDeliveries : undefined),
  },
  {
    id: 'server.heapPerClientBytes',
    title: 'Server memory per client',
    unit: 'B',
    definition: 'Growth of JavaScript heap and buffers from no client to all connected, after full collections',
    of: ({ server, point }) => (server.heapBytes.connected - server.heapBytes.empty) / point.clients,
  },
];

function ledgerEvents({ wire: { ledger } }: CompletedCell): number {
  return ledger?.window.events ?? 0;
}

/** Bytes of some layers, both directions, by the events that the ledger saw within the window. */
function perEvent({ wire: { ledger } }: CompletedCell, of: (layers: LayerBytes) => number): number | undefined {
  if (!ledger || ledger.window.events === 0) return undefined;
  return (of(ledger.window.up) + of(ledger.window.down)) / ledger.window.events;
}

export function metricOf(id: string): Metric {
  const metric = metrics.find((candidate) => candidate.id === id);
  if (!metric) throw new Error(`there is no metric ${id}`);
  return metric;
}
