import { ALPHA } from './evidence.ts';

export interface Step {
  readonly isRejected: boolean;
  readonly level: number;
}

/**
 * Holm's step-down procedure. The k-th smallest of m p-values is held against α/(m − k + 1), the smallest first; the first one
 * above stops it, and it and all larger ones stay at that level. Whichever hypotheses are true, the chance of rejecting any
 * of them is at most α.
 *
 * Source: S. Holm, A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6 (1979).
 *
 * @returns the family in the order given
 */
export function holm<T extends { readonly p: number }>(family: readonly T[], alpha = ALPHA): (T & Step)[] {
  const ascending = family.map(({ p }) => p).sort((a, b) => a - b);
  const levelAt = (rank: number) => alpha / (family.length - rank);
  const stop = ascending.findIndex((p, rank) => p > levelAt(rank));
  return family.map((hypothesis) => {
    const rank = ascending.indexOf(hypothesis.p);
    const isRejected = stop === -1 || rank < stop;
    return { ...hypothesis, isRejected, level: levelAt(isRejected ? rank : stop) };
  });
}
