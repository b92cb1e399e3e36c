/**
 * The table of metrics: what is estimated, compared, charted and printed. A new metric is one row.
 */

import { type LayerBytes, openingBytes } from '../../contract/ledger.ts';
import { type CompletedCell, connectedClients } from '../../contract/result.ts';
import { EVENTS_NEEDED, PERCENTILE_LABELS, type Percentile } from '../percentiles.ts';
import { conditionMetrics } from './condition-metrics.ts';
import { COUNTED, FASTER, type Metric, TIMED, takes } from './metric.ts';
import { payloadPerDeliveryBytes } from './payload.ts';

export type { Metric } from './metric.ts';

const DELIVERY = 'a delivery within the window';
const READ_ALONG = 'a relay that reads events along';

function percentile(name: Percentile): Metric {
  const label = PERCENTILE_LABELS[name];
  return {
    id: `latency.${name}Us`,
    title: `Latency ${label}`,
    unit: 'µs',
    ...TIMED,
    verbs: FASTER,
    definition: `${label} of the time from the instant an event was due to the client's first clock reading`,
    // Where every client is behind the relay, latency has its detour in it.
    of: (cell) =>
      cell.window.events >= EVENTS_NEEDED[name] && cell.wire.ledger?.clients !== cell.point.clients
        ? cell.latency[`${name}Us`]
        : undefined,
    needs: `${EVENTS_NEEDED[name].toLocaleString('en')} events in a window, and a client that is not behind the relay`,
    samplesOf: ({ latency }) => latency.count,
  };
}

export const metrics: readonly Metric[] = [
  ...(Object.keys(EVENTS_NEEDED) as Percentile[]).map(percentile),
  {
    id: 'wire.perDeliveryBytes',
    title: 'Bytes per delivery',
    unit: 'B',
    ...COUNTED,
    verbs: takes('bytes', 'fewer'),
    definition: 'All bytes on the sockets, both directions, by deliveries within the window',
    of: (cell) => ifDelivered(cell, cell.wire.perDeliveryBytes),
    needs: DELIVERY,
  },
  {
    id: 'wire.overheadPerDeliveryBytes',
    title: 'Overhead per delivery',
    unit: 'B',
    ...COUNTED,
    verbs: takes('bytes of overhead', 'fewer'),
    definition: 'Bytes per delivery without the payload as it went over the wire',
    of: (cell) => {
      const payloadBytes = payloadPerDeliveryBytes(cell);
      return payloadBytes === undefined ? undefined : ifDelivered(cell, cell.wire.perDeliveryBytes - payloadBytes);
    },
    needs: `${DELIVERY}, and, where the payload is compressed or encoded, ${READ_ALONG}`,
  },
  {
    id: 'wire.framingPerDeliveryBytes',
    title: 'Framing per delivery',
    unit: 'B',
    ...COUNTED,
    verbs: takes('bytes of framing', 'fewer'),
    definition: 'Framing, chunking and control of the ledger by events: what stays when heads are left out',
    of: (cell) => perEvent(cell, ({ framing, chunking, control }) => framing + chunking + control),
    needs: READ_ALONG,
    samplesOf: ledgerEvents,
  },
  {
    id: 'wire.headsPerDeliveryBytes',
    title: 'Heads per delivery',
    unit: 'B',
    ...COUNTED,
    verbs: takes('bytes of heads', 'fewer'),
    definition: 'Request and response heads of the ledger by events, those of empty polls among them',
    of: (cell) => perEvent(cell, ({ requestHead, responseHead }) => requestHead + responseHead),
    needs: READ_ALONG,
    samplesOf: ledgerEvents,
  },
  {
    id: 'wire.tcpIpPerDeliveryBytes',
    title: 'Bytes per delivery with TCP/IP',
    unit: 'B',
    ...COUNTED,
    verbs: takes('bytes with TCP/IP headers', 'fewer'),
    definition: 'Bytes per delivery and the IPv4 and TCP headers of their segments, of this machine and its loopback',
    of: (cell) => ifDelivered(cell, cell.wire.packets?.tcpIpBytesPerDelivery),
    needs: "the kernel's count of segments, and sockets that last as long as the window",
  },
  {
    id: 'wire.handshakeBytes',
    title: 'Handshake',
    unit: 'B',
    ...COUNTED,
    verbs: takes('bytes to open', 'fewer'),
    definition: 'What opens lasting connections, the handshake of TLS included, both directions, by clients',
    of: ({ wire: { ledger } }) => {
      if (!ledger) return undefined;
      const { up, down } = openingBytes(ledger.cell);
      return (up + down) / ledger.clients;
    },
    needs: 'a relay that reads along',
  },
  {
    id: 'wire.emptyCycleBytes',
    title: 'An empty poll',
    unit: 'B',
    ...COUNTED,
    verbs: takes('bytes per empty poll', 'fewer'),
    definition: 'Request and answer of a poll that brought no event, both directions',
    of: ({ wire: { ledger } }) => {
      if (!ledger || ledger.window.emptyCycles.count === 0) return undefined;
      const { count, upBytes, downBytes } = ledger.window.emptyCycles;
      return (upBytes + downBytes) / count;
    },
    needs: 'a relay that reads along, and polls that bring no event',
  },
  {
    id: 'server.cpuPerDeliveryUs',
    title: 'Server CPU per delivery',
    unit: 'µs',
    ...TIMED,
    verbs: takes('server CPU', 'less'),
    definition: 'CPU time of the server process within the window by deliveries; the feed is part of it',
    // Those that were killed took their CPU time along, and their deliveries stayed.
    of: (cell) => (cell.recovery ? undefined : ifDelivered(cell, cell.server.cpuUs / cell.wire.windowDeliveries)),
    needs: `${DELIVERY}, and a server that lives through it`,
  },
  {
    id: 'server.heapPerClientBytes',
    title: 'Server memory per client',
    unit: 'B',
    ...TIMED,
    verbs: takes('server memory', 'less'),
    definition: 'Growth of JavaScript heap and buffers from no client to all connected, after full collections',
    of: (cell) =>
      keepsItsClients(cell)
        ? (cell.server.heapBytes.connected - cell.server.heapBytes.empty) / connectedClients(cell.point)
        : undefined,
    needs: 'clients that stay connected',
  },
  {
    id: 'polls.queuedPercent',
    title: 'Gap share',
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
    samplesOf: ({ polls }) => (polls ? polls.parkedDeliveries + polls.queuedDeliveries : 0),
  },
  ...conditionMetrics,
];

function keepsItsClients({ opened, recovery, closedLoops }: CompletedCell): boolean {
  return opened === undefined && recovery === undefined && closedLoops === undefined;
}

function ledgerEvents({ wire: { ledger } }: CompletedCell): number {
  return ledger?.window.events ?? 0;
}

/** What is told by delivery; a window without any has nothing to tell. */
function ifDelivered<T>({ wire }: CompletedCell, perDelivery: T): T | undefined {
  return wire.windowDeliveries > 0 ? perDelivery : undefined;
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
