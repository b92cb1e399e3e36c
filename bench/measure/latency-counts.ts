/** Stored latency histograms as plain counts: to merge many of them, and to ask for their percentiles and shares. */

import { decodeFromCompressedBase64, JsHistogram } from 'hdr-histogram-js';

/** Values that a histogram does not tell apart count as the highest of them, as its own percentiles do. */
export interface LatencyCounts {
  /** Ascending, each once. */
  readonly valuesNs: readonly number[];
  /** Of each, how many deliveries took it or less. */
  readonly upTo: readonly number[];
  /** Deliveries. */
  readonly total: number;
}

/**
 * Reads what `LatencyRecorder.encode` wrote.
 *
 * @throws Error when the text is no such histogram
 */
export function decodeLatency(encoded: string): LatencyCounts {
  const histogram = decodeFromCompressedBase64(encoded, 32, false);
  if (!(histogram instanceof JsHistogram)) throw new Error('a latency histogram was decoded by another build');
  const valuesNs: number[] = [];
  const upTo: number[] = [];
  let total = 0;
  for (let index = 0; total < histogram.totalCount && index < histogram.countsArrayLength; index++) {
    const count = histogram.getCountAtIndex(index);
    if (count === 0) continue;
    total += count;
    valuesNs.push(histogram.highestEquivalentValue(histogram.valueFromIndex(index)));
    upTo.push(total);
  }
  return { valuesNs, upTo, total };
}

/** All of them together: each delivery counts once, so that a histogram counts by how many it holds. */
export function mergeCounts(all: readonly LatencyCounts[]): LatencyCounts {
  const [only] = all;
  if (only && all.length === 1) return only;
  const counts = new Map<number, number>();
  for (const { valuesNs, upTo } of all) {
    let before = 0;
    valuesNs.forEach((valueNs, at) => {
      const now = upTo[at] ?? before;
      counts.set(valueNs, (counts.get(valueNs) ?? 0) + now - before);
      before = now;
    });
  }
  const valuesNs = [...counts.keys()].sort((a, b) => a - b);
  let total = 0;
  const upTo = valuesNs.map((valueNs) => {
    total += counts.get(valueNs) ?? 0;
    return total;
  });
  return { valuesNs, upTo, total };
}

/**
 * The least value that at least this share of all lie at or below; shares under 0 have the least value, and those above 1 the
 * most.
 *
 * @returns NaN when nothing was counted
 */
export function valueAtShareNs({ valuesNs, upTo, total }: LatencyCounts, share: number): number {
  // 0.07 × 100 is 7.000000000000001: without the allowance the next value would be taken.
  const wanted = Math.min(Math.max(Math.ceil(share * total - 1e-6), 1), total);
  return valuesNs[firstFrom(upTo, wanted)] ?? Number.NaN;
}

/** How many are above this value. */
export function countAbove({ valuesNs, upTo, total }: LatencyCounts, valueNs: number): number {
  const at = firstFrom(valuesNs, valueNs);
  const last = valuesNs[at] === valueNs ? at : at - 1;
  return total - (upTo[last] ?? 0);
}

/** Index of the first that is at least this much, or the length. */
function firstFrom(ascending: readonly number[], wanted: number): number {
  let [from, to] = [0, ascending.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((ascending[middle] ?? 0) < wanted) from = middle + 1;
    else to = middle;
  }
  return from;
}
