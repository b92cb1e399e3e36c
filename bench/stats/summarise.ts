/** Rounds → estimates and comparisons. The round is the sample: deliveries within one are not independent. */

import type { Cell, Comparison, CompletedCell, Estimate, Point } from '../contract/result.ts';
import { estimateOf } from './estimate.ts';
import { groupBy, keyOfPlace, withoutInterval } from './group.ts';
import { pairedRatio, type Ratio } from './inference/ratio.ts';
import { decide } from './inference/verdict.ts';
import { isDuplicate, isVariant, type Lineup, referencesOf } from './lineup.ts';
import { type Metric, metrics } from './metrics/metrics.ts';
import { isValid } from './metrics/valid.ts';

interface Candidate {
  readonly identity: Pick<Comparison, 'scenario' | 'point' | 'metric' | 'lane' | 'reference' | 'rounds'>;
  readonly family: string;
  readonly ratio: Ratio;
}

/**
 * Each lane at each point, and compared with the run's reference, or with what it varies; one that repeats another with that
 * one too.
 */
export function summarise(
  cells: readonly Cell[],
  lineup: Lineup,
): { estimates: Estimate[]; comparisons: Comparison[] } {
  const estimates: Estimate[] = [];
  const candidates: Candidate[] = [];
  const places = groupBy(cells.filter(isValid), keyOfPlace);
  for (const group of places.values()) {
    const { lane, scenario, point } = group[0];
    const at = (other: string, point: Point) => places.get(keyOfPlace({ lane: other, scenario, point }));
    // A lane that does not poll is measured once for all poll intervals.
    const cellsOf = (other: string) => at(other, point) ?? at(other, withoutInterval(point));
    const opposites = referencesOf(lane, lineup, (other) => cellsOf(other) !== undefined).map((reference) => ({
      reference,
      theirs: cellsOf(reference) ?? [],
    }));
    for (const metric of metrics) {
      const estimate = estimateOf(group, metric);
      if (!estimate) continue;
      estimates.push({ lane, scenario, point, metric: metric.id, unit: metric.unit, ...estimate });
      for (const { reference, theirs } of opposites) {
        const ratios = ratiosByRound(group, theirs, metric);
        if (ratios.length === 0) continue;
        candidates.push({
          identity: { scenario, point, metric: metric.id, lane, reference, rounds: ratios.length },
          family: familyOf(scenario, metric, lane, reference, lineup),
          ratio: pairedRatio(metric, ratios),
        });
      }
    }
  }
  return {
    estimates,
    comparisons: decide(candidates).map(([candidate, decision]) => ({ ...quote(candidate), ...decision })),
  };
}

/**
 * Comparisons of a metric in a scenario are read side by side, at all its points: their verdicts are corrected together.
 * Those of a lane with its own repetition answer another question and are a family of their own, and so are those of variants.
 */
function familyOf(scenario: string, { id }: Metric, lane: string, reference: string, { lanes }: Lineup): string {
  const repeats = [isDuplicate(lanes, lane, reference), isDuplicate(lanes, reference, lane)];
  return JSON.stringify([scenario, id, ...repeats, isVariant(lanes, lane, reference)]);
}

function quote({ identity, ratio: { value, low, high, spread, margin } }: Candidate): Omit<Comparison, 'verdict'> {
  return { ...identity, ratio: value, low, high, spread, margin };
}

/**
 * Cells of the same round belong together: what disturbed one disturbed the other.
 *
 * @returns none where some value is not positive: to leave that round out would be to choose among rounds
 */
function ratiosByRound(mine: readonly CompletedCell[], theirs: readonly CompletedCell[], metric: Metric): number[] {
  const pairs = mine.flatMap((cell) => {
    const partner = theirs.find(({ round }) => round === cell.round);
    const [a, b] = [metric.of(cell), partner && metric.of(partner)];
    return a === undefined || b === undefined ? [] : [[a, b] as const];
  });
  return pairs.every(([a, b]) => a > 0 && b > 0) ? pairs.map(([a, b]) => a / b) : [];
}
