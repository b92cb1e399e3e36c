/** How two lanes, or two runs, compare in one metric. All values must be positive. */

import type { CompletedCell } from '../../contract/result.ts';
import type { Metric } from '../metrics/metrics.ts';
import { boundsOf } from './evidence.ts';
import { extremesOf, geometricMeanOf, type Interval, rangeOf } from './mean.ts';
import { type Prospect, pairedProspect, unpairedProspect } from './prospect.ts';

type Kind = Pick<Metric, 'spread' | 'margin'>;

export interface Ratio extends Interval, Kind {
  /** The ratio's logarithm; undefined where there is no interval. */
  readonly prospect: Prospect | undefined;
}

/**
 * Two lanes of one run, by round: the geometric mean, with the t interval of the logarithm or with the least and the most.
 *
 * @param ratios one of each round that has both
 */
export function pairedRatio({ spread, margin }: Kind, ratios: readonly number[]): Ratio {
  if (spread === 'interval' && ratios.length > 1) {
    return { spread, margin, ...fromProspect(pairedProspect(ratios.map(Math.log))) };
  }
  return { spread, margin, value: geometricMeanOf(ratios).value, ...extremesOf(ratios), prospect: undefined };
}

/**
 * Two runs, b to a, whose rounds are no pairs: the ratio of their means, with Welch's t interval of the logarithm or with the
 * least and the most that a round of the one and a round of the other give.
 */
export function unpairedRatio({ spread, margin }: Kind, a: readonly number[], b: readonly number[]): Ratio {
  if (spread === 'range') {
    const isSingle = a.length === 1 && b.length === 1;
    const [low, high] = [Math.min(...b) / Math.max(...a), Math.max(...b) / Math.min(...a)];
    const bounds = isSingle ? { low: null, high: null } : { low, high };
    return { spread, margin, value: rangeOf(b).value / rangeOf(a).value, ...bounds, prospect: undefined };
  }
  if (a.length > 1 && b.length > 1) {
    return { spread, margin, ...fromProspect(unpairedProspect(a.map(Math.log), b.map(Math.log))) };
  }
  const value = geometricMeanOf(b).value / geometricMeanOf(a).value;
  return { spread, margin, value, low: null, high: null, prospect: undefined };
}

function fromProspect(prospect: Prospect): Interval & Pick<Ratio, 'prospect'> {
  const { low, high } = boundsOf(prospect.now);
  return { value: Math.exp(prospect.now.mean), low: Math.exp(low), high: Math.exp(high), prospect };
}

/**
 * Cells of the same round belong together: what disturbed one disturbed the other.
 *
 * @returns one ratio for each round that both have; none where some value is not positive: to leave that round out would be to
 * choose among rounds
 */
export function ratiosByRound(
  mine: readonly CompletedCell[],
  theirs: readonly CompletedCell[],
  of: Metric['of'],
): number[] {
  const pairs = mine.flatMap((cell) => {
    const partner = theirs.find(({ round }) => round === cell.round);
    const [a, b] = [of(cell), partner && of(partner)];
    return a === undefined || b === undefined ? [] : [[a, b] as const];
  });
  return pairs.every(([a, b]) => a > 0 && b > 0) ? pairs.map(([a, b]) => a / b) : [];
}
