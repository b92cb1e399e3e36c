/** Why the headline is the mean with Student's t. With any seed: SIMULATION_SEED=7 npx vitest run bench/stats/inference/trimmed */

import { describe, expect, it } from 'vitest';
import { boundsOf, type Evidence, evidenceOf, momentsOf } from './evidence.ts';
import { normalDraws, shareOf } from './test-simulate.ts';
import { trimmedEvidence, trimmedRatio } from './trimmed.ts';

describe('the trimmed mean', () => {
  it('leaves a fifth of the rounds out at either end, and takes its variance from the winsorised ones', () => {
    const { mean, standardError, degreesOfFreedom } = trimmedEvidence([9, 1, 3, 4, 40, 6, 7, 2, 5, 8]);
    // Left are 3 to 8: mean 5.5. Winsorised 3, 3, 3, 4, 5, 6, 7, 8, 8, 8: squares about 5.5 are 42.5, so s_w² is 42.5/9.
    expect(mean).toBeCloseTo(5.5, 12);
    expect(standardError).toBeCloseTo(Math.sqrt(42.5 / (6 * 5)), 12);
    expect(degreesOfFreedom).toBe(5);
  });

  it('does not notice how far astray a fifth of the rounds are', () => {
    const rounds = [1, 2, 3, 4, 5, 6, 7, 8, 9];
    expect(trimmedEvidence([...rounds, 10])).toEqual(trimmedEvidence([...rounds, 1e6]));
  });

  it('of ratios is that of their logarithms, and needs ten', () => {
    const logs = [-0.9, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.1, 0.2, 0.9];
    const { ratio, low, high } = trimmedRatio(logs) ?? { ratio: 0, low: 0, high: 0 };
    expect(ratio).toBeCloseTo(Math.exp(0.15), 12);
    expect(low * high).toBeCloseTo(ratio ** 2, 12);
    expect(trimmedRatio(logs.slice(1))).toBeUndefined();
  });
});

const ROUNDS = 10;
const TRIALS = 6_000;
/** Standard deviation of the logarithm of a skewed error, and the mean and standard deviation of the error. */
const SKEW = 0.8;
const SKEWED = { mean: Math.exp(SKEW ** 2 / 2), sd: Math.sqrt((Math.exp(SKEW ** 2) - 1) * Math.exp(SKEW ** 2)) };

type Errors = (draw: () => number) => number[];
const each = (ofRound: (draw: () => number, round: number) => number): Errors => {
  return (draw) => Array.from({ length: ROUNDS }, (_, round) => ofRound(draw, round));
};

/** Errors of a run's rounds, with mean 0. */
const normal = each((draw) => draw());
const contaminated = each((draw) => draw() * (draw() > 1.2815516 ? 3 : 1));
const skewed = each((draw) => (Math.exp(SKEW * draw()) - SKEWED.mean) / SKEWED.sd);
const correlated: Errors = (draw) => {
  let last = draw();
  return Array.from({ length: ROUNDS }, () => {
    last = 0.3 * last + Math.sqrt(1 - 0.3 ** 2) * draw();
    return last;
  });
};
const drifting = each((draw, round) => draw() + 1.5 * (round / (ROUNDS - 1) - 0.5));

function simulate(errors: Errors, stream: number) {
  const judge = (evidenceOfRun: (values: readonly number[]) => Evidence) => {
    const draw = normalDraws(stream);
    let width = 0;
    const coverage = shareOf(TRIALS, () => {
      const { low, high } = boundsOf(evidenceOfRun(errors(draw)));
      width += (high - low) / TRIALS;
      return low <= 0 && high >= 0;
    });
    return { coverage, width };
  };
  return { t: judge((values) => evidenceOf(momentsOf(values), values.length)), trimmed: judge(trimmedEvidence) };
}

describe('of ten rounds, the mean with t against the trimmed mean', () => {
  it('covers as often, and is narrower by a tenth at least, where errors are normal or drift', () => {
    for (const [stream, errors] of [normal, drifting].entries()) {
      const { t, trimmed } = simulate(errors, 7_000 + stream);
      expect(t.coverage).toBeGreaterThan(0.93);
      expect(trimmed.coverage).toBeGreaterThan(0.92);
      expect(t.width).toBeLessThan(0.9 * trimmed.width);
    }
  });

  it('is hardly wider where a tenth of the rounds have three times the spread', () => {
    const { t, trimmed } = simulate(contaminated, 7_010);
    expect(t.coverage).toBeGreaterThan(0.93);
    expect(t.width).toBeLessThan(1.06 * trimmed.width);
  });

  it('misses less often where errors are skewed: the trimmed mean is the mean of something else', () => {
    const { t, trimmed } = simulate(skewed, 7_020);
    expect(t.coverage).toBeGreaterThan(0.85);
    expect(trimmed.coverage).toBeLessThan(0.81);
  });

  it('falls short as the other does where rounds follow one another', () => {
    const { t, trimmed } = simulate(correlated, 7_030);
    expect(Math.abs(t.coverage - trimmed.coverage)).toBeLessThan(0.04);
  });
});
