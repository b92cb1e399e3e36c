/** Fields of the result that statistics read and write beside those of its schema's types. */

import type { Comparison, Estimate } from '../contract/result.ts';

/** Of a cell that may have been measured more than once in its round, or come from one of several runs that were joined. */
export interface Repeated {
  readonly round: number;
  /** 1 where it is absent. */
  readonly attempt?: number | undefined;
  /** Which of the joined runs it is of, from 1; absent in a run of its own. */
  readonly run?: number | undefined;
  /** The bounds that it passed, by code; undisturbed where there are none. */
  readonly disturbance?: { readonly exceeded: readonly string[] } | null | undefined;
}

interface OfRuns {
  /** How many of the joined runs are behind it; absent where rounds of one run are. */
  runs?: number;
}

export type FullEstimate = Estimate &
  OfRuns & {
    /** With every valid attempt of each round; absent where no round has more than one. */
    allAttempts?: { value: number; low: number | null; high: number | null };
    /** Of the variance of a single round, what lies between the joined runs, 0 to 1. */
    betweenRunsShare?: number;
  };

export type FullComparison = Comparison &
  OfRuns & {
    /** The 20 % trimmed mean of the rounds, from ten on. */
    trimmed?: { ratio: number; low: number; high: number };
  };
