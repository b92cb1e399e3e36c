/** Histograms of a metric's cells, decoded and merged once however many percentiles are asked of them. */

import { type CompletedCell, InvalidResult } from '../../contract/result.ts';
import { decodeLatency, type LatencyCounts, mergeCounts, valueAtShareNs } from '../../measure/latency-counts.ts';
import type { Merged } from './metric.ts';

type Latency = NonNullable<ReturnType<Merged['latencyOf']>>;

const decoded = new WeakMap<Latency, LatencyCounts>();

/**
 * @returns undefined where the cell has no such latency, or nothing in it
 * @throws InvalidResult when its histogram can't be read
 */
export function countsIn(cell: CompletedCell, { latencyOf }: Merged): LatencyCounts | undefined {
  const latency = latencyOf(cell);
  if (!latency) return undefined;
  const counts = decoded.get(latency) ?? decode(latency, cell);
  decoded.set(latency, counts);
  return counts.total > 0 ? counts : undefined;
}

function decode({ histogram }: Latency, { lane, scenario, round }: CompletedCell): LatencyCounts {
  try {
    return decodeLatency(histogram);
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new InvalidResult(`a histogram of ${lane} in ${scenario}, round ${round}: it can't be read: ${why}`);
  }
}

/** Whether all cells that tell of it have their histogram. A result that was made by hand may have none. */
export function isMergeable(cells: readonly CompletedCell[], { latencyOf }: Merged): boolean {
  return cells.every((cell) => latencyOf(cell)?.histogram !== '');
}

interface Kept {
  readonly all: readonly LatencyCounts[];
  readonly merged: LatencyCounts;
}

const keptByFirst = new WeakMap<LatencyCounts, Kept>();

/** {@link mergeCounts}, kept for the next percentile of the same rounds. */
export function mergedCounts(all: readonly LatencyCounts[]): LatencyCounts {
  const [first] = all;
  if (!first) return mergeCounts([]);
  const kept = keptByFirst.get(first);
  if (kept?.all.length === all.length && kept.all.every((one, at) => one === all[at])) return kept.merged;
  const merged = mergeCounts(all);
  if (all.length > 1) keptByFirst.set(first, { all, merged });
  return merged;
}

const NS_PER_US = 1e3;

/**
 * @param shares of the deliveries of all cells together, 0 to 1
 * @returns the latency at each, in µs; undefined where a cell has no histogram, or none has a delivery
 */
export function latenciesAtUs(
  cells: readonly CompletedCell[],
  merged: Merged,
  shares: readonly number[],
): number[] | undefined {
  const counts = isMergeable(cells, merged) ? cells.flatMap((cell) => countsIn(cell, merged) ?? []) : [];
  if (counts.length === 0) return undefined;
  const all = mergedCounts(counts);
  return shares.map((share) => valueAtShareNs(all, share) / NS_PER_US);
}
