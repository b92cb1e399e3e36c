/** Claims about the server, the clients' work, connections and delivery. */

import type { CompletedCell } from '../../../../contract/result.ts';
import { compareLanes } from '../../../../stats/lane-ratio.ts';
import { metricOf } from '../../../../stats/metrics/metrics.ts';
import { QUOTED } from '../../../../stats/metrics/quoted.ts';
import { countOf, formatCount, formatPercent, formatSetting } from '../../words/format.ts';
import { BOZDAG, type Claim, commandOf, TIMEPLUS, TUTORIALS } from './claim.ts';
import {
  allOf,
  type Evidence,
  type Figure,
  found,
  near,
  type Outcome,
  outcomeOf,
  type Sight,
  span,
  withText,
} from './evidence.ts';

const CPU = QUOTED.cpu;
const P50 = QUOTED.p50;
const MEMORY = 'server.heapPerClientBytes';
const more = Number.POSITIVE_INFINITY;
const BY = ['clients', 'pollIntervalMs'] as const;
const PUSHED = ['sse', 'websocket', 'streaming'];

export const serverClaims: readonly Claim[] = [
  {
    id: 'push-7-times-the-cpu',
    isAskedOften: true,
    text: 'Push costs 7 times the server CPU of polling, and saturates at 350 to 500 users',
    source: BOZDAG,
    decides: 'server CPU per event, and the most clients served',
    command: commandOf('fanout,clients', 'polling,sse,websocket'),
    judge: (run) => {
      const ratios = ['sse', 'websocket'].flatMap((lane) =>
        run.pairs({ metric: CPU, lane }, { metric: CPU, lane: 'polling' }).map(({ ratio }) => ratio),
      );
      const whole = PUSHED.flatMap((lane) => run.cells(lane)).filter(({ delivery }) => delivery.missing === 0);
      const most = Math.max(0, ...whole.map(({ point }) => point.clients));
      const served: Outcome[] = most > 500 ? ['fails'] : [];
      const text = `Push takes ${span(ratios, BY)} the CPU; ${countOf(most, 'client')} got every event.`;
      return found(ratios, allOf([...served, outcomeOf(ratios, near(7)[0], more)]), text);
    },
  },
  {
    id: 'most-polls-bring-nothing',
    isAskedOften: true,
    text: 'Polling wastes resources: most requests bring nothing',
    source: TUTORIALS,
    decides: 'share of empty polls, by interval and rate',
    command: commandOf('fanout,anatomy', 'polling,websocket'),
    judge: (run) => {
      const shares = run.cells('polling').flatMap(({ polls, point }): Sight[] => {
        const { answered = 0, empty } = polls ?? {};
        if (answered === 0 || empty === undefined) return [];
        const value = empty / answered;
        return [{ value, low: value, high: value, point, text: `${formatPercent(value)}\u00a0%` }];
      });
      return found(
        shares,
        outcomeOf(shares, 0.5, 1),
        `${span(shares, ['eventsPerSecond', 'pollIntervalMs'])} of the polls were empty.`,
      );
    },
  },
  {
    id: 'polling-opens-connections',
    text: 'Polling keeps opening TCP connections',
    source: { ...TUTORIALS, name: 'tutorials, against RFC 6202' },
    decides: 'connections opened against polls answered',
    command: commandOf('fanout', 'polling,websocket'),
    judge: (run) => {
      const seen = run.cells('polling').filter(({ polls }) => (polls?.answered ?? 0) > 0);
      const tests = seen.map(({ wire, point, polls }) => {
        const opened = wire.cell.server.connections;
        return { opened, clients: point.clients, polls: polls?.answered ?? 0, isKept: opened <= point.clients };
      });
      const kept = tests.filter(({ isKept }) => isKept).length;
      const outcome = kept === tests.length ? 'fails' : kept === 0 ? 'holds' : 'depends';
      const [opened, clients, polls] = (['opened', 'clients', 'polls'] as const).map((key) =>
        sumOf(tests, (one) => one[key]),
      ) as [number, number, number];
      const text = `${countOf(clients, 'client')} opened ${countOf(opened, 'connection')} for ${countOf(polls, 'poll')}.`;
      return found(tests, outcome, text);
    },
  },
  {
    id: 'streaming-drops-messages',
    text: 'Streaming drops messages, long-polling does not',
    source: { name: 'Jõhvik', year: 2011 },
    decides: 'the audit of every delivery',
    command: commandOf('fanout,reconnect', 'long-polling,sse,websocket'),
    judge: (run) => {
      const streamed = PUSHED.flatMap((lane) => run.cells(lane));
      const parked = run.cells('long-polling');
      if (parked.length === 0) return undefined;
      const [lost, lostParked] = [missingIn(streamed), missingIn(parked)];
      const outcome = lost > 0 && lostParked === 0 ? 'holds' : 'fails';
      const text = `Lost: ${lost} of ${formatCount(expectedIn(streamed))} pushed, ${lostParked} of ${formatCount(expectedIn(parked))} by long-polling.`;
      return found(streamed, outcome, text);
    },
  },
  {
    id: 'frames-in-order',
    text: 'WebSocket messages arrive in order',
    source: TUTORIALS,
    decides: 'the audit of every delivery',
    command: commandOf('fanout', 'websocket'),
    judge: (run) => {
      const cells = run.cells('websocket').filter(({ delivery }) => delivery.expected > 0);
      const disordered = sumOf(cells, ({ delivery }) => delivery.outOfOrder);
      const text = `${disordered} of ${formatCount(expectedIn(cells))} deliveries came out of order.`;
      return found(cells, disordered === 0 ? 'holds' : 'fails', text);
    },
  },
  {
    id: 'long-polls-held',
    text: 'Long-polling needs a server that can hold many requests at once',
    source: TUTORIALS,
    decides: 'memory of a client whose poll is parked, against one that polls on a timer',
    command: commandOf('idle', 'polling,long-polling'),
    judge: (run) => {
      const pairs = run.pairs({ metric: MEMORY, lane: 'long-polling' }, { metric: MEMORY, lane: 'polling' });
      const ratios = pairs.map(({ ratio }) => ratio);
      const each = `A parked client takes ${span(pairs.map(({ a }) => a))}, ${span(ratios)} one that polls`;
      return found(ratios, outcomeOf(ratios, 1.05, more), `${each}.`);
    },
  },
  {
    id: 'interval-of-events',
    text: 'Polling is good only where its interval is that of the events',
    source: BOZDAG,
    decides: 'p50 latency and bytes per event at that interval, against the run’s other ones',
    command: commandOf('fanout', 'polling,websocket'),
    judge: (run) => {
      const delays = run.figures({ metric: P50, lane: 'polling' });
      const bytes = run.figures({ metric: QUOTED.onSockets, lane: 'polling' });
      const both = delays.flatMap((delay) => {
        const size = bytes.find(({ quote: { lane } }) => lane === delay.quote.lane);
        return size ? [{ delay, size, events: eventsPerPoll(run, delay) }] : [];
      });
      const matched = both.find(({ events }) => Math.abs(events - 1) < 0.1);
      const others = both.filter((one) => one !== matched && one.delay.point.clients === matched?.delay.point.clients);
      if (!matched) return undefined;
      const wins = others.flatMap(({ delay, size }) => [matched.delay.high < delay.low, matched.size.high < size.low]);
      const outcome = wins.every(Boolean) ? 'holds' : wins.some(Boolean) ? 'depends' : 'fails';
      const texts = [matched, ...others].map(
        ({ delay, size, events }) => `${formatSetting(events)} a poll: ${delay.text}, ${size.text} an event`,
      );
      return found(others, outcome, `Events: ${texts.join('; ')}.`);
    },
  },
  {
    id: 'client-cpu',
    text: 'WebSocket needs slightly less client CPU than SSE',
    source: TIMEPLUS,
    decides: 'CPU of the load processes per event, of clients in Node',
    command: commandOf('fanout', 'sse,websocket'),
    judge: (run) => {
      // Their CPU is no figure of its own: it is as sound as the server's of the same cells.
      const places = run.pairs({ metric: CPU, lane: 'websocket' }, { metric: CPU, lane: 'sse' });
      const ratios = places.flatMap(({ a, b }): Sight[] => {
        const of = clientCpuUs;
        const compared = compareLanes(a.quote.lane.attempts, b.quote.lane.attempts, { ...metricOf(CPU), of });
        const { value = 0, low = null, high = null } = compared?.ratio ?? {};
        return low === null || high === null ? [] : [{ ...withText({ value, low, high }), point: a.point }];
      });
      return found(ratios, outcomeOf(ratios, 0, 1 / 1.05), `WebSocket takes ${span(ratios, BY)} SSE’s client CPU.`);
    },
  },
  {
    id: 'six-connections',
    text: 'Browsers open at most 6 SSE connections to a host over HTTP/1.1',
    source: {
      name: 'WHATWG HTML, MDN',
      url: 'https://developer.mozilla.org/en-US/docs/Web/API/EventSource',
    },
    decides: 'how many of twelve event streams a page holds at once, over HTTP/1.1',
    command: commandOf('browser', 'sse,sse-h2-own'),
    judge: (run) => {
      const metric = 'browser.openStreams';
      const [plain, shared] = ['sse', 'sse-h2-own'].map((lane) => run.figures({ metric, lane })) as [
        Figure[],
        Figure[],
      ];
      const beside = shared.length > 0 ? `; ${span(shared)} over HTTP/2` : '';
      return found(plain, outcomeOf(plain, 1, 6), `Of twelve, ${span(plain)} were open at once${beside}.`);
    },
  },
];

const sumOf = <T>(all: readonly T[], of: (one: T) => number): number => all.reduce((sum, one) => sum + of(one), 0);
const missingIn = (cells: readonly CompletedCell[]) => sumOf(cells, ({ delivery }) => delivery.missing);
const expectedIn = (cells: readonly CompletedCell[]) => sumOf(cells, ({ delivery }) => delivery.expected);

function eventsPerPoll({ report: { result } }: Evidence, { quote: { estimate } }: Figure): number {
  const { eventsPerSecond, pollIntervalMs } = estimate.point;
  const intervalMs = pollIntervalMs ?? result.lanes.find(({ id }) => id === estimate.lane)?.idlePeriodMs ?? 0;
  return (eventsPerSecond * intervalMs) / 1e3;
}

/** @returns µs by delivery; undefined where the probe has all clients */
function clientCpuUs({ workers, wire: { windowDeliveries } }: CompletedCell): number | undefined {
  const cpuUs = sumOf(workers, (worker) => worker.cpuUs);
  return workers.length > 0 && windowDeliveries > 0 ? cpuUs / windowDeliveries : undefined;
}
