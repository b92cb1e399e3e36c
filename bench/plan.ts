/** Pure: a configuration becomes cells in a seeded order. */

import type { Lane } from './contract/lane.ts';
import { randomAt, STREAM } from './contract/random.ts';
import type { Point } from './contract/result.ts';
import type { CellPlan } from './run-cell.ts';
import type { Scenario } from './scenarios.ts';

export interface RunConfig {
  readonly profile: string;
  readonly lanes: readonly Lane[];
  readonly scenarios: readonly Scenario[];
  readonly rounds: number;
  readonly warmupSeconds: number;
  readonly windowSeconds: number;
  readonly workers: number;
  /** The lane that others are compared with. */
  readonly reference: string;
  readonly seed: number;
}

/** Every cell of a round once, in an order of that round's own, so that a drift of the machine hits all lanes alike. */
export function planCells(config: RunConfig): CellPlan[] {
  const { lanes, scenarios, rounds, seed, warmupSeconds, windowSeconds } = config;
  const places = scenarios.flatMap(({ id, points }) =>
    points.flatMap((point) => lanes.map((lane) => ({ lane, id, point }))),
  );
  return Array.from({ length: rounds }, (_, index) => shuffle(places, seed, index + 1))
    .flatMap((order, index) => order.map((place) => ({ ...place, round: index + 1 })))
    .map(({ lane, id, point, round }, index) => ({
      lane,
      scenario: id,
      point,
      round,
      order: index + 1,
      // Another stream of events and poll phases each round, the same for all lanes of it.
      seed: seed + round,
      warmupSeconds,
      windowSeconds,
    }));
}

/** How long a cell takes, about: for the time left. */
export function expectedSeconds({ lane, point, warmupSeconds, windowSeconds }: CellPlan): number {
  const waitSeconds = (lane.waitMs?.(lane.options) ?? 0) / 1e3;
  const slot = 1 / point.eventsPerSecond;
  const startSeconds = 1.1 + point.clients / 1e3;
  return startSeconds + Math.max(warmupSeconds, waitSeconds, slot) + Math.max(windowSeconds, slot) + waitSeconds;
}

export function withPoint(scenario: Scenario, changes: Partial<Point>): Scenario {
  return { ...scenario, points: scenario.points.map((point) => ({ ...point, ...changes })) };
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
