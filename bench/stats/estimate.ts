import type { CompletedCell, Estimate } from '../contract/result.ts';
import { geometricMeanOf, meanOf, rangeOf } from './inference/mean.ts';
import type { Metric } from './metrics/metrics.ts';

export function valuesOf(cells: readonly CompletedCell[], metric: Metric): number[] {
  return cells.flatMap((cell) => metric.of(cell) ?? []);
}

/**
 * The rounds of one lane at one point, as one value.
 *
 * What varies by factors has a geometric mean and the t interval of its logarithm; then the ratio of two estimates is the
 * ratio that the comparison states. Where some value is not positive (memory that shrank), mean and interval are arithmetic.
 * Bytes add up: their mean is arithmetic, exactly the value where all rounds agree, with the least and the most.
 *
 * @returns undefined where no cell has a value
 */
export function estimateOf(
  cells: readonly CompletedCell[],
  metric: Metric,
): Pick<Estimate, 'value' | 'low' | 'high' | 'spread' | 'rounds' | 'samples'> | undefined {
  const telling = cells.filter((cell) => metric.of(cell) !== undefined);
  if (telling.length === 0) return undefined;
  const values = valuesOf(telling, metric);
  return {
    ...averageOf(values, metric.spread),
    spread: metric.spread,
    rounds: values.length,
    samples: telling.reduce((sum, cell) => sum + (metric.samplesOf?.(cell) ?? cell.wire.windowDeliveries), 0),
  };
}

function averageOf(values: readonly number[], spread: Metric['spread']) {
  if (spread === 'range') return rangeOf(values);
  return values.every((value) => value > 0) ? geometricMeanOf(values) : meanOf(values);
}
