/** Results of an older schema, as the schema of today has them. */

import { z } from 'zod';
import { axesOf, type DeclaredAxes } from '../dimensions.ts';

/** Axes of version 2's scenarios that its points alone do not tell. */
const AXES_2: Readonly<Record<string, DeclaredAxes>> = {
  distance: { varies: ['rttMs', 'eventsPerSecond'] },
  gap: { varies: ['rttMs', 'eventsPerSecond'] },
  clients: { varies: 'clients', covaries: ['eventsPerSecond'] },
};

const warning = z.looseObject({ severity: z.string() });

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

const NOTHING_KNOWN = { runDelay: { server: null, probe: null }, sleepers: [], exceeded: [] };

/**
 * Version 3 had one verdict for all kinds of figures, and no standing of each; what others took of the machine as a cell's
 * `noise`; one attempt at each cell.
 *
 * @param kinds of figures, which all have that one verdict
 */
export function fromVersion3(kinds: readonly string[]) {
  const withKinds = (one: z.infer<typeof warning>) => ({ ...one, against: one.severity === 'severe' ? kinds : [] });
  return z
    .looseObject({
      citable: z.looseObject({}),
      warnings: z.array(warning),
      cells: z.array(z.looseObject({ warnings: z.array(warning), noise: z.looseObject({}).optional() })),
      estimates: z.array(z.looseObject({})),
      comparisons: z.array(z.looseObject({})),
    })
    .transform(({ citable, warnings, cells, estimates, comparisons, ...rest }): unknown => ({
      ...rest,
      schemaVersion: 4,
      citable: Object.fromEntries(kinds.map((kind) => [kind, citable])),
      warnings: warnings.map(withKinds),
      cells: cells.map(({ noise, ...cell }) => ({
        ...cell,
        attempt: 1,
        ...(noise && { disturbance: { ...noise, ...NOTHING_KNOWN } }),
        warnings: cell.warnings.map(withKinds),
      })),
      estimates: estimates.map((one) => ({ ...one, standing: citable })),
      comparisons: comparisons.map((one) => ({ ...one, standing: citable })),
    }));
}
