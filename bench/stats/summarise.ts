/**
 * Rounds → estimates and comparisons. The round is the sample: deliveries within one are not independent.
 *
 * Quantities are positive and vary by factors, so means are geometric and intervals are t intervals of the logarithm; then
 * the ratio of two estimates is the ratio that the comparison states. Where a value is not positive (no overhead at all,
 * memory that shrank), mean and interval are arithmetic and no ratio is given.
 */

import type { Cell, Comparison, CompletedCell, Estimate, Point } from '../contract/result.ts';
import { metrics } from './metrics.ts';
import { t975 } from './t-quantile.ts';

export interface Interval {
  readonly value: number;
  /** The 95 % interval; null with fewer than two values. */
  readonly low: number | null;
  readonly high: number | null;
}

/** Mean and t interval of values from independent rounds. */
export function meanOf(values: readonly number[]): Interval {
  const n = values.length;
  const value = values.reduce((sum, each) => sum + each, 0) / n;
  if (n < 2) return { value, low: null, high: null };
  const variance = values.reduce((sum, each) => sum + (each - value) ** 2, 0) / (n - 1);
  const half = t975(n - 1) * Math.sqrt(variance / n);
  return { value, low: value - half, high: value + half };
}

/** Geometric mean and its interval; all values must be positive. */
export function geometricMeanOf(values: readonly number[]): Interval {
  const { value, low, high } = meanOf(values.map(Math.log));
  // Not `low && …`: the logarithm of an exact 1 is 0.
  const exp = (bound: number | null) => (bound === null ? null : Math.exp(bound));
  return { value: Math.exp(value), low: exp(low), high: exp(high) };
}

export type ValidCell = CompletedCell & {
  readonly delivery: { readonly missing: 0; readonly duplicated: 0; readonly outOfOrder: 0; readonly unexpected: 0 };
};

/**
 * A cell that lost, repeated or reordered events, or whose two sides count other bytes, says nothing about its transport.
 */
export function isValid(cell: Cell): cell is ValidCell {
  if (cell.state !== 'completed') return false;
  const { missing, duplicated, outOfOrder, unexpected } = cell.delivery;
  const { server, clients } = cell.wire.cell;
  const bytesAgree = server.sentBytes === clients.receivedBytes && server.receivedBytes === clients.sentBytes;
  return missing + duplicated + outOfOrder + unexpected === 0 && bytesAgree;
}

export function summarise(
  cells: readonly Cell[],
  reference: string,
): { estimates: Estimate[]; comparisons: Comparison[] } {
  const estimates: Estimate[] = [];
  const comparisons: Comparison[] = [];
  const valid = cells.filter(isValid);
  const groups = groupBy(valid, ({ lane, scenario, point }) => JSON.stringify([lane, scenario, point]));
  for (const group of groups) {
    const { lane, scenario, point } = group[0];
    const others = valid.filter((cell) => cell.lane === reference && isSamePlace(cell, scenario, point));
    for (const metric of metrics) {
      const values = group.flatMap((cell) => metric.of(cell) ?? []);
      if (values.length > 0) {
        estimates.push({
          lane,
          scenario,
          point,
          metric: metric.id,
          unit: metric.unit,
          ...(values.every((value) => value > 0) ? geometricMeanOf(values) : meanOf(values)),
          spread: metric.spread,
          rounds: values.length,
          samples: group
            .filter((cell) => metric.of(cell) !== undefined)
            .reduce((sum, cell) => sum + (metric.samplesOf?.(cell) ?? cell.wire.windowDeliveries), 0),
        });
      }
      if (lane === reference) continue;
      const ratios = pairByRound(group, others).flatMap(([mine, theirs]) => {
        const [a, b] = [metric.of(mine), metric.of(theirs)];
        return a !== undefined && b !== undefined && a > 0 && b > 0 ? [a / b] : [];
      });
      if (ratios.length === 0) continue;
      const { value: ratio, low, high } = geometricMeanOf(ratios);
      comparisons.push({
        scenario,
        point,
        metric: metric.id,
        lane,
        reference,
        ratio,
        low,
        high,
        spread: metric.spread,
        rounds: ratios.length,
        margin: metric.margin,
        verdict: 'inconclusive',
      });
    }
  }
  return { estimates, comparisons };
}

function isSamePlace(cell: Cell, scenario: string, point: Point): boolean {
  return cell.scenario === scenario && JSON.stringify(cell.point) === JSON.stringify(point);
}

/** Cells of the same round belong together: what disturbed one disturbed the other. */
function pairByRound(
  mine: readonly CompletedCell[],
  theirs: readonly CompletedCell[],
): [CompletedCell, CompletedCell][] {
  return mine.flatMap((cell) => {
    const partner = theirs.find((other) => other.round === cell.round);
    return partner ? [[cell, partner] as [CompletedCell, CompletedCell]] : [];
  });
}

function groupBy<T>(all: readonly T[], keyOf: (one: T) => string): [T, ...T[]][] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const one of all) {
    const group = groups.get(keyOf(one));
    if (group) group.push(one);
    else groups.set(keyOf(one), [one]);
  }
  return [...groups.values()];
}
