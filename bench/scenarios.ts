/** The table of scenarios: a workload and the question that it answers. */

import type { Point } from './contract/result.ts';

export interface Scenario {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  /** The settings it runs at; flags replace single numbers in all of them. */
  readonly points: readonly Point[];
}

export const scenarios: readonly Scenario[] = [
  {
    id: 'fanout',
    title: 'Fan-out',
    question: 'What does it cost, in time and in bytes, to get each event to many clients?',
    points: [{ clients: 100, eventsPerSecond: 20, payloadBytes: 128 }],
  },
];
