/** Pure: a configuration becomes cells in a seeded order. */

import type { Lane } from '../contract/lane.ts';
import { randomAt, STREAM } from '../contract/random.ts';
import type { Cell, Point, Result } from '../contract/result.ts';
import { jitterOf, slotsTogether } from '../contract/slots.ts';
import { keyOfPoint, withoutInterval } from '../stats/group.ts';
import { metricOf } from '../stats/metrics/metrics.ts';
import type { CellPlan } from './cell-plan.ts';
import { heldWindows } from './held-events.ts';
import { eventWaitMs, openingMs } from './waits.ts';
import { warmupOf } from './warmup.ts';

/** A scenario with everything decided, as the result tells it. */
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

/** Every cell of a round once, in an order of that round's own, so that a drift of the machine hits all lanes alike. */
export function planCells({ lanes, scenarios, seed }: RunConfig): CellPlan[] {
  const rounds = Math.max(...scenarios.map((scenario) => scenario.rounds));
  const cells: CellPlan[] = [];
  for (let round = 1; round <= rounds; round++) {
    const places = scenarios
      .filter((scenario) => round <= scenario.rounds)
      .flatMap((scenario) => lanesOf(scenario, lanes).map((lane) => ({ scenario, lane })))
      .flatMap(({ scenario, lane }) => pointsOf(scenario, lane).map((point) => ({ scenario, point, lane })));
    for (const { scenario, point, lane } of inSteps(shuffle(places, seed, round))) {
      cells.push({
        procedure: scenario.procedure,
        lane: withInterval(lane, point.pollIntervalMs),
        scenario: scenario.id,
        point,
        round,
        order: cells.length + 1,
        // Another stream of events and poll phases each round, the same for all lanes of it.
        seed: seed + round,
        rehearsalSeconds: scenario.rehearsalSeconds ?? 0,
        warmupSeconds: scenario.warmupSeconds,
        windowSeconds: windowSeconds(scenario, point, lane),
        jitter: jitterOf(scenario.arrivals),
        ledgerClients: ledgerClients(lane, point.clients, scenario.ledgerShare),
      });
    }
  }
  return cells;
}

/** A duplicate of a lane shows the noise of latencies; over many points it would take too long. */
function lanesOf({ figures, points, lanes: ids }: PlannedScenario, lanes: readonly Lane[]): readonly Lane[] {
  const own = lanes.filter(({ id }) => ids.includes(id));
  return figures.includes('latency') && points.length === 1
    ? own
    : own.filter(({ duplicateOf }) => duplicateOf === undefined);
}

/** A lane that does not poll is measured once where points differ in the poll interval alone. */
function pointsOf({ points }: PlannedScenario, { options }: Lane): Point[] {
  if (options['intervalMs'] !== undefined) return [...points];
  const others = distinct(points.map(withoutInterval));
  return others.length < points.length ? others : [...points];
}

/** Points that came out equal are one. */
export function distinct(points: readonly Point[]): Point[] {
  return [...new Map(points.map((point) => [keyOfPoint(point), point])).values()];
}

/**
 * Where a lane goes on only while it keeps a limit, its points come in the order of the scenario, whichever places of the
 * round they have.
 */
function inSteps<T extends { readonly scenario: PlannedScenario; readonly lane: Lane; readonly point: Point }>(
  places: readonly T[],
): T[] {
  const steps = new Map<string, T[]>();
  const keyOf = ({ scenario, lane }: T) => `${scenario.id} ${lane.id}`;
  for (const place of places.filter(({ scenario }) => scenario.limit)) {
    steps.set(keyOf(place), [...(steps.get(keyOf(place)) ?? []), place]);
  }
  for (const [, ladder] of steps) {
    ladder.sort((a, b) => a.scenario.points.indexOf(a.point) - b.scenario.points.indexOf(b.point));
  }
  return places.map((place) => steps.get(keyOf(place))?.shift() ?? place);
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

/** Silence is measured over whole periods of what an idle connection does. */
function windowSeconds(scenario: PlannedScenario, point: Point, lane: Lane): number {
  const { procedure, windowSeconds, windowEvents = 0 } = scenario;
  if (point.eventsPerSecond > 0) return Math.max(windowSeconds, windowEvents / point.eventsPerSecond);
  if (procedure !== 'deliver' || point.messagesPerSecond !== undefined) return windowSeconds;
  const periodSeconds = (lane.idlePeriodMs?.(lane.options) ?? 0) / 1e3;
  return periodSeconds > 0 ? Math.ceil(windowSeconds / periodSeconds) * periodSeconds : windowSeconds;
}

/**
 * Those behind the relay have its detour in their latency: unless all are, one at the least is not. Of clients that share a
 * connection a few would share another one, on which an event's framing and the handshake are spread over fewer of them.
 */
function ledgerClients({ options }: Lane, clients: number, share: number): number {
  if (share === 1) return clients;
  return options['connections'] === 'shared' ? 0 : Math.min(Math.ceil(clients * share), clients - 1);
}

/** Lanes that poll say so by having an interval. */
export function withInterval(lane: Lane, intervalMs: number | undefined): Lane {
  if (intervalMs === undefined || lane.options['intervalMs'] === undefined) return lane;
  return { ...lane, options: { ...lane.options, intervalMs } };
}

/** How long a cell takes, about: for the time left. */
export function expectedSeconds(plan: CellPlan): number {
  const { lane, point, procedure, warmupSeconds, windowSeconds, jitter } = plan;
  // Its clients come and go besides.
  const rehearsalSeconds = plan.rehearsalSeconds > 0 ? plan.rehearsalSeconds + 0.4 : 0;
  const held = heldWindows[procedure]?.(plan, 1);
  if (held) return rehearsalSeconds + 1 + warmupSeconds + (held.windowMs + held.afterMs / 4) / 1e3;
  const waitSeconds = eventWaitMs(lane, point) / 1e3;
  const slot = point.eventsPerSecond > 0 ? slotsTogether(jitter) / point.eventsPerSecond : 0;
  const startSeconds = 0.8 + point.clients / 1e3 + openingMs(point) / 1e3;
  return rehearsalSeconds + startSeconds + warmupOf(plan).seconds + Math.max(windowSeconds, slot) + waitSeconds;
}

/** Fisher and Yates. */
function shuffle<T>(all: readonly T[], seed: number, round: number): T[] {
  const shuffled = [...all];
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = Math.floor(randomAt(seed + round, STREAM.order, at) * (at + 1));
    [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
  }
  return shuffled;
}
