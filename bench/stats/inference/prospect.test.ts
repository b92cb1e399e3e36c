import { describe, expect, it } from 'vitest';
import { boundsOf, pValueOf } from './evidence.ts';
import { pairedProspect, prospectOfRuns, roundsNeeded, unpairedProspect as unpairedOfRuns } from './prospect.ts';
import { sampleOf } from './runs.ts';

const unpairedProspect = (a: readonly number[], b: readonly number[]) => unpairedOfRuns([sampleOf(a)], [sampleOf(b)]);

describe('evidence of two runs', () => {
  // SciPy 1.17.1, scipy.stats.ttest_ind(b, a, equal_var=False); the data are the second example of the article on Welch's
  // test in Wikipedia.
  const a = [17.2, 20.9, 22.6, 18.1, 21.7, 21.4, 23.5, 24.2, 14.7, 21.8];
  const b = [
    21.5, 22.8, 21.0, 23.0, 21.6, 23.6, 22.5, 20.7, 23.4, 21.8, 20.7, 21.7, 21.5, 22.5, 23.6, 21.5, 22.5, 23.5, 21.5,
    21.8,
  ];
  const { now, rounds } = unpairedProspect(a, b);

  it("is that of Welch's test", () => {
    expect(now.degreesOfFreedom).toBeCloseTo(9.904741248650831, 9);
    expect(pValueOf(now, 0)).toBeCloseTo(0.14884169660532817, 9);
    const { low, high } = boundsOf(now);
    expect([low, high]).toEqual([expect.closeTo(-0.6484213253751658, 9), expect.closeTo(3.698421325375163, 9)]);
    expect(rounds).toBe(10);
  });

  it('has the sum of the degrees of freedom where both vary alike, and those of the one where the other does not vary', () => {
    expect(unpairedProspect([1, 2, 3], [5, 6, 7]).now.degreesOfFreedom).toBeCloseTo(4, 12);
    expect(unpairedProspect([1, 1, 1], [5, 6, 7, 8]).now.degreesOfFreedom).toBeCloseTo(3, 12);
  });

  it('after as many rounds of each as there are is that of now', () => {
    const { now, after } = unpairedProspect([1, 2, 4], [5, 6, 9]);
    expect(after(3)).toEqual(now);
  });
});

describe('the rounds needed', () => {
  const logs = [0.02, 0.1, 0.06, 0.14, -0.02];

  it.each([0.05, 0.01])('are the smallest number at which the p-value reaches the level %f', (level) => {
    const prospect = pairedProspect(logs);
    const needed = roundsNeeded(prospect, 0.03, level) ?? Number.NaN;
    expect(needed).toBeGreaterThan(5);
    expect(pValueOf(prospect.after(needed), 0.03)).toBeLessThanOrEqual(level);
    expect(pValueOf(prospect.after(needed - 1), 0.03)).toBeGreaterThan(level);
  });

  it('of two runs are those of each', () => {
    const prospect = unpairedProspect([0.1, 0.3, 0.2], [0.2, 0.5, 0.4, 0.2]);
    const needed = roundsNeeded(prospect, 0, 0.05) ?? Number.NaN;
    expect(pValueOf(prospect.after(needed), 0)).toBeLessThanOrEqual(0.05);
    expect(pValueOf(prospect.after(needed - 1), 0)).toBeGreaterThan(0.05);
  });

  it('are up to 100, and unknown beyond', () => {
    // Mean 0, s 1: t(99) = 1.984217, so an edge at 1.984217/√100 takes 100.
    const prospect = pairedProspect([-1, 0, 1]);
    expect(roundsNeeded(prospect, 0.19843, 0.05)).toBe(100);
    expect(roundsNeeded(prospect, 0.19842, 0.05)).toBeNull();
    expect(roundsNeeded(prospect, 0, 0.05)).toBeNull();
  });

  it('are unknown where there are 100 already', () => {
    const many = Array.from({ length: 100 }, (_, index) => (index % 2) - 0.5);
    expect(roundsNeeded(pairedProspect(many), 0.01, 0.05)).toBeNull();
  });

  it('of joined runs are those of further runs of as many rounds', () => {
    const runs = [0.02, 0.1, 0.06].map((mean) => sampleOf([mean - 0.01, mean, mean + 0.01, mean]));
    const prospect = prospectOfRuns(runs);
    expect(prospect.now).toEqual(pairedProspect([0.02, 0.1, 0.06]).now);
    expect(prospect.after(12)).toEqual(prospect.now);
    expect(prospect.after(13)).toEqual(pairedProspect([0.02, 0.1, 0.06]).after(4));
    const needed = roundsNeeded(prospect, 0.02, 0.05) ?? Number.NaN;
    expect(needed % 4).toBe(1);
    expect(pValueOf(prospect.after(needed), 0.02)).toBeLessThanOrEqual(0.05);
    expect(pValueOf(prospect.after(needed - 1), 0.02)).toBeGreaterThan(0.05);
  });
});
