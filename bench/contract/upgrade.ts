/** Results of an older schema, as the schema of today has them. */

import { z } from 'zod';
import { axesOf, type DeclaredAxes } from './dimensions.ts';

/** Axes of version 2's scenarios that its points alone do not tell. */
const AXES_2: Readonly<Record<string, DeclaredAxes>> = {
  distance: { varies: ['rttMs', 'eventsPerSecond'] },
  gap: { varies: ['rttMs', 'eventsPerSecond'] },
  clients: { varies: 'clients', covaries: ['eventsPerSecond'] },
};

/** What the options in a lane's row of version 2 say of it. */
function capabilitiesOf({ intervalMs, holdSeconds, connections }: Readonly<Record<string, unknown>>): object {
  return {
    ...(typeof intervalMs === 'number' && { polls: 'timed', idlePeriodMs: intervalMs }),
    ...(typeof holdSeconds === 'number' && { polls: 'parked', idlePeriodMs: holdSeconds * 1e3 }),
    ...(connections === 'shared' && { sharesConnection: true }),
  };
}

/**
 * Version 2 had `repeats` in place of `duplicateOf` in a lane, arrivals as a `jitter` (a share of the event's slot, or, above
 * 1, the slots of a group without its quiet ones), and no axes of a scenario.
 */
export const fromVersion2 = z
  .looseObject({
    lanes: z.array(z.looseObject({ repeats: z.string().optional(), options: z.record(z.string(), z.unknown()) })),
    scenarios: z.array(
      z.looseObject({
        id: z.string(),
        points: z.array(z.record(z.string(), z.union([z.number(), z.string()]))),
        jitter: z.number().min(0),
      }),
    ),
  })
  .transform(({ lanes, scenarios, ...rest }): unknown => ({
    ...rest,
    schemaVersion: 3,
    lanes: lanes.map(({ repeats, ...lane }) => ({
      ...lane,
      ...capabilitiesOf(lane.options),
      ...(repeats !== undefined && { duplicateOf: repeats }),
    })),
    scenarios: scenarios.map(({ jitter, ...scenario }) => ({
      ...scenario,
      ...axesOf(scenario.points, AXES_2[scenario.id] ?? {}),
      arrivals:
        jitter <= 1
          ? { process: 'spread', slotShare: jitter }
          : { process: 'independent', slotGroupSize: Math.ceil(jitter), quietSlots: Math.ceil(jitter) - jitter },
    })),
  }));
