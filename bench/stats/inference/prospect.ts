/** Evidence of the logarithm of a ratio, as it is and as more rounds like these would make it. */

import { type Evidence, pValueOf } from './evidence.ts';
import { evidenceAfter, roundsOfRuns, type Sample, sampleOf } from './runs.ts';

export interface Prospect {
  readonly now: Evidence;
  /** Behind it; of each of two results, the fewer. */
  readonly rounds: number;
  /** With the same mean and variance, from this many rounds; of joined runs, in runs of as many rounds as these have. */
  readonly after: (rounds: number) => Evidence;
}

/** More than anybody runs: beyond it, a bound on the difference says more than a number of rounds. */
const MOST_ROUNDS = 100;

/**
 * Rounds that hold both, interleaved: what disturbed one disturbed the other, and falls out of the ratio.
 *
 * @param logs one of each round, at least two
 */
export function pairedProspect(logs: readonly number[]): Prospect {
  return prospectOfRuns([sampleOf(logs)]);
}

/** @param runs of logarithms, at least two rounds in all */
export function prospectOfRuns(runs: readonly Sample[]): Prospect {
  const rounds = roundsOfRuns(runs);
  return { now: evidenceAfter(runs, rounds), rounds, after: (wanted) => evidenceAfter(runs, wanted) };
}

/**
 * Rounds of two results, of which none belongs to another: the mean of b less that of a, with variances of their own.
 *
 * Source: B. L. Welch, The generalization of "Student's" problem when several different population variances are involved,
 * Biometrika 34 (1947); degrees of freedom by F. E. Satterthwaite, Biometrics Bulletin 2 (1946).
 *
 * @param a of logarithms, at least two rounds in all, as of b
 */
export function unpairedProspect(a: readonly Sample[], b: readonly Sample[]): Prospect {
  const after = (ofA: number, ofB: number) => welch(evidenceAfter(a, ofA), evidenceAfter(b, ofB));
  const [roundsOfA, roundsOfB] = [roundsOfRuns(a), roundsOfRuns(b)];
  return {
    now: after(roundsOfA, roundsOfB),
    rounds: Math.min(roundsOfA, roundsOfB),
    after: (rounds) => after(rounds, rounds),
  };
}

function welch(a: Evidence, b: Evidence): Evidence {
  const [partOfA, partOfB] = [a.standardError ** 2, b.standardError ** 2];
  const variance = partOfA + partOfB;
  return {
    mean: b.mean - a.mean,
    standardError: Math.sqrt(variance),
    // Without any variance no degree is needed, but a number is.
    degreesOfFreedom:
      variance === 0
        ? a.degreesOfFreedom + b.degreesOfFreedom
        : variance ** 2 / (partOfA ** 2 / a.degreesOfFreedom + partOfB ** 2 / b.degreesOfFreedom),
  };
}

/**
 * The smallest number of rounds at which the same mean and variance would tell the mean from the edge.
 *
 * @param level that the p-value must reach
 * @returns null when it is over 100
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
