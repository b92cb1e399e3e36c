import { describe, expect, it } from 'vitest';
import { geometricMeanOf, rangeOf } from './mean.ts';
import { boundPercent, type Kind, pairedRatio, pairedRatioOfRuns, unpairedRatio as ratioOfSides } from './ratio.ts';
import { sampleOf } from './runs.ts';

const timed = { spread: 'interval', margin: 0.05 } as const;
const counted = { spread: 'range', margin: 0.01 } as const;

/** One run's rounds. */
function sideOf({ spread }: Kind, values: readonly number[]) {
  const interval = spread === 'range' ? rangeOf(values) : geometricMeanOf(values);
  return { ...interval, logs: [sampleOf(values.map(Math.log))] };
}

const unpairedRatio = (kind: Kind, a: readonly number[], b: readonly number[]) =>
  ratioOfSides(kind, sideOf(kind, a), sideOf(kind, b));

describe('the ratio of two lanes', () => {
  it('is the geometric mean of the rounds, with the t interval of the logarithm', () => {
    // ln 1, ln e, ln e²: mean 1, half-width 2.4841
    expect(pairedRatio(timed, [1, Math.E, Math.E ** 2])).toMatchObject({
      value: expect.closeTo(Math.E, 9),
      low: expect.closeTo(Math.exp(1 - 2.4841), 3),
      high: expect.closeTo(Math.exp(1 + 2.4841), 2),
    });
  });

  it('turned round is the inverse', () => {
    for (const kind of [timed, counted]) {
      const [forth, back] = [pairedRatio(kind, [2, 3, 4]), pairedRatio(kind, [1 / 2, 1 / 3, 1 / 4])];
      expect(forth.value * back.value).toBeCloseTo(1, 12);
      expect((forth.low ?? 0) * (back.high ?? 0)).toBeCloseTo(1, 12);
    }
  });

  it('of bytes has the least and the most of the rounds, and is exact where all agree', () => {
    expect(pairedRatio(counted, [1.25, 1.5, 1.2])).toMatchObject({ low: 1.2, high: 1.5 });
    expect(pairedRatio(counted, [1.1, 1.1, 1.1])).toMatchObject({ value: 1.1, low: 1.1, high: 1.1 });
  });

  it('of one round has neither', () => {
    for (const kind of [timed, counted]) {
      expect(pairedRatio(kind, [1.2])).toMatchObject({ value: 1.2, low: null, high: null, prospect: undefined });
    }
  });
});

describe('the ratio of two runs', () => {
  it('is that of their means, b to a, and its interval is wider than that of pairs', () => {
    const [a, b] = [
      [100, 200, 400],
      [110, 220, 440],
    ];
    const ratio = unpairedRatio(timed, a, b);
    expect(ratio.value).toBeCloseTo(1.1, 12);
    expect((ratio.low ?? 1) * (ratio.high ?? 1)).toBeCloseTo(1.1 ** 2, 9);
    expect(ratio.high).toBeGreaterThan(2);
  });

  it('whose rounds all agree is exact', () => {
    const exact = expect.closeTo(1.5, 12);
    expect(unpairedRatio(timed, [2, 2], [3, 3, 3])).toMatchObject({ value: exact, low: exact, high: exact });
  });

  it('of bytes spans from the least of b to the most of a up to the most of b to the least of a', () => {
    expect(unpairedRatio(counted, [100, 110], [121, 132])).toMatchObject({
      value: expect.closeTo(126.5 / 105, 12),
      low: 1.1,
      high: 1.32,
    });
    expect(unpairedRatio(counted, [100], [110, 120])).toMatchObject({ value: 1.15, low: 1.1, high: 1.2 });
  });

  it('has no interval where one of them has a single round, and bytes no range where both have', () => {
    const none = { low: null, high: null, prospect: undefined };
    for (const [a, b] of [
      [[100], [110, 110]],
      [[100, 100], [110]],
    ] as const) {
      expect(unpairedRatio(timed, a, b)).toMatchObject({ value: expect.closeTo(1.1, 12), ...none });
    }
    expect(unpairedRatio(counted, [100], [110])).toMatchObject({ value: 1.1, ...none });
  });
});

describe('the ratio in joined runs', () => {
  it('is the mean of theirs, with the interval between them, however alike the rounds of each', () => {
    const runs = [1, Math.E, Math.E ** 2].map((ratio) => [ratio, ratio, ratio, ratio]);
    const joined = pairedRatioOfRuns(timed, runs);
    expect(joined).toMatchObject({
      value: expect.closeTo(Math.E, 9),
      low: expect.closeTo(Math.exp(1 - 2.4841), 3),
      high: expect.closeTo(Math.exp(1 + 2.4841), 2),
    });
    expect(joined.prospect?.now.degreesOfFreedom).toBe(2);
  });

  it('of bytes has the least and the most of all', () => {
    expect(pairedRatioOfRuns(counted, [[1.2, 1.3], [1.1]])).toMatchObject({ low: 1.1, high: 1.3 });
  });
});

describe('the trimmed mean', () => {
  const rounds = [0.7, 1.01, 0.99, 1, 1.02, 0.98, 1.01, 0.99, 1, 3];

  it('stands beside the interval from ten rounds of one run on, and two astray at either end do not move it', () => {
    const { trimmed, low, high } = pairedRatio(timed, rounds);
    expect(trimmed?.ratio).toBeCloseTo(1, 3);
    expect((trimmed?.high ?? 9) / (trimmed?.low ?? 1)).toBeLessThan((high ?? 1) / (low ?? 1));
    expect(pairedRatio(timed, rounds.slice(1))).not.toHaveProperty('trimmed');
    expect(pairedRatio(counted, rounds)).not.toHaveProperty('trimmed');
    expect(pairedRatioOfRuns(timed, [rounds, rounds])).not.toHaveProperty('trimmed');
  });
});

it('two differ at most by the farther end of their interval, as a factor either way', () => {
  expect(boundPercent({ low: 0.8, high: 1.1 })).toBeCloseTo(25, 9);
  expect(boundPercent({ low: 0.95, high: 1.12 })).toBeCloseTo(12, 9);
});
