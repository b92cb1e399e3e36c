/** Rows of the table of metrics, of conditions beside delivery: silence, opening, the way up, recovery, capacity. */

import type { CompletedCell } from '../../contract/result.ts';
import { EVENTS_NEEDED, PERCENTILE_SHARES } from '../percentiles.ts';
import { ownCpuUs } from './floor.ts';
import { BYTES, CPU, DURATION, LATENCY, MEMORY, type Metric, PACKETS, takes } from './metric.ts';
import { windowBytes } from './window-bytes.ts';

const SILENCE = { needs: 'a window without events' };
const OPENED = {
  needs: 'connections opened one after another',
  samplesOf: ({ opened }: CompletedCell) => opened?.count ?? 0,
};
const MESSAGES = {
  needs: 'messages from client to server',
  samplesOf: ({ upstream }: CompletedCell) => upstream?.messages ?? 0,
};
const KILLED = {
  needs: 'a server that was killed',
  samplesOf: ({ recovery }: CompletedCell) => recovery?.firstEvent.count ?? 0,
};
const LOOP = { needs: 'a closed loop of polls' };

export const conditionMetrics: readonly Metric[] = [
  {
    id: 'idle.bytesPerClientMinute',
    title: 'Bytes of silence',
    label: 'Bytes',
    ...BYTES,
    verbs: takes('bytes to stay idle', 'fewer'),
    definition:
      'All bytes on the sockets, both directions, per client and minute without an event; of a lane that is kept alive, in inverse proportion to the period of its keep-alives',
    of: (cell) => perIdleMinute(cell, windowBytes(cell)),
    ...SILENCE,
    shown: {
      figures: ['idle'],
      exported: { table: 'silence', isQuoted: true },
      terminal: { label: 'bytes/client·min' },
      comparedFor: ['idle'],
      progress: { label: 'B/client-minute', per: 1, decimals: 0 },
    },
  },
  {
    id: 'idle.bytesPerClientMinuteAtDefault',
    title: 'Bytes of silence at usual keep-alives',
    label: 'At usual keep-alives',
    ...BYTES,
    verbs: takes('bytes to stay idle at usual keep-alives', 'fewer'),
    definition:
      "Bytes of silence, in inverse proportion to the period that the lane's row in the table of lanes has for its keep-alives, in place of the same one for all",
    of: (cell) => perIdleMinute(cell, windowBytes(cell) * atUsualPeriod(cell)),
    ...SILENCE,
    shown: {
      figures: ['idle'],
      chart: { plot: 'Bytes of silence' },
      exported: { table: 'silence' },
    },
  },
  {
    id: 'idle.segmentsPerClientMinute',
    title: 'Packets of silence',
    label: 'Packets',
    unit: '',
    ...PACKETS,
    verbs: takes('packets to stay idle', 'fewer'),
    definition: 'TCP segments of both directions, acknowledgements among them, per client and minute without an event',
    of: (cell) => {
      const { packets } = cell.wire;
      return packets && perIdleMinute(cell, packets.sentSegments + packets.receivedSegments);
    },
    ...SILENCE,
    shown: { figures: ['idle'], exported: { table: 'silence' }, terminal: { label: 'packets' } },
  },
  {
    id: 'idle.tcpIpBytesPerClientMinute',
    title: 'Bytes of silence, with TCP/IP',
    label: 'With TCP/IP',
    ...BYTES,
    verbs: takes('bytes with TCP/IP headers to stay idle', 'fewer'),
    definition:
      'All bytes of both directions with the TCP and IP headers of their packets, acknowledgements among them, per client and minute without an event',
    of: (cell) => perIdleMinute(cell, withHeaders(cell)),
    ...SILENCE,
    shown: {
      figures: ['idle'],
      chart: { plot: 'Bytes of silence' },
      exported: { table: 'silence' },
      terminal: { label: 'with TCP/IP' },
    },
  },
  {
    id: 'idle.tcpIpBytesPerClientMinuteAtDefault',
    title: 'Bytes of silence at usual keep-alives, with TCP/IP',
    label: 'At usual keep-alives, with TCP/IP',
    ...BYTES,
    kind: 'packets',
    verbs: takes('bytes with TCP/IP headers to stay idle at usual keep-alives', 'fewer'),
    definition:
      "Bytes of silence with TCP/IP, in inverse proportion to the period that the lane's row in the table of lanes has for its keep-alives, in place of the same one for all",
    of: (cell) => {
      const bytes = withHeaders(cell);
      return bytes === undefined ? undefined : perIdleMinute(cell, bytes * atUsualPeriod(cell));
    },
    ...SILENCE,
    shown: {
      figures: ['idle'],
      chart: { plot: 'Bytes of silence' },
      exported: { table: 'silence' },
    },
  },
  {
    id: 'idle.cpuPerClientMinuteUs',
    title: 'Server CPU of silence',
    label: 'Server CPU',
    unit: 'µs',
    ...CPU,
    verbs: takes('server CPU to stay idle', 'less'),
    definition:
      'CPU time of the server process per client and minute without an event, less what it took without a client, where that was measured',
    of: (cell) => perIdleMinute(cell, ownCpuUs(cell)),
    ...SILENCE,
    shown: {
      figures: ['idle'],
      exported: { table: 'silence', isQuoted: true },
      terminal: { label: 'CPU/client·min' },
    },
  },
  {
    id: 'open.firstEventP50Us',
    title: 'Time to first event p50',
    label: 'p50',
    ...DURATION,
    definition: 'p50 of the time from the first step to connect to the first event, which the server has at hand',
    of: ({ opened }) => opened?.firstEvent.p50Us,
    ...OPENED,
    isPercentile: true,
    shown: {
      figures: ['connect'],
      chart: { plot: 'Time to the first event' },
      exported: { table: 'first-event', isQuoted: true },
      terminal: { label: 'first event p50' },
      comparedFor: ['connect'],
      progress: { label: 'first event, ms', per: 1e3, decimals: 2 },
    },
  },
  {
    id: 'open.firstEventP95Us',
    title: 'Time to first event p95',
    label: 'p95',
    ...DURATION,
    definition: 'p95 of the time from the first step to connect to the first event, which the server has at hand',
    of: ({ opened }) => (opened && opened.count >= EVENTS_NEEDED.p95 ? opened.firstEvent.p95Us : undefined),
    merged: {
      share: PERCENTILE_SHARES.p95,
      latencyOf: ({ opened }) => opened?.firstEvent,
      eventsOf: OPENED.samplesOf,
      eventsNeeded: EVENTS_NEEDED.p95,
    },
    ...OPENED,
    needs: `${EVENTS_NEEDED.p95} ${OPENED.needs}, in all rounds`,
    isPercentile: true,
    shown: {
      figures: ['connect'],
      chart: { plot: 'Time to the first event' },
      exported: { table: 'first-event' },
    },
  },
  {
    id: 'open.bytesPerConnection',
    title: 'Bytes to the first event',
    label: 'Bytes',
    ...BYTES,
    verbs: takes('bytes to the first event', 'fewer'),
    definition: 'All bytes on the socket, both directions, from its first byte to the first event',
    of: ({ opened }) => opened && (opened.upBytes + opened.downBytes) / opened.count,
    ...OPENED,
    shown: {
      figures: ['connect'],
      exported: { table: 'first-event', isQuoted: true },
      terminal: { label: 'bytes to it' },
    },
  },
  {
    id: 'upstream.echoP50Us',
    title: 'Echo p50',
    label: 'p50',
    ...DURATION,
    definition: 'p50 of the time from the instant a message was due at the client to its echo there',
    of: ({ upstream }) => upstream?.echo.p50Us,
    ...MESSAGES,
    isPercentile: true,
    shown: {
      figures: ['upstream'],
      chart: { plot: 'Echo' },
      exported: { table: 'echo', label: 'Echo p50', isQuoted: true },
      terminal: { label: 'echo p50' },
      comparedFor: ['upstream'],
      progress: { label: 'echo, ms', per: 1e3, decimals: 2 },
    },
  },
  {
    id: 'upstream.echoP95Us',
    title: 'Echo p95',
    label: 'p95',
    ...DURATION,
    definition: 'p95 of the time from the instant a message was due at the client to its echo there',
    of: ({ upstream }) => (upstream && upstream.messages >= EVENTS_NEEDED.p95 ? upstream.echo.p95Us : undefined),
    merged: {
      share: PERCENTILE_SHARES.p95,
      latencyOf: ({ upstream }) => upstream?.echo,
      eventsOf: MESSAGES.samplesOf,
      eventsNeeded: EVENTS_NEEDED.p95,
    },
    ...MESSAGES,
    needs: `${EVENTS_NEEDED.p95} ${MESSAGES.needs}, in all rounds`,
    isPercentile: true,
    shown: {
      figures: ['upstream'],
      chart: { plot: 'Echo' },
      exported: { table: 'echo', label: 'Echo p95' },
    },
  },
  {
    id: 'upstream.bytesPerMessage',
    title: 'Bytes per message, silence included',
    label: 'Bytes',
    ...BYTES,
    verbs: takes('bytes per message, silence included,', 'fewer'),
    definition:
      'All bytes on the sockets, both directions, by messages, in a window without events: polls that bring nothing are part of it, and each message goes up and comes back as an echo',
    of: ({ upstream, wire, window }) =>
      upstream && window.events === 0
        ? (wire.window.clients.sentBytes + wire.window.clients.receivedBytes) / upstream.messages
        : undefined,
    ...MESSAGES,
    shown: {
      figures: ['upstream'],
      exported: { table: 'echo', isQuoted: true },
      terminal: { label: 'bytes/message' },
    },
  },
  {
    id: 'recovery.firstEventP50Us',
    title: 'Recovery p50',
    label: 'p50',
    ...DURATION,
    definition: "p50 over clients of the time from the server's death to the first event after it",
    of: ({ recovery }) => recovery?.firstEvent.p50Us,
    ...KILLED,
    isPercentile: true,
    shown: {
      figures: ['recovery'],
      chart: { plot: 'Recovery' },
      exported: { table: 'recovery', isQuoted: true },
      terminal: { label: 'recovery p50' },
      comparedFor: ['recovery'],
      progress: { label: 'recovery, ms', per: 1e3, decimals: 0 },
    },
  },
  {
    id: 'recovery.firstEventMaxUs',
    title: 'Recovery of the last client',
    label: 'Last client',
    ...DURATION,
    definition: "The longest time from the server's death to the first event that a client got after it",
    of: ({ recovery }) => recovery?.firstEvent.maxUs,
    ...KILLED,
    shown: {
      figures: ['recovery'],
      chart: { plot: 'Recovery' },
      exported: { table: 'recovery' },
    },
  },
  {
    id: 'recovery.attemptsPerClient',
    title: 'Connections tried',
    label: 'Attempts',
    unit: '',
    ...LATENCY,
    verbs: takes('attempts', 'fewer'),
    definition: 'Connections that clients tried after the death of a server, per client and death',
    of: ({ recovery, point }) => recovery && recovery.attempts / recovery.kills / point.clients,
    ...KILLED,
    shown: {
      figures: ['recovery'],
      chart: { label: 'Connections tried' },
      exported: { table: 'recovery', isQuoted: true },
    },
  },
  {
    ...closedLoop(0, 'our own clients'),
    id: 'capacity.requestsPerSecond',
    title: 'Polls answered',
    label: 'Own clients',
    shown: {
      figures: ['capacity'],
      chart: { plot: 'Polls answered' },
      exported: { table: 'capacity', isQuoted: true },
      terminal: { label: 'polls answered' },
      comparedFor: ['capacity'],
      progress: { label: 'polls/s', per: 1, decimals: 0 },
    },
  },
  {
    ...closedLoop(1, 'a load generator'),
    id: 'capacity.witnessRequestsPerSecond',
    title: 'Polls answered, by the witness',
    label: 'Witness',
    shown: {
      figures: ['capacity'],
      chart: { plot: 'Polls answered' },
      exported: { table: 'capacity' },
    },
  },
  {
    id: 'capacity.bytesPerRequest',
    title: 'Bytes per poll',
    label: 'Bytes per poll',
    ...BYTES,
    verbs: takes('bytes per poll', 'fewer'),
    definition: 'Request and answer of a poll of our own clients, both directions',
    of: ({ closedLoops: [own] = [] }) => own && (own.upBytes + own.downBytes) / own.requests,
    ...LOOP,
    shown: {
      figures: ['capacity'],
      exported: { table: 'capacity', isQuoted: true },
      terminal: { label: 'bytes/poll' },
    },
  },
  {
    id: 'server.peakRssBytes',
    title: 'Peak memory of the server',
    label: 'Peak memory',
    ...MEMORY,
    verbs: takes('memory', 'less'),
    definition:
      'The most that the server process had in memory within the window, of all kinds; elsewhere than on Linux, since it started',
    of: ({ server, point }) => (point.stalledClients === undefined ? undefined : server.peakRssBytes),
    needs: 'clients that may stop reading',
    shown: {
      figures: ['isolation'],
      chart: { label: 'Memory' },
      exported: { table: 'server', isQuoted: true },
      terminal: { label: 'peak memory' },
    },
  },
];

function closedLoop(at: 0 | 1, loadGenerator: string) {
  return {
    unit: '1/s',
    ...CPU,
    verbs: { lower: 'answers fewer polls than', higher: 'answers more polls than' },
    definition: `Polls per second that the server answers ${loadGenerator}, which ask again as soon as they are answered`,
    of: ({ closedLoops }: CompletedCell) => {
      const found = closedLoops?.[at];
      return found && found.requests / found.seconds;
    },
    ...LOOP,
    samplesOf: ({ closedLoops }: CompletedCell) => closedLoops?.[at]?.requests ?? 0,
  } as const;
}

/** How often keep-alives pass at their usual period, by how often they did. */
function atUsualPeriod({ keepAlive }: CompletedCell): number {
  return keepAlive ? keepAlive.periodMs / keepAlive.usualPeriodMs : 1;
}

/** All bytes of the window with the TCP and IP headers of their packets; undefined where those were not counted. */
function withHeaders(cell: CompletedCell): number | undefined {
  const { packets } = cell.wire;
  if (!packets) return undefined;
  const { sentSegments, receivedSegments, headerBytesPerSegment } = packets;
  return windowBytes(cell) + (sentSegments + receivedSegments) * headerBytesPerSegment;
}

function perIdleMinute(cell: CompletedCell, amount: number | undefined): number | undefined {
  if (amount === undefined) return undefined;
  const { point, window, opened, upstream, recovery, closedLoops } = cell;
  const isSilent = window.events === 0 && [opened, upstream, recovery, closedLoops].every((one) => one === undefined);
  return isSilent ? (amount / point.clients) * (60 / window.seconds) : undefined;
}
