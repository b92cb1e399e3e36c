/** A result of many scenarios for tests: one for each thing that a scenario can vary or measure. */

import { axesOf, type DeclaredAxes } from '../contract/dimensions.ts';
import { type CompletedCell, notice, type Point, type Result } from '../contract/result.ts';
import { makeResult, POINT, SCENARIO } from './fixture.ts';

type Scenario = Result['scenarios'][number];

interface Part {
  readonly id: string;
  readonly figures: Scenario['figures'];
  readonly points: readonly Point[];
  /** What its points do not tell of what is varied. */
  readonly axes?: DeclaredAxes;
  readonly events?: number;
  readonly limit?: Scenario['limit'];
  readonly change?: (cell: CompletedCell) => CompletedCell;
  /** Whether a lane is measured at a point. */
  readonly has?: (cell: CompletedCell) => boolean;
}

export interface SurveySpec {
  readonly lanes?: readonly string[];
  readonly rounds?: number;
  readonly parts?: readonly Part[];
}

const SIX = ['bare', 'asking', 'waiting', 'streaming', 'framing', 'framing-again'];

/** The first lane is a floor, the second polls and the last repeats the one before it, which is the reference. */
export function makeSurvey({ lanes = SIX, rounds = 3, parts = PARTS }: SurveySpec = {}): Result {
  const [again = '', reference = ''] = lanes.toReversed();
  const results = parts.map(
    ({ id, figures, points, axes = {}, events, limit, change = (cell) => cell, has = () => true }) => {
      const spec = { lanes, rounds, points, reference, duplicates: { [again]: reference }, ...(events && { events }) };
      const all = makeResult({ ...spec, change: (cell) => cutOff(loaded(change({ ...cell, scenario: id })), limit) });
      const kept = all.cells.filter((cell) => cell.state === 'failed' || has(cell));
      const isKept = (one: { lane: string; point: Point }) =>
        kept.some((cell) => cell.lane === one.lane && JSON.stringify(cell.point) === JSON.stringify(one.point));
      const title = id.charAt(0).toUpperCase() + id.slice(1);
      const scenario: Scenario = {
        ...SCENARIO,
        ...(limit && { limit }),
        id,
        title,
        question: `What does ${id} cost?`,
        figures,
        points: [...points],
        ...axesOf(points, axes),
        lanes: [...lanes],
        rounds,
      };
      return {
        ...all,
        scenarios: [scenario],
        cells: kept,
        estimates: all.estimates.filter(isKept),
        comparisons: all.comparisons.filter(isKept),
      };
    },
  );
  const [first] = results;
  if (!first) throw new Error('a survey has parts');
  return {
    ...first,
    scenarios: results.flatMap(({ scenarios }) => scenarios),
    cells: results.flatMap(({ cells }) => cells),
    estimates: results.flatMap(({ estimates }) => estimates),
    comparisons: results.flatMap(({ comparisons }) => comparisons),
  };
}

const along = <K extends keyof Point>(key: K, values: readonly Point[K][], point: Point = POINT): Point[] =>
  values.map((value) => ({ ...point, [key]: value }));

/** What an event takes longer, by the point: distance, interval, load. */
function loaded(cell: CompletedCell): CompletedCell {
  const { rttMs = 0, pollIntervalMs, clients, eventsPerSecond, stalledClients = 0 } = cell.point;
  const load = 1 + (clients * Math.max(1, eventsPerSecond)) / 4e3;
  const pollWaitUs = cell.lane === 'asking' ? (pollIntervalMs ?? 1_000) * 500 : 0;
  const takes = (us: number) => us * load * (1 + stalledClients * 0.4) + rttMs * 500 + pollWaitUs;
  const { latency, server } = cell;
  return {
    ...cell,
    latency: {
      ...latency,
      p50Us: takes(latency.p50Us),
      p95Us: takes(latency.p95Us),
      p99Us: takes(latency.p99Us),
    },
    server: { ...server, peakRssBytes: server.peakRssBytes * (1 + stalledClients * 0.6) },
    cutOffClients: stalledClients,
    wire: {
      ...cell.wire,
      perDeliveryBytes: cell.wire.perDeliveryBytes + (pollWaitUs > 0 ? 6e8 / pollWaitUs : 0),
    },
  };
}

/** Beyond the limit a cell says what gave out. */
function cutOff(cell: CompletedCell, limit: Scenario['limit']): CompletedCell {
  if (!limit || cell.latency.p99Us <= limit.max) return cell;
  return { ...cell, warnings: [notice('server-saturated', 'full', 'less')] };
}

function timesOf(p50Us: number, count: number): CompletedCell['latency'] {
  const at = (factor: number) => p50Us * factor;
  return {
    ...{ count, minUs: at(0.5), meanUs: at(1.1), p50Us, p90Us: at(1.5), p95Us: at(2), p99Us: at(3) },
    ...{ p999Us: at(4), maxUs: at(5), histogram: '' },
  };
}

export function silent(cell: CompletedCell): CompletedCell {
  const { wire } = cell;
  const packets = { sentSegments: 20, receivedSegments: 20, headerBytesPerSegment: 52 };
  return {
    ...cell,
    window: { ...cell.window, events: 0 },
    delivery: { ...cell.delivery, expected: 0, delivered: 0 },
    latency: { ...timesOf(0, 0) },
    wire: {
      ...wire,
      windowDeliveries: 0,
      perDeliveryBytes: 0,
      packets: { ...packets, perDelivery: 0, tcpIpBytesPerDelivery: 0 },
    },
  };
}

export function opened(cell: CompletedCell): CompletedCell {
  const { latency, wire, point } = cell;
  const p50Us = latency.p50Us + (point.rttMs ?? 0) * 1e3;
  const upBytes = 200 * (160 + wire.perDeliveryBytes);
  return { ...cell, opened: { count: 200, firstEvent: timesOf(p50Us, 200), upBytes, downBytes: 200 * 180 } };
}

export function echoing(cell: CompletedCell): CompletedCell {
  return { ...silent(cell), upstream: { messages: 500, echo: timesOf(cell.latency.p50Us * 2, 500) } };
}

/** Lanes come back all at once, or later and later. */
export function killed(cell: CompletedCell): CompletedCell {
  const { clients } = cell.point;
  const isSpread = cell.latency.p50Us > 3_000;
  const attemptsByTenth = Array.from({ length: 40 }, (_, at) => {
    if (!isSpread) return at === 3 || at === 8 ? clients * 2 : 0;
    return at % 3 === 0 ? Math.max(0, Math.round(clients / 4 - at / 10)) : 0;
  });
  const attempts = attemptsByTenth.reduce((sum, count) => sum + count, 0);
  const firstEvent = timesOf(cell.latency.p50Us * 100, clients * 2);
  return { ...cell, recovery: { kills: 2, firstEvent, attempts, replayed: 40, attemptsByTenth } };
}

/** The second lane that is not bare parks polls; at 100 ms and 20 events/s nearly all wait. */
export function polled(cell: CompletedCell): CompletedCell {
  if (cell.lane !== 'waiting') return cell;
  const { eventsPerSecond, rttMs = 0 } = cell.point;
  const all = cell.wire.windowDeliveries;
  const queuedDeliveries = Math.round(all * Math.min(0.95, (eventsPerSecond * rttMs) / 2e3 + cell.round / 100));
  return { ...cell, polls: { parkedDeliveries: all - queuedDeliveries, queuedDeliveries } };
}

export function looping(cell: CompletedCell): CompletedCell {
  const { heldEvents = 0 } = cell.point;
  const requests = Math.round(6e7 / cell.latency.p50Us / (1 + heldEvents));
  const loop = { requests, seconds: 5, upBytes: requests * 130, downBytes: requests * (110 + heldEvents * 130) };
  return {
    ...cell,
    closedLoops: [
      { client: 'undici', ...loop },
      { client: 'autocannon', ...loop, requests: Math.round(requests * 1.1) },
    ],
  };
}

const RATES = [10, 100, 500, 1_000, 2_000];

/** As a run of all of them would have it. */
const PARTS: readonly Part[] = [
  { id: 'crowd', figures: ['latency', 'bytes', 'cpu', 'memory'], points: [POINT] },
  {
    id: 'far',
    figures: ['latency'],
    points: [1, 20].flatMap((eventsPerSecond) => along('rttMs', [0, 20, 100], { ...POINT, eventsPerSecond })),
    axes: { varies: ['rttMs', 'eventsPerSecond'] },
  },
  {
    id: 'missed',
    figures: ['gap'],
    points: [
      [10, 10],
      [20, 25],
      [50, 10],
      [20, 100],
    ].map(([eventsPerSecond = 0, rttMs = 0]) => ({ ...POINT, eventsPerSecond, rttMs })),
    change: polled,
  },
  {
    id: 'often',
    figures: ['tradeoff'],
    points: [POINT, ...along('pollIntervalMs', [100, 250, 500, 1_000, 2_000, 5_000])],
    has: ({ lane, point }) => (point.pollIntervalMs !== undefined) === (lane === 'asking'),
  },
  { id: 'large', figures: ['bytes', 'cpu'], points: along('payloadBytes', [64, 256, 1_024, 4_096, 16_384, 65_536]) },
  { id: 'fast', figures: ['latency', 'bytes', 'cpu'], points: along('eventsPerSecond', [1, 10, 100, 1_000]) },
  {
    id: 'many',
    figures: ['latency', 'cpu', 'memory'],
    points: [1, 10, 100, 1_000, 10_000].map((clients) => ({ ...POINT, clients, eventsPerSecond: 4_000 / clients })),
    axes: { varies: 'clients', covaries: ['eventsPerSecond'] },
  },
  { id: 'silent', figures: ['idle'], points: [{ ...POINT, eventsPerSecond: 0 }], change: silent },
  { id: 'open', figures: ['connect'], points: along('rttMs', [0, 20, 100]), change: opened },
  { id: 'dead', figures: ['recovery'], points: [{ ...POINT, clients: 100 }], change: killed },
  { id: 'stalled', figures: ['isolation'], points: along('stalledClients', [0, 1]), events: 300 },
  {
    id: 'upwards',
    figures: ['upstream'],
    points: [{ ...POINT, eventsPerSecond: 0, messagesPerSecond: 10 }],
    change: echoing,
  },
  {
    id: 'polled',
    figures: ['capacity'],
    points: along('heldEvents', [0, 1], { ...POINT, eventsPerSecond: 0 }),
    change: looping,
    has: ({ lane }) => lane === 'asking' || lane === 'waiting',
  },
  {
    id: 'full',
    figures: ['knee'],
    points: along('eventsPerSecond', RATES),
    events: 300,
    limit: { metric: 'latency.p99Us', max: 600_000 },
    has: ({ latency, point }) => latency.p99Us <= 600_000 || point.eventsPerSecond <= 1_000,
  },
];
