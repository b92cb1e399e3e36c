/** Pure: a configuration becomes cells in a seeded order. */

import { slotGroupSize } from '../contract/arrivals.ts';
import { type Lane, pollWaitMs, withInterval, withKeepAlive } from '../contract/lane.ts';
import { randomAt, STREAM } from '../contract/random.ts';
import type { Cell, Point, Result } from '../contract/result.ts';
import { groupBy, keyOfPoint, withoutInterval } from '../stats/group.ts';
import { metricOf } from '../stats/metrics/metrics.ts';
import type { CellPlan } from './cell-plan.ts';
import { eventWaitMs, openingMs } from './timeouts.ts';
import { warmupOf } from './warmup.ts';
import { heldWindows } from './window.ts';

/** A scenario with everything decided, as the result records it. */
export type PlannedScenario = Result['scenarios'][number];

export interface RunConfig {
  readonly profile: string;
  readonly lanes: readonly Lane[];
  readonly scenarios: readonly PlannedScenario[];
  readonly workers: number;
  /** The lane that others are compared with. */
  readonly reference: string;
  readonly seed: number;
}

type RoundCell = { readonly scenario: PlannedScenario; readonly lane: Lane; readonly point: Point };

/** Every cell of a round once, in an order of that round's own, so that a drift of the machine hits all lanes alike. */
export function planCells({ lanes, scenarios, seed }: RunConfig): CellPlan[] {
  const rounds = Math.max(...scenarios.map((scenario) => scenario.rounds));
  const cells: CellPlan[] = [];
  for (let round = 1; round <= rounds; round++) {
    const ofRound = scenarios
      .filter((scenario) => round <= scenario.rounds)
      .flatMap((scenario) => lanesOf(scenario, lanes).map((lane) => ({ scenario, lane })))
      .flatMap(({ scenario, lane }) => pointsOf(scenario, lane).map((point) => ({ scenario, point, lane })));
    for (const { scenario, point, lane: row } of inPointOrder(shuffle(ofRound, seed, round))) {
      const lane = laneAt(row, scenario, point);
      cells.push({
        procedure: scenario.procedure,
        lane,
        scenario: scenario.id,
        point,
        round,
        order: cells.length + 1,
        // Events and poll phases differ between rounds, and are the same for all lanes of one.
        seed: seed + round,
        rehearsalSeconds: scenario.rehearsalSeconds ?? 0,
        warmupSeconds: scenario.warmupSeconds,
        windowSeconds: windowSeconds(scenario, point, lane),
        arrivals: scenario.arrivals,
        ledgerClients: ledgerClients(lane, point.clients, scenario.ledgerShare),
      });
    }
  }
  return cells;
}

/** The lane as its cell runs it. */
function laneAt(row: Lane, { keepAliveSeconds, arrivals }: PlannedScenario, point: Point): Lane {
  const lane = withInterval(withKeepAlive(row, keepAliveSeconds), point.pollIntervalMs);
  const keepsQuarters = arrivals.process === 'spread' && arrivals.slotShare <= 0.5 && point.eventsPerSecond > 0;
  if (lane.polls !== 'timed' || !keepsQuarters) return lane;
  return { ...lane, options: { ...lane.options, eventSlotMs: 1e3 / point.eventsPerSecond } };
}

/** A lane's duplicate shows the noise of latencies; over many points it would take too long. */
function lanesOf({ figures, points, lanes: ids }: PlannedScenario, lanes: readonly Lane[]): readonly Lane[] {
  const own = lanes.filter(({ id }) => ids.includes(id));
  return figures.includes('latency') && points.length === 1
    ? own
    : own.filter(({ duplicateOf }) => duplicateOf === undefined);
}

/** A lane that does not poll is measured once where points differ in the poll interval alone. */
function pointsOf({ points }: PlannedScenario, { polls }: Lane): Point[] {
  if (polls === 'timed') return [...points];
  const others = distinct(points.map(withoutInterval));
  return others.length < points.length ? others : [...points];
}

export function distinct(points: readonly Point[]): Point[] {
  return [...new Map(points.map((point) => [keyOfPoint(point), point])).values()];
}

/** A lane with a limit is measured from its first point on: its positions in the round stay, their points are sorted. */
function inPointOrder(cells: readonly RoundCell[]): RoundCell[] {
  const keyOf = ({ scenario, lane }: RoundCell) => `${scenario.id} ${lane.id}`;
  const limited = cells.filter(({ scenario }) => scenario.limit);
  const byLane: ReadonlyMap<string, RoundCell[]> = groupBy(limited, keyOf);
  for (const ofLane of byLane.values()) {
    ofLane.sort((a, b) => a.scenario.points.indexOf(a.point) - b.scenario.points.indexOf(b.point));
  }
  return cells.map((cell) => byLane.get(keyOf(cell))?.shift() ?? cell);
}

/** Whether the lane was over the scenario's limit at an earlier point of the same round: then it goes no further. */
export function isBeyondLimit(plan: CellPlan, cells: readonly Cell[], scenarios: readonly PlannedScenario[]): boolean {
  const { limit, points } = scenarios.find(({ id }) => id === plan.scenario) ?? { points: [] };
  if (!limit) return false;
  const step = (point: Point) => points.findIndex((one) => keyOfPoint(one) === keyOfPoint(point));
  return cells.some(
    (cell) =>
      cell.lane === plan.lane.id &&
      cell.scenario === plan.scenario &&
      cell.round === plan.round &&
      step(cell.point) < step(plan.point) &&
      (cell.state === 'failed' || (metricOf(limit.metric).of(cell) ?? Number.POSITIVE_INFINITY) > limit.max),
  );
}

/** Whole poll intervals, so that bytes do not depend on where the window lies; silence, whole periods of what an idle connection does. */
function windowSeconds(scenario: PlannedScenario, point: Point, lane: Lane): number {
  const { procedure, windowSeconds, windowEvents = 0, arrivals } = scenario;
  if (point.eventsPerSecond > 0) {
    const seconds = Math.max(windowSeconds, windowEvents / point.eventsPerSecond);
    return wholeIntervals(seconds, slotGroupSize(arrivals) / point.eventsPerSecond, pollWaitMs(lane) / 1e3);
  }
  if (procedure !== 'deliver' || point.messagesPerSecond !== undefined) return windowSeconds;
  const periodSeconds = (lane.idlePeriodMs ?? 0) / 1e3;
  return periodSeconds > 0 ? Math.ceil(windowSeconds / periodSeconds) * periodSeconds : windowSeconds;
}

/** What rounding leaves of a whole number of intervals. */
const ROUNDING = 1e-6;

/**
 * The least number of slots for this time, or more, that takes a whole number of intervals; where none up to about twice as
 * many does, the time as it is.
 */
function wholeIntervals(seconds: number, slotSeconds: number, intervalSeconds: number): number {
  if (intervalSeconds === 0) return seconds;
  const least = Math.max(1, Math.round(seconds / slotSeconds));
  const most = 2 * least + Math.ceil(intervalSeconds / slotSeconds);
  for (let slots = least; slots <= most; slots++) {
    const intervals = (slots * slotSeconds) / intervalSeconds;
    if (intervals > 1 - ROUNDING && Math.abs(intervals - Math.round(intervals)) < ROUNDING) return slots * slotSeconds;
  }
  return seconds;
}

/**
 * Clients behind the relay have its detour in their latency: unless all are, at least one is not. A few of the clients that
 * share a connection would share another one, with framing and handshake spread over fewer of them.
 */
function ledgerClients({ sharesConnection }: Lane, clients: number, share: number): number {
  if (share === 1) return clients;
  return sharesConnection ? 0 : Math.min(Math.ceil(clients * share), clients - 1);
}

/** How long a cell takes, about: for the time left. */
export function expectedSeconds(plan: CellPlan): number {
  const { lane, point, procedure, warmupSeconds, windowSeconds, arrivals } = plan;
  // Its clients connect and close in 0.4 s.
  const rehearsalSeconds = plan.rehearsalSeconds > 0 ? plan.rehearsalSeconds + 0.4 : 0;
  const held = heldWindows[procedure]?.(plan, 1);
  if (held) return rehearsalSeconds + 1 + warmupSeconds + (held.windowMs + held.afterMs / 4) / 1e3;
  const waitSeconds = eventWaitMs(lane, point) / 1e3;
  const slot = point.eventsPerSecond > 0 ? slotGroupSize(arrivals) / point.eventsPerSecond : 0;
  const startSeconds = 0.8 + point.clients / 1e3 + openingMs(point) / 1e3;
  // Half an interval for the window's place on the grid of polls.
  const gridSeconds = pollWaitMs(lane) / 2e3;
  const warmup = gridSeconds + warmupOf(plan).seconds;
  return rehearsalSeconds + startSeconds + warmup + Math.max(windowSeconds, slot) + waitSeconds;
}

function shuffle<T>(all: readonly T[], seed: number, round: number): T[] {
  const shuffled = [...all];
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = Math.floor(randomAt(seed + round, STREAM.order, at) * (at + 1));
    [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
  }
  return shuffled;
}
