/**
 * The t value that 95 % of a Student t distribution lies within, by degrees of freedom.
 *
 * Solved by bisection from the closed form of the distribution for whole degrees of freedom (Abramowitz & Stegun, Handbook
 * of Mathematical Functions, 26.7.3 and 26.7.4).
 */
export function t975(degreesOfFreedom: number): number {
  if (!Number.isInteger(degreesOfFreedom) || degreesOfFreedom < 1) {
    throw new RangeError(`degrees of freedom ${degreesOfFreedom}: a whole number from 1 on is allowed`);
  }
  let low = 0;
  let high = 13;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (within(middle, degreesOfFreedom) < 0.95) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

/** A(t|ν): the probability that |T| ≤ t. */
function within(t: number, degreesOfFreedom: number): number {
  const theta = Math.atan(t / Math.sqrt(degreesOfFreedom));
  const cosSquared = Math.cos(theta) ** 2;
  if (degreesOfFreedom === 1) return (2 * theta) / Math.PI;
  const isOdd = degreesOfFreedom % 2 === 1;
  let term = isOdd ? Math.cos(theta) : 1;
  let sum = term;
  for (let k = isOdd ? 3 : 2; k < degreesOfFreedom; k += 2) {
    term *= ((k - 1) / k) * cosSquared;
    sum += term;
  }
  return isOdd ? (2 / Math.PI) * (theta + Math.sin(theta) * sum) : Math.sin(theta) * sum;
}
