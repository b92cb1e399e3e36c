/** Pure: a configuration becomes cells in a seeded order. */

import type { Lane } from './contract/lane.ts';
import { randomAt, STREAM } from './contract/random.ts';
import type { CellPlan } from './run-cell.ts';
import { type Scenario, varies } from './scenarios.ts';
import { eventWaitMs, openingMs } from './waits.ts';

/** A scenario with everything decided. */
export type PlannedScenario = Required<Scenario>;

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
      .flatMap((scenario) =>
        scenario.points.flatMap((point) => lanesOf(scenario, lanes).map((lane) => ({ scenario, point, lane }))),
      );
    for (const { scenario, point, lane } of shuffle(places, seed, round)) {
      cells.push({
        procedure: scenario.procedure,
        lane: withInterval(lane, point.pollIntervalMs),
        scenario: scenario.id,
        point,
        round,
        order: cells.length + 1,
        // Another stream of events and poll phases each round, the same for all lanes of it.
        seed: seed + round,
        warmupSeconds: scenario.warmupSeconds,
        windowSeconds: scenario.windowSeconds,
        jitter: scenario.jitter,
        ledgerClients: ledgerClients(point.clients, scenario.ledgerShare),
      });
    }
  }
  return cells;
}

/** Where nothing varies from round to round, a second helping of a lane shows nothing. */
function lanesOf({ figures }: Scenario, lanes: readonly Lane[]): readonly Lane[] {
  return figures.some(varies) ? lanes : lanes.filter(({ repeats }) => repeats === undefined);
}

/** Those behind the relay have its detour in their latency: unless all are, one at the least is not. */
function ledgerClients(clients: number, share: number): number {
  return share === 1 ? clients : Math.min(Math.ceil(clients * share), clients - 1);
}

/** Lanes that poll say so by having an interval. */
function withInterval(lane: Lane, intervalMs: number | undefined): Lane {
  if (intervalMs === undefined || lane.options['intervalMs'] === undefined) return lane;
  return { ...lane, options: { ...lane.options, intervalMs } };
}

/** How long a cell takes, about: for the time left. */
export function expectedSeconds({ lane, point, warmupSeconds, windowSeconds }: CellPlan): number {
  const waitSeconds = eventWaitMs(lane, point) / 1e3;
  const slot = 1 / point.eventsPerSecond;
  const startSeconds = 0.8 + point.clients / 1e3 + openingMs(point) / 1e3;
  return startSeconds + Math.max(warmupSeconds, waitSeconds, slot) + Math.max(windowSeconds, slot) + waitSeconds;
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
