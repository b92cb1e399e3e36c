/** Metrics of conditions beside delivery: silence, opening, the way up, recovery, capacity. */

import { sumOf } from '../../contract/ledger.ts';
import type { CompletedCell } from '../../contract/result.ts';
import { EVENTS_NEEDED } from '../percentiles.ts';
import { COUNTED, FASTER, type Metric, TIMED, takes } from './metric.ts';

const SILENCE = 'a window without events';
const OPENED = 'connections opened one after another';
const MESSAGES = 'messages from client to server';
const KILLED = 'a server that was killed';
const LOOP = 'a closed loop of polls';

export const conditionMetrics: readonly Metric[] = [
  {
    id: 'idle.bytesPerClientMinute',
    title: 'Bytes of silence',
    unit: 'B',
    ...COUNTED,
    verbs: takes('bytes to stay idle', 'fewer'),
    definition: 'All bytes on the sockets, both directions, per client and minute without an event',
    of: (cell) => perIdleMinute(cell, windowBytes(cell)),
    needs: SILENCE,
  },
  {
    id: 'idle.segmentsPerClientMinute',
    title: 'Packets of silence',
    unit: '',
    ...COUNTED,
    verbs: takes('packets to stay idle', 'fewer'),
    definition: 'TCP segments of both directions, acknowledgements among them, per client and minute without an event',
    of: (cell) => {
      const { packets } = cell.wire;
      return packets && perIdleMinute(cell, packets.sentSegments + packets.receivedSegments);
    },
    needs: SILENCE,
  },
  {
    id: 'idle.cpuPerClientMinuteUs',
    title: 'Server CPU of silence',
    unit: 'µs',
    ...TIMED,
    verbs: takes('server CPU to stay idle', 'less'),
    definition:
      'CPU time of the server process per client and minute without an event, what it takes without clients included',
    of: (cell) => perIdleMinute(cell, cell.server.cpuUs),
    needs: SILENCE,
  },
  {
    id: 'open.firstEventP50Us',
    title: 'Time to first event p50',
    unit: 'µs',
    ...TIMED,
    verbs: FASTER,
    definition: 'p50 of the time from the first step to connect to the first event, which the server has at hand',
    of: ({ opened }) => opened?.firstEvent.p50Us,
    needs: OPENED,
    samplesOf: openings,
  },
  {
    id: 'open.firstEventP95Us',
    title: 'Time to first event p95',
    unit: 'µs',
    ...TIMED,
    verbs: FASTER,
    definition: 'p95 of the time from the first step to connect to the first event, which the server has at hand',
    of: ({ opened }) => (opened && opened.count >= EVENTS_NEEDED.p95 ? opened.firstEvent.p95Us : undefined),
    needs: `${EVENTS_NEEDED.p95} ${OPENED}, in a round`,
    samplesOf: openings,
  },
  {
    id: 'open.bytesPerConnection',
    title: 'Bytes to the first event',
    unit: 'B',
    ...COUNTED,
    verbs: takes('bytes to the first event', 'fewer'),
    definition: 'All bytes on the socket, both directions, from its first byte to the first event',
    of: ({ opened }) => opened && (opened.upBytes + opened.downBytes) / opened.count,
    needs: OPENED,
    samplesOf: openings,
  },
  {
    id: 'upstream.echoP50Us',
    title: 'Echo p50',
    unit: 'µs',
    ...TIMED,
    verbs: FASTER,
    definition: 'p50 of the time from the instant a message was due at the client to its echo there',
    of: ({ upstream }) => upstream?.echo.p50Us,
    needs: MESSAGES,
    samplesOf: messages,
  },
  {
    id: 'upstream.echoP95Us',
    title: 'Echo p95',
    unit: 'µs',
    ...TIMED,
    verbs: FASTER,
    definition: 'p95 of the time from the instant a message was due at the client to its echo there',
    of: ({ upstream }) => (upstream && upstream.messages >= EVENTS_NEEDED.p95 ? upstream.echo.p95Us : undefined),
    needs: `${EVENTS_NEEDED.p95} ${MESSAGES}, in a round`,
    samplesOf: messages,
  },
  {
    id: 'upstream.bytesPerMessage',
    title: 'Bytes per message, silence included',
    unit: 'B',
    ...COUNTED,
    verbs: takes('bytes per message, silence included,', 'fewer'),
    definition:
      'All bytes on the sockets, both directions, by messages, in a window without events: polls that bring nothing are part of it, and each message goes up and comes back as an echo',
    of: ({ upstream, wire, window }) =>
      upstream && window.events === 0
        ? (wire.window.clients.sentBytes + wire.window.clients.receivedBytes) / upstream.messages
        : undefined,
    needs: MESSAGES,
    samplesOf: messages,
  },
  {
    id: 'recovery.firstEventP50Us',
    title: 'Recovery p50',
    unit: 'µs',
    ...TIMED,
    verbs: FASTER,
    definition: "p50 over clients of the time from the server's death to the first event after it",
    of: ({ recovery }) => recovery?.firstEvent.p50Us,
    needs: KILLED,
    samplesOf: recoveries,
  },
  {
    id: 'recovery.firstEventMaxUs',
    title: 'Recovery of the last client',
    unit: 'µs',
    ...TIMED,
    verbs: FASTER,
    definition: "The longest time from the server's death to the first event that a client got after it",
    of: ({ recovery }) => recovery?.firstEvent.maxUs,
    needs: KILLED,
    samplesOf: recoveries,
  },
  {
    id: 'recovery.attemptsPerClient',
    title: 'Connections tried',
    unit: '',
    ...TIMED,
    verbs: takes('attempts', 'fewer'),
    definition: 'Connections that clients tried after the death of a server, per client and death',
    of: ({ recovery, point }) => recovery && recovery.attempts / recovery.kills / point.clients,
    needs: KILLED,
    samplesOf: recoveries,
  },
  loop('capacity.requestsPerSecond', 'Polls answered', 'our own clients', 0),
  loop('capacity.witnessRequestsPerSecond', 'Polls answered, by the witness', 'a load generator', 1),
  {
    id: 'capacity.bytesPerRequest',
    title: 'Bytes per poll',
    unit: 'B',
    ...COUNTED,
    verbs: takes('bytes per poll', 'fewer'),
    definition: 'Request and answer of a poll of our own clients, both directions',
    of: ({ closedLoops: [own] = [] }) => own && (own.upBytes + own.downBytes) / own.requests,
    needs: LOOP,
  },
  {
    id: 'server.peakRssBytes',
    title: 'Peak memory of the server',
    unit: 'B',
    ...TIMED,
    verbs: takes('memory', 'less'),
    definition:
      'The most that the server process had in memory within the window, of all kinds; elsewhere than on Linux, since it started',
    of: ({ server, point }) => (point.stalledClients === undefined ? undefined : server.peakRssBytes),
    needs: 'clients that may stop reading',
  },
];

function loop(id: string, title: string, who: string, at: number): Metric {
  return {
    id,
    title,
    unit: '1/s',
    ...TIMED,
    verbs: { lower: 'answers fewer polls than', higher: 'answers more polls than' },
    definition: `Polls per second that the server answers ${who}, which ask again as soon as they are answered`,
    of: ({ closedLoops }) => {
      const found = closedLoops?.[at];
      return found && found.requests / found.seconds;
    },
    needs: LOOP,
    samplesOf: ({ closedLoops }) => closedLoops?.[at]?.requests ?? 0,
  };
}

/** Both directions. Where every client is read along with, by that reading: it falls between two polls, never into one. */
function windowBytes({ wire: { ledger, window }, point }: CompletedCell): number {
  if (ledger?.clients === point.clients) return sumOf(ledger.window.up) + sumOf(ledger.window.down);
  return window.clients.sentBytes + window.clients.receivedBytes;
}

function perIdleMinute(cell: CompletedCell, amount: number): number | undefined {
  const { point, window, opened, upstream, recovery, closedLoops } = cell;
  const isSilent = window.events === 0 && [opened, upstream, recovery, closedLoops].every((one) => one === undefined);
  return isSilent ? (amount / point.clients) * (60 / window.seconds) : undefined;
}

function openings({ opened }: CompletedCell): number {
  return opened?.count ?? 0;
}

function messages({ upstream }: CompletedCell): number {
  return upstream?.messages ?? 0;
}

function recoveries({ recovery }: CompletedCell): number {
  return recovery?.firstEvent.count ?? 0;
}
