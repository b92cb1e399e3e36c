/** Evidence of the logarithm of a ratio, as it is and as more rounds like these would make it. */

import { type Evidence, evidenceOf, type Moments, momentsOf, pValueOf } from './evidence.ts';

export interface Prospect {
  readonly now: Evidence;
  /** Behind it; of each of two runs, the fewer. */
  readonly rounds: number;
  /** With the same mean and variance, from this many rounds. */
  readonly after: (rounds: number) => Evidence;
}

const MOST_ROUNDS = 1_000;

/**
 * Rounds that hold both, interleaved: what disturbed one disturbed the other, and falls out of the ratio.
 *
 * @param logs one of each round, at least two
 */
export function pairedProspect(logs: readonly number[]): Prospect {
  const moments = momentsOf(logs);
  const after = (rounds: number) => evidenceOf(moments, rounds);
  return { now: after(logs.length), rounds: logs.length, after };
}

/**
 * Rounds of two runs, of which none belongs to another: the mean of b less that of a, with variances of their own.
 *
 * Source: B. L. Welch, The generalization of "Student's" problem when several different population variances are involved,
 * Biometrika 34 (1947); degrees of freedom by F. E. Satterthwaite, Biometrics Bulletin 2 (1946).
 *
 * @param a at least two, as of b
 */
export function unpairedProspect(a: readonly number[], b: readonly number[]): Prospect {
  const [ofA, ofB] = [momentsOf(a), momentsOf(b)];
  return {
    now: welch(ofA, a.length, ofB, b.length),
    rounds: Math.min(a.length, b.length),
    after: (rounds) => welch(ofA, rounds, ofB, rounds),
  };
}

function welch(a: Moments, roundsOfA: number, b: Moments, roundsOfB: number): Evidence {
  const [partOfA, partOfB] = [a.variance / roundsOfA, b.variance / roundsOfB];
  const variance = partOfA + partOfB;
  return {
    mean: b.mean - a.mean,
    standardError: Math.sqrt(variance),
    // Without any variance no degree is needed, but a number is.
    degreesOfFreedom:
      variance === 0
        ? roundsOfA + roundsOfB - 2
        : variance ** 2 / (partOfA ** 2 / (roundsOfA - 1) + partOfB ** 2 / (roundsOfB - 1)),
  };
}

/**
 * The smallest number of rounds at which the same mean and variance would tell the mean from the edge.
 *
 * @param level that the p-value must reach
 * @returns null when it is over 1,000
 */
export function roundsNeeded({ rounds, after }: Prospect, edge: number, level: number): number | null {
  const isEnough = (candidate: number) => pValueOf(after(candidate), edge) <= level;
  if (!isEnough(MOST_ROUNDS)) return null;
  // More rounds never make it worse: the search may halve.
  let [tooFew, enough] = [rounds, MOST_ROUNDS];
  while (enough - tooFew > 1) {
    const middle = (tooFew + enough) >> 1;
    if (isEnough(middle)) enough = middle;
    else tooFew = middle;
  }
  return enough;
}
