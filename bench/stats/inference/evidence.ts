/** What rounds say of a true mean: Student's t interval and test. */

import { tCdf, tQuantile } from './t-distribution.ts';

/** The level of every interval and test. */
export const ALPHA = 0.05;

/** A mean, how far it may be off, and how well that is known. */
export interface Evidence {
  readonly mean: number;
  readonly standardError: number;
  readonly degreesOfFreedom: number;
}

export interface Moments {
  readonly mean: number;
  /** By n − 1; 0 with one value. */
  readonly variance: number;
}

/** Values that are equal have exactly that mean, and exactly no variance. */
export function momentsOf(values: readonly number[]): Moments {
  const [first = Number.NaN] = values;
  const mean = first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, variance: squares / Math.max(values.length - 1, 1) };
}

/** Evidence of one sample: s/√n with n − 1 degrees of freedom. */
export function evidenceOf({ mean, variance }: Moments, rounds: number): Evidence {
  return { mean, standardError: Math.sqrt(variance / rounds), degreesOfFreedom: rounds - 1 };
}

const criticalValues = new Map<number, number>();

/** How many standard errors the 95 % interval extends to either side. Kept: most intervals of a run have the same. */
export function criticalValueOf(degreesOfFreedom: number): number {
  const value = criticalValues.get(degreesOfFreedom) ?? tQuantile(1 - ALPHA / 2, degreesOfFreedom);
  criticalValues.set(degreesOfFreedom, value);
  return value;
}

export function boundsOf({ mean, standardError, degreesOfFreedom }: Evidence): { low: number; high: number } {
  const half = criticalValueOf(degreesOfFreedom) * standardError;
  return { low: mean - half, high: mean + half };
}

/**
 * Two-sided p-value of the distance from the mean to an edge: at most α just when the 1 − α interval does not contain the edge.
 * Without variance it is 0: the mean lies where it lies.
 */
export function pValueOf({ mean, standardError, degreesOfFreedom }: Evidence, edge: number): number {
  if (standardError === 0) return 0;
  return 2 * tCdf(-Math.abs(mean - edge) / standardError, degreesOfFreedom);
}
