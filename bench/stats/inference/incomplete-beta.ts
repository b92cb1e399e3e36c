/** How close to 1 a factor of the continued fraction must come to be the last. */
const PRECISION = 1e-15;
/** Stands in for a 0 that would be divided by. */
const TINY = 1e-300;

/**
 * The regularised incomplete beta function I_x(a, b), for x from 0 to 1 and positive a and b.
 *
 * The continued fraction converges fast below x = (a + 1)/(a + b + 2); from above, I_x(a, b) = 1 − I_{1−x}(b, a) leads there.
 * Source: NIST Digital Library of Mathematical Functions, 8.17.4 and 8.17.22.
 *
 * @throws RangeError for other arguments
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(x >= 0 && x <= 1 && a > 0 && b > 0)) {
    throw new RangeError(`I_${x}(${a}, ${b}): x from 0 to 1 and positive a and b are allowed`);
  }
  if (x === 0 || x === 1) return x;
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a);
  const logBeta = logGamma(a) + logGamma(b) - logGamma(a + b);
  return (Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta) / a) * continuedFraction(x, a, b);
}

/** 1/(1 + d₁/(1 + d₂/(1 + …))) by Lentz's method as Thompson and Barnett (1986) changed it. */
function continuedFraction(x: number, a: number, b: number): number {
  let numerator = Number.POSITIVE_INFINITY;
  let denominator = 1;
  let fraction = 1;
  for (let n = 1; ; n++) {
    const m = n >> 1;
    const weight = n % 2 === 0 ? m * (b - m) : -(a + m) * (a + b + m);
    const d = (weight * x) / ((a + n - 1) * (a + n));
    denominator = 1 / (1 + d * denominator || TINY);
    numerator = 1 + d / numerator || TINY;
    const factor = numerator * denominator;
    fraction *= factor;
    if (Math.abs(factor - 1) < PRECISION) return fraction;
  }
}

/** Lanczos's approximation with g = 7 and nine terms (Godfrey's coefficients): 15 digits for positive z. */
const LANCZOS = [
  676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
  -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

function logGamma(z: number): number {
  const t = z + 6.5;
  const series = LANCZOS.reduce((sum, coefficient, at) => sum + coefficient / (z + at), 0.9999999999998099);
  return Math.log(Math.sqrt(2 * Math.PI) * series) + (z - 0.5) * Math.log(t) - t;
}
