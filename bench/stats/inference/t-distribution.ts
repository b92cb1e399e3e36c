/** Student's t distribution, for any positive degrees of freedom: Welch's are seldom whole. */

import { incompleteBeta } from './incomplete-beta.ts';

/** Halvings after which a double has no digit left to win. */
const HALVINGS = 60;

/**
 * P(T ≤ t). Lower tails keep their digits: a p-value is twice one, never a difference from 1.
 *
 * P(|T| > t) = I_x(ν/2, ½) with x = ν/(ν + t²): Abramowitz & Stegun, Handbook of Mathematical Functions, 26.7.1 and 26.5.27.
 */
export function tCdf(t: number, degreesOfFreedom: number): number {
  const [square, half] = [t * t, degreesOfFreedom / 2];
  const total = degreesOfFreedom + square;
  // Around 0, x is too near 1 to tell one t from the next; 1 − x is not.
  const beyond =
    square < 1 ? 1 - incompleteBeta(square / total, 0.5, half) : incompleteBeta(degreesOfFreedom / total, half, 0.5);
  return t > 0 ? 1 - beyond / 2 : beyond / 2;
}

/**
 * The t below which a share p of the distribution lies, by bisection.
 *
 * @throws RangeError unless 0 < p < 1
 */
export function tQuantile(p: number, degreesOfFreedom: number): number {
  if (!(p > 0 && p < 1)) throw new RangeError(`a quantile of ${p}: a share between 0 and 1 is allowed`);
  if (p > 0.5) return -tQuantile(1 - p, degreesOfFreedom);
  let [low, high] = [-1, 0];
  while (tCdf(low, degreesOfFreedom) > p) [low, high] = [low * 2, low];
  for (let step = 0; step < HALVINGS; step++) {
    const middle = (low + high) / 2;
    if (tCdf(middle, degreesOfFreedom) < p) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
