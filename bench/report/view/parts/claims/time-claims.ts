/** Claims about time. */

import type { Point } from '../../../../contract/result.ts';
import { QUOTED } from '../../../../stats/metrics/quoted.ts';
import { type Claim, commandOf, QUANTUM, RFC_6202, TIMEPLUS, TUTORIALS } from './claim.ts';
import {
  allOf,
  type Bounds,
  type Evidence,
  type Figure,
  type Finding,
  found,
  ofFewestClients,
  outcomeOf,
  type Pair,
  span,
} from './evidence.ts';

const P50 = QUOTED.p50;
const P95 = 'latency.p95Us';
const PUSHED = ['sse', 'websocket', 'streaming'];
const FAR_MS = 20;
/** As far as a source that says "about one" may be off. */
const ABOUT = 0.5;
const more = Number.POSITIVE_INFINITY;
const BY = ['clients', 'pollIntervalMs', 'rttMs', 'eventsPerSecond'] as const;

/** Far enough that the machine's own time is a small part of half the round trip. */
const isFar = ({ rttMs = 0 }: Point) => rttMs >= FAR_MS;
const isNear = ({ rttMs = 0 }: Point) => rttMs === 0;
const ratiosOf = (pairs: readonly Pair[]) => pairs.map(({ ratio }) => ratio);

function latencies(run: Evidence, metric: string, lane: string, other: string, at = isNear): Pair[] {
  return run.pairs({ metric, lane, at }, { metric, lane: other, at });
}

export const timeClaims: readonly Claim[] = [
  {
    id: 'large-margins',
    isAskedOften: true,
    text: 'WebSocket beats SSE and polling by large margins',
    source: { name: 'Bigestans', year: 2014 },
    decides: 'p50 latency of both against WebSocket; large is twice',
    command: commandOf('fanout', 'polling,sse,websocket'),
    judge: (run) => {
      const sse = ratiosOf(latencies(run, P50, 'sse', 'websocket'));
      const polling = ratiosOf(latencies(run, P50, 'polling', 'websocket'));
      if (polling.length === 0) return undefined;
      const text = `p50 against WebSocket: polling ${span(polling, BY)}; SSE ${span(sse, BY)}.`;
      return found(sse, outcomeOf([...polling, ...sse], 2, more), text);
    },
  },
  {
    id: 'sse-and-websocket-alike',
    isAskedOften: true,
    text: 'SSE and WebSocket perform alike for push',
    source: TIMEPLUS,
    decides: 'p50 latency and server CPU of both; alike is within ±5 %',
    command: commandOf('fanout', 'sse,websocket'),
    judge: (run) => {
      const times = latencies(run, P50, 'sse', 'websocket', () => true);
      const cpu = { metric: QUOTED.cpu };
      const work = run.pairs({ ...cpu, lane: 'sse' }, { ...cpu, lane: 'websocket' });
      const all = ratiosOf([...times, ...work]);
      const [widest] = times.toSorted((a, b) => b.a.value - b.b.value - (a.a.value - a.b.value));
      const ms = widest && ((widest.a.value - widest.b.value) / 1e3).toFixed(2);
      const ofCpu = work.length > 0 ? `; server CPU ${span(ratiosOf(work), BY)}` : '';
      const text = `SSE to WebSocket: p50 ${span(ratiosOf(times), BY)}, at most ${ms}\u00a0ms more${ofCpu}.`;
      return found(times, outcomeOf(all, 1 / 1.05, 1.05), text);
    },
  },
  {
    id: 'times-of-tutorials',
    text: 'WebSocket takes 0–5 ms, SSE 3–8 ms, long-polling its interval and a round trip',
    source: TUTORIALS,
    decides: 'p50 latency of one client without distance; a long poll’s interval is its hold',
    command: commandOf('fanout', 'long-polling,sse,websocket'),
    judge: (run) => {
      const [websocket, sse, parked] = ['websocket', 'sse', 'long-polling'].map((lane) =>
        ofFewestClients(run.figures({ metric: P50, lane, at: isNear })),
      ) as [Figure[], Figure[], Figure[]];
      if (websocket.length === 0 || sse.length === 0) return undefined;
      const holdMs = run.report.result.lanes.find(({ id }) => id === 'long-polling')?.idlePeriodMs ?? 0;
      const outcome = allOf([
        outcomeOf(websocket, 0, 5e3),
        outcomeOf(sse, 3e3, 8e3),
        outcomeOf(parked, holdMs * 1e3, more),
      ]);
      const text = `p50: WebSocket ${span(websocket, BY)}, SSE ${span(sse, BY)}, long-polling ${span(parked, BY)}.`;
      return found(parked, outcome, text);
    },
  },
  {
    id: 'latency-3-to-1',
    text: 'WebSocket cuts latency 3:1, from 150 to 50 ms',
    source: QUANTUM,
    decides: `latency of long-polling against WebSocket, from an RTT of ${FAR_MS} ms`,
    command: commandOf('distance', 'long-polling,websocket'),
    judge: (run) => {
      const pairs = [P50, P95].flatMap((metric) => latencies(run, metric, 'long-polling', 'websocket', isFar));
      const ratios = ratiosOf(pairs);
      return found(
        ratios,
        outcomeOf(ratios, 2.85, more),
        `p50 and p95 of long-polling: ${span(ratios, BY)} WebSocket’s.`,
      );
    },
  },
  {
    id: 'long-poll-transits',
    text: 'Long-polling takes about one network transit on average and three at most',
    source: RFC_6202,
    decides: `p50 and p95 latency in transits of RTT/2, from an RTT of ${FAR_MS} ms`,
    command: commandOf('gap', 'long-polling'),
    judge: (run) => transitsFinding(run, ['long-polling'], 3 + ABOUT),
  },
  {
    id: 'stream-transits',
    text: 'Streaming takes one network transit, on average and at most',
    source: RFC_6202,
    decides: `p50 and p95 latency of SSE, WebSocket and streaming in transits of RTT/2, from an RTT of ${FAR_MS} ms`,
    command: commandOf('distance', 'sse,websocket'),
    judge: (run) => transitsFinding(run, PUSHED, 1 + ABOUT),
  },
  {
    id: 'p95-under-load',
    text: 'Without polling to fall back on, p95 gets worse under load (22 to 82 ms)',
    source: { name: 'Etherpad', year: 2026 },
    decides: 'p95 latency of long-polling, which bundles what waits, against WebSocket, from 100 events/s',
    command: commandOf('rate', 'long-polling,websocket'),
    judge: (run) => {
      const isLoaded = (point: Point) => isNear(point) && point.eventsPerSecond >= 100;
      const ratios = ratiosOf(latencies(run, P95, 'long-polling', 'websocket', isLoaded));
      return found(ratios, outcomeOf(ratios, 0, 1 / 1.05), `p95 of long-polling: ${span(ratios, BY)} WebSocket’s.`);
    },
  },
  {
    id: 'open-once',
    text: 'Opening a connection once saves the latency of repeated handshakes',
    source: TUTORIALS,
    decides: 'p50 latency of a connection per poll against a kept one, by RTT',
    command: commandOf('distance', 'polling,polling-close', ' --reference polling'),
    judge: (run) => {
      const ratios = ratiosOf(latencies(run, P50, 'polling-close', 'polling', () => true));
      return found(
        ratios,
        outcomeOf(ratios, 1.05, more),
        `p50 with a connection per poll: ${span(ratios, BY)} a kept one’s.`,
      );
    },
  },
  {
    id: 'browser-costs-more',
    text: 'A user has a browser: its own client costs more than the socket that is timed here',
    source: { name: 'objection to simulated clients' },
    decides: 'p50 in a page less that of a bare socket in the same cells, clock bounds included',
    command: commandOf('browser', 'long-polling,sse,streaming,websocket'),
    judge: (run) => {
      const costs = [...PUSHED, 'long-polling'].flatMap((lane) => run.figures({ metric: 'browser.costUs', lane }));
      // Not more than nothing: an interval that ends at 0 or holds it decides nothing.
      const outcome = outcomeOf(costs, Number.MIN_VALUE, more);
      return found(costs, outcome, `The page’s own client takes ${span(costs)} more than a socket at p50.`);
    },
  },
  {
    id: 'full-duplex',
    text: 'A WebSocket is full duplex; HTTP needs a request and an answer for each message',
    source: TUTORIALS,
    decides: 'bytes of a message from client to server and its echo',
    command: commandOf('upstream', 'long-polling,sse,websocket'),
    judge: (run) => {
      const metric = 'upstream.bytesPerMessage';
      const ratios = ['polling', 'long-polling', 'sse'].flatMap((lane) =>
        ratiosOf(run.pairs({ metric, lane }, { metric, lane: 'websocket' })),
      );
      return found(ratios, outcomeOf(ratios, 1.01, more), `A message over HTTP takes ${span(ratios, BY)} the bytes.`);
    },
  },
];

/** @param most transits at which p95 still counts as what the source says at most */
function transitsFinding(run: Evidence, lanes: readonly string[], most: number): Finding | undefined {
  const inTransits = (metric: string) =>
    lanes.flatMap((lane) => run.figures({ metric, lane, at: isFar }).map(perTransit));
  const [middle, tail] = [inTransits(P50), inTransits(P95)];
  const outcome = allOf([outcomeOf(middle, 0, 1 + ABOUT), ...(tail.length > 0 ? [outcomeOf(tail, 0, most)] : [])]);
  const ofTail = tail.length > 0 ? `; p95 ${span(tail, BY)}` : '';
  return found(middle, outcome, `p50 ${span(middle, BY)}${ofTail}.`);
}

function perTransit({ value, low, high, point }: Figure) {
  const transitUs = ((point.rttMs ?? 0) * 1e3) / 2;
  const bounds: Bounds = { value: value / transitUs, low: low / transitUs, high: high / transitUs };
  const digits = (number: number) => number.toFixed(2);
  const text = `${digits(bounds.value)} transits [${digits(bounds.low)}, ${digits(bounds.high)}]`;
  return { ...bounds, point, text };
}
