/** Pure: a configuration becomes cells in a seeded order. */

import { slotGroupSize } from '../contract/arrivals.ts';
import { type Lane, pollWaitMs, withInterval, withKeepAlive } from '../contract/lane.ts';
import { randomAt, STREAM } from '../contract/random.ts';
import type { Cell, Point, Result } from '../contract/result.ts';
import { groupBy, keyOfPoint, withoutInterval } from '../stats/group.ts';
import { metricOf } from '../stats/metrics/metrics.ts';
import type { CellGroup, CellPlan } from './cell-plan.ts';
import { floorSecondsOf, probeClientsOf, readsMemory } from './probes.ts';
import { eventWaitMs, openingMs } from './timeouts.ts';
import { warmupOf } from './warmup.ts';
import { heldWindows } from './window.ts';

/** Of the window: one client's p50 and p95 need fewer events than the p99 of many. */
const ONE_CLIENT_SHARE = 1 / 3;
/** Of a poll interval in which the polls of many clients keep off the instants of events. */
const LEAST_SLOTS = 4;
/** More than any block takes. */
const DRAWS_OF_SCENARIO = 0x1_0000;

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

/**
 * Every cell, in blocks: one scenario at a time, within it round by round. All lanes of a point and round are next to each other,
 * in an order of their own, so that a lane and its reference meet the same machine.
 *
 * @returns groups of cells that share their processes; most have one cell
 */
export function planCells({ lanes, scenarios, seed }: RunConfig): CellGroup[] {
  let order = 0;
  return scenarios.flatMap((scenario, at) => {
    const groups = roundsOf(scenario).flatMap((round) => {
      const draw = drawsOf(seed + round, at);
      return placesOf(scenario, lanes, round, draw).map(([first, ...others]): CellGroup => {
        const planAt = ({ lane, point }: Place) => cellPlan(scenario, lane, point, { seed, round, order: ++order });
        return [planAt(first), ...others.map(planAt)];
      });
    });
    return withKeptProcesses(groups, scenario);
  });
}

/**
 * Processes of a lane stay for its next group within so many rounds. No server is one to go on with whose heap was read, nor one
 * in a network that ends with its cell, nor one that is killed.
 */
function withKeptProcesses(groups: readonly CellGroup[], scenario: PlannedScenario): CellGroup[] {
  const { roundsPerProcess, procedure } = scenario;
  if (roundsPerProcess === undefined || procedure !== 'deliver') return [...groups];
  const isKept = ({ point }: CellPlan) => point.link === undefined && !readsMemory(scenario, point);
  const ofLane = groupBy(groups, ([{ lane, round }]) => JSON.stringify([lane.id, Math.ceil(round / roundsPerProcess)]));
  return groups.map((group): CellGroup => {
    const all: readonly CellGroup[] = [...ofLane.values()].find((some) => some.includes(group)) ?? [];
    const at = all.indexOf(group);
    const [findsProcesses, keepsProcesses] = [all[at - 1]?.every(isKept), at < all.length - 1 && group.every(isKept)];
    const mark = (plan: CellPlan) => ({ ...plan, keepsProcesses, ...(findsProcesses && { findsProcesses }) });
    const [first, ...others] = group;
    return [mark(first), ...others.map(mark)];
  });
}

/** Groups that follow one another and are of one scenario and round. */
export function blocksOf(groups: readonly CellGroup[]): CellGroup[][] {
  return [...groupBy(groups, ([{ scenario, round }]) => JSON.stringify([scenario, round])).values()];
}

type Place = { readonly lane: Lane; readonly point: Point };
type Draw = () => number;

function roundsOf({ rounds }: PlannedScenario): number[] {
  return Array.from({ length: rounds }, (_, at) => at + 1);
}

/** The places of one block in the order in which they are measured, by group. */
function placesOf(
  scenario: PlannedScenario,
  lanes: readonly Lane[],
  round: number,
  draw: Draw,
): (readonly [Place, ...Place[]])[] {
  const places = lanesOf(scenario, lanes)
    .filter((lane) => isOfRound(round, scenario, lane))
    .flatMap((lane) => pointsOf(scenario, lane).map((point) => ({ lane, point })));
  if (sharesProcesses(scenario)) return shuffle([...groupBy(places, ({ lane }) => lane.id).values()], draw);
  const byPoint = [...groupBy(places, ({ point }) => keyOfPoint(point)).values()];
  // A lane with a limit is measured from its first point on.
  const ordered = scenario.limit
    ? byPoint.sort((a, b) => rankIn(scenario, a) - rankIn(scenario, b))
    : shuffle(byPoint, draw);
  return ordered.flatMap((ofPoint) => shuffle(ofPoint, draw)).map((place) => [place] as const);
}

/**
 * Where points share processes, a lane that is polled at intervals is measured in every other round, in windows twice as long:
 * its warm-up and its drain take an interval each, for an event waits for a poll. So is a lane's duplicate, in windows as they
 * are, for it shows noise and is quoted for nothing else.
 */
function isOfRound(round: number, scenario: PlannedScenario, lane: Lane): boolean {
  const isDuplicate = sharesProcesses(scenario) && lane.duplicateOf !== undefined;
  return round % 2 === 1 || !(isDuplicate || hasLongWindows(scenario, lane));
}

function hasLongWindows(scenario: PlannedScenario, { polls }: Lane): boolean {
  return sharesProcesses(scenario) && scenario.rounds > 1 && polls === 'timed';
}

/** A limit ends a lane's points in the middle, so that its cells need processes of their own. */
function sharesProcesses({ sharesProcesses: isShared = false, limit }: PlannedScenario): boolean {
  return isShared && limit === undefined;
}

function rankIn({ points }: PlannedScenario, [{ point }]: readonly [Place, ...Place[]]): number {
  return points.findIndex((one) => keyOfPoint(one) === keyOfPoint(point));
}

function cellPlan(
  scenario: PlannedScenario,
  row: Lane,
  point: Point,
  { seed, round, order }: { readonly seed: number; readonly round: number; readonly order: number },
): CellPlan {
  const lane = laneAt(row, scenario, point);
  // Bytes come out the same each round, and the relay takes a core that a probe may be on.
  const isRead = (round === 1 || scenario.ledgerShare === 1) && !isSealed(scenario, lane);
  const readAlong = isRead ? ledgerClients(lane, point.clients, scenario.ledgerShare) : 0;
  return {
    procedure: scenario.procedure,
    lane,
    scenario: scenario.id,
    point,
    round,
    order,
    attempt: 1,
    // Events and poll phases differ between rounds, and are the same for all lanes of one.
    seed: seed + round,
    rehearsalSeconds: scenario.rehearsalSeconds ?? 0,
    warmupSeconds: scenario.warmupSeconds,
    windowSeconds: windowSeconds(scenario, point, lane),
    arrivals: scenario.arrivals,
    ledgerClients: readAlong,
    probeClients: probeClientsOf(scenario, lane, point, readAlong),
    floorSeconds: floorSecondsOf(scenario, point),
    readsMemory: readsMemory(scenario, point),
  };
}

/** A browser does not tell the secrets of its connections. */
function isSealed({ procedure }: PlannedScenario, { options }: Lane): boolean {
  return procedure === 'browser' && (options['over'] ?? 'http') !== 'http';
}

/** Whether it is the point of one client, beside others with many in the same processes. */
function isOneOfMany({ points, sharesProcesses }: PlannedScenario, { clients }: Point): boolean {
  return sharesProcesses === true && clients === 1 && points.some((point) => point.clients > 1);
}

/** The lane as its cell runs it. */
function laneAt(row: Lane, { keepAliveSeconds, arrivals }: PlannedScenario, point: Point): Lane {
  const lane = withInterval(withKeepAlive(row, keepAliveSeconds), point.pollIntervalMs);
  const keepsQuarters = arrivals.process === 'spread' && arrivals.slotShare <= 0.5 && point.eventsPerSecond > 0;
  const slotMs = 1e3 / point.eventsPerSecond;
  // The polls of many clients within a few slots would come in bunches, each of which keeps the next event waiting.
  const isBunched = point.clients > 1 && pollWaitMs(lane) < LEAST_SLOTS * slotMs;
  if (lane.polls !== 'timed' || !keepsQuarters || isBunched) return lane;
  return { ...lane, options: { ...lane.options, eventSlotMs: slotMs } };
}

/** A lane's duplicate shows the noise of latencies; over many points it would take too long. */
function lanesOf(
  { figures, points, lanes: ids, sharesProcesses: isShared }: PlannedScenario,
  lanes: readonly Lane[],
): readonly Lane[] {
  const own = lanes.filter(({ id }) => ids.includes(id));
  return figures.includes('latency') && (points.length === 1 || isShared)
    ? own
    : own.filter(({ duplicateOf }) => duplicateOf === undefined);
}

/**
 * A lane that does not poll is measured once where points differ in the poll interval alone. One that polls at intervals is not
 * measured with one client beside many in the same processes: either would find the same wait, its own.
 */
function pointsOf(scenario: PlannedScenario, { polls }: Lane): Point[] {
  const points = scenario.points.filter((point) => !(polls === 'timed' && isOneOfMany(scenario, point)));
  if (polls === 'timed') return points;
  const others = distinct(points.map(withoutInterval));
  return others.length < points.length ? others : [...points];
}

export function distinct(points: readonly Point[]): Point[] {
  return [...new Map(points.map((point) => [keyOfPoint(point), point])).values()];
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
  if (isOneOfMany(scenario, point)) return windowSeconds * ONE_CLIENT_SHARE;
  if (point.eventsPerSecond > 0) {
    const windows = hasLongWindows(scenario, lane) ? 2 : 1;
    const seconds = Math.max(windows * windowSeconds, windowEvents / point.eventsPerSecond);
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

/** How long a group takes, about: for the time left. */
export function expectedSeconds(group: CellGroup): number {
  return sharedSeconds(group) + group.reduce((sum, plan) => sum + takeSeconds(plan), 0);
}

/** Of the speed of the machine, and of whether others use its cores. */
const LOOK_SECONDS = 0.25;

/**
 * What is done once for all of the group. Processes start in 0.8 s; the clients of a rehearsal connect and close in 0.4 s; a
 * floor has a lead of 0.2 s; reading the memory of several numbers of clients takes 1 s.
 */
function sharedSeconds(group: CellGroup): number {
  const [{ rehearsalSeconds, floorSeconds, findsProcesses = false }] = group;
  if (findsProcesses) return LOOK_SECONDS;
  const rehearsal = rehearsalSeconds > 0 ? rehearsalSeconds + 0.4 : 0;
  const floor = floorSeconds > 0 ? floorSeconds + 0.2 : 0;
  const memory = group.some(({ readsMemory }) => readsMemory) ? 1 : 0;
  return LOOK_SECONDS + 0.8 + rehearsal + floor + memory;
}

/** A Chromium starts in a second; its clock is tied twice; what a page holds at once, or polls in the background, is seen after it. */
const BROWSER_SECONDS = 7;

function takeSeconds(plan: CellPlan): number {
  const { lane, point, procedure, warmupSeconds, windowSeconds, arrivals } = plan;
  const held = heldWindows[procedure]?.(plan, 1);
  if (held) return 0.2 + warmupSeconds + (held.windowMs + held.afterMs / 4) / 1e3;
  const waitSeconds = eventWaitMs(lane, point) / 1e3;
  const slot = point.eventsPerSecond > 0 ? slotGroupSize(arrivals) / point.eventsPerSecond : 0;
  const connectSeconds = point.clients / 1e3 + openingMs(point) / 1e3;
  // Half an interval for the window's place on the grid of polls.
  const gridSeconds = pollWaitMs(lane) / 2e3;
  const browserSeconds = procedure === 'browser' ? BROWSER_SECONDS : 0;
  return (
    browserSeconds + connectSeconds + gridSeconds + warmupOf(plan).seconds + Math.max(windowSeconds, slot) + waitSeconds
  );
}

/** Draws of one block. Those of scenarios are far apart, so that lanes are in another order in each of them. */
function drawsOf(seed: number, scenario: number): Draw {
  let at = scenario * DRAWS_OF_SCENARIO;
  return () => randomAt(seed, STREAM.order, at++);
}

function shuffle<T>(all: readonly T[], draw: Draw): T[] {
  const shuffled = [...all];
  for (let at = shuffled.length - 1; at > 0; at--) {
    const other = Math.floor(draw() * (at + 1));
    [shuffled[at], shuffled[other]] = [shuffled[other] as T, shuffled[at] as T];
  }
  return shuffled;
}
