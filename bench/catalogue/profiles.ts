/** The table of profiles: named choices of lanes, scenarios and rounds. */

import type { Point } from '../contract/result.ts';
import { type Scenario, scenarios } from './scenarios.ts';

export interface Profile {
  readonly id: string;
  readonly summary: string;
  readonly lanes: readonly string[];
  readonly scenarios: readonly string[];
  readonly rounds: number;
  /** Measures `morePoints` of scenarios too. */
  readonly everyPoint?: boolean;
  /** Events before the window, not measured. A lane whose events wait gets at least that wait. */
  readonly warmupSeconds: number;
  readonly windowSeconds: number;
}

const transports = ['tcp', 'polling', 'long-polling', 'sse', 'websocket'];
/** With a duplicate, which shows how far two equal lanes differ. */
const withNoiseFloor = [...transports, 'websocket-again'];

export const profiles: readonly Profile[] = [
  {
    id: 'smoke',
    summary: 'One short round, to see that everything works. No intervals.',
    lanes: transports,
    scenarios: ['fanout'],
    rounds: 1,
    warmupSeconds: 0.5,
    windowSeconds: 3,
  },
  {
    id: 'default',
    summary:
      'Ten rounds of fan-out with intervals, what each byte is for, and what silence costs; about five minutes on two cores.',
    lanes: withNoiseFloor,
    scenarios: ['fanout', 'anatomy', 'idle'],
    rounds: 10,
    warmupSeconds: 0.15,
    // Thirty events: ten rounds have the 299 that a p99 needs.
    windowSeconds: 1.5,
  },
  {
    id: 'paper',
    summary:
      'Ten rounds of fan-out, and every other scenario; about an hour on two cores, by the sum of what its cells take.',
    lanes: withNoiseFloor,
    scenarios: scenarios.map(({ id }) => id),
    everyPoint: true,
    rounds: 10,
    // As in the default profile, whose fan-out is its fan-out.
    warmupSeconds: 0.15,
    windowSeconds: 1.5,
  },
];

export function pointsOf(
  { points, morePoints = [] }: Scenario,
  { everyPoint }: Pick<Profile, 'everyPoint'>,
): readonly Point[] {
  return everyPoint ? [...points, ...morePoints] : points;
}
