/** Pure: up to where each lane keeps a scenario's limit, and what gives out where it does not. */

import type { Cell } from '../../../contract/result.ts';
import { metricOf } from '../../../stats/metrics/metrics.ts';
import { isValid } from '../../../stats/metrics/valid.ts';
import type { LaneLabel } from '../page-model.ts';
import { lanesOf } from '../tables/lane-table.ts';
import {
  type LaneAtPlace,
  labelsOf,
  laneAt,
  type Place,
  type ScenarioView,
  wasMeasuredAgain,
} from '../words/places.ts';

type Limit = NonNullable<ScenarioView['scenario']['limit']>;

export interface Knee {
  readonly label: LaneLabel;
  /** The last place before the first missed one at which every round kept the limit. */
  readonly held: Place | undefined;
  readonly missed: Place | undefined;
  /** What was saturated in those rounds, by the code of the warning, or the phase in which one failed. */
  readonly limitingFactors: readonly string[];
}

/** Warnings that a process, a link or the feed was saturated; the other codes occur at any load. */
const SATURATION_CODES: ReadonlySet<string> = new Set([
  'server-saturated',
  'worker-saturated',
  'link-saturated',
  'feed-lagged',
  'late-reading',
  'lost',
]);

export function kneesOf({ scenario: { limit }, sweeps }: ScenarioView): { fixed: string | undefined; knees: Knee[] }[] {
  if (!limit) return [];
  return sweeps.map(({ along, places: swept }) => {
    const places = swept.map(({ place }) => place);
    return {
      fixed: along?.fixed,
      knees: labelsOf(lanesOf({ places })).map((label) => kneeOf(label, places, limit)),
    };
  });
}

function kneeOf(label: LaneLabel, places: readonly Place[], limit: Limit): Knee {
  const measured = places.flatMap((place) => {
    const lane = laneAt(place, label);
    return lane ? [{ place, lane }] : [];
  });
  const judged = measured.map((one) => ({
    ...one,
    misses: one.lane.cells.filter((cell) => misses(cell, one.lane, limit)),
  }));
  const first = judged.findIndex(({ misses }) => misses.length > 0);
  const before = first === -1 ? judged : judged.slice(0, first);
  const missed = judged[first];
  return {
    label,
    held: before.filter(({ lane }) => lane.estimates.has(limit.metric)).at(-1)?.place,
    missed: missed?.place,
    limitingFactors: missed ? reasonsOf(missed.misses) : [],
  };
}

/** A cell that says too little of the metric neither keeps the limit nor misses it. */
function misses(cell: Cell, { cells }: LaneAtPlace, { metric, max }: Limit): boolean {
  if (!isValid(cell)) return !wasMeasuredAgain(cell, cells);
  return (metricOf(metric).of(cell) ?? 0) > max;
}

function reasonsOf(cells: readonly Cell[]): string[] {
  const reasons = cells.flatMap((cell) => [
    ...(cell.state === 'failed' ? [`failed in ${cell.phase}`] : []),
    ...cell.warnings.map(({ code }) => code).filter((code) => SATURATION_CODES.has(code)),
  ]);
  return [...new Set(reasons)];
}
