/** Rounds → estimates and comparisons. The round is the sample: deliveries within one are not independent. */

import type { Cell, Comparison, Estimate, Point } from '../contract/result.ts';
import { estimateOf } from './estimate.ts';
import { groupBy, keyOfPlace, withoutInterval } from './group.ts';
import { pairedRatio, ratiosByRound } from './inference/ratio.ts';
import { type Candidate, compareAll } from './inference/verdict.ts';
import { isDuplicate, isVariant, type Lineup, referencesOf } from './lineup.ts';
import { type Metric, metrics } from './metrics/metrics.ts';
import { isValid } from './metrics/valid.ts';

/** What the cells alone say: whether it may be cited is judged in `bench/record/standing.ts`. */
export interface Summary {
  readonly estimates: readonly Omit<Estimate, 'standing'>[];
  readonly comparisons: readonly Omit<Comparison, 'standing'>[];
}

type Identity = Pick<Comparison, 'scenario' | 'point' | 'metric' | 'lane' | 'reference' | 'rounds'>;

/** Lanes are compared with the run's reference, variants with the lane they vary, and duplicates with their original too. */
export function summarise(cells: readonly Cell[], lineup: Lineup): Summary {
  const estimates: Summary['estimates'][number][] = [];
  const candidates: Candidate<Identity>[] = [];
  const places = groupBy(cells.filter(isValid), keyOfPlace);
  for (const group of places.values()) {
    const { lane, scenario, point } = group[0];
    const at = (other: string, point: Point) => places.get(keyOfPlace({ lane: other, scenario, point }));
    // A lane that does not poll is measured once for all poll intervals.
    const cellsOf = (other: string) => at(other, point) ?? at(other, withoutInterval(point));
    const baselines = referencesOf(lane, lineup, (other) => cellsOf(other) !== undefined).map((reference) => ({
      reference,
      theirs: cellsOf(reference) ?? [],
    }));
    for (const metric of metrics) {
      const estimate = estimateOf(group, metric);
      if (!estimate) continue;
      estimates.push({ lane, scenario, point, metric: metric.id, unit: metric.unit, ...estimate });
      for (const { reference, theirs } of baselines) {
        const ratios = ratiosByRound(group, theirs, metric.of);
        if (ratios.length === 0) continue;
        candidates.push({
          identity: { scenario, point, metric: metric.id, lane, reference, rounds: ratios.length },
          family: familyOf(scenario, metric, lane, reference, lineup),
          ratio: pairedRatio(metric, ratios),
        });
      }
    }
  }
  return { estimates, comparisons: compareAll(candidates) };
}

/**
 * Comparisons of a metric in a scenario are read side by side, at all its points: their verdicts are corrected together.
 * Those of a duplicate with its original answer another question and are a family of their own, and so are those of variants.
 */
function familyOf(scenario: string, { id }: Metric, lane: string, reference: string, { lanes }: Lineup): string {
  const isSelf = [isDuplicate(lanes, lane, reference), isDuplicate(lanes, reference, lane)];
  return JSON.stringify([scenario, id, ...isSelf, isVariant(lanes, lane, reference)]);
}
