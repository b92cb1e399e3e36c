import { describe, expect, it } from 'vitest';
import { pairedRatio, type Ratio } from './ratio.ts';
import { decide } from './verdict.ts';

const MARGIN = 0.05;

const timed = (ratios: readonly number[]) => pairedRatio({ spread: 'interval', margin: MARGIN }, ratios);
const counted = (ratios: readonly number[]) => pairedRatio({ spread: 'range', margin: MARGIN }, ratios);

function verdictsOf(...ratios: readonly Ratio[]) {
  return decide(ratios.map((ratio) => ({ ratio, family: 'one' }))).map(([, decision]) => decision);
}

/** Five rounds whose logarithms have this mean and standard error: t(4) is 2.776, and 4.604 at the level 0.01. */
function spreadAround(mean: number, standardError: number): number[] {
  return [-2, -1, 0, 1, 2].map((step) => Math.exp(mean + step * standardError * Math.SQRT2));
}

const edge = Math.log(1 + MARGIN);

describe('with an interval, a comparison alone in its family', () => {
  it.each([
    [edge + 0.0278, 'higher'],
    [edge + 0.0277, 'inconclusive'],
    [edge - 0.0277, 'inconclusive'],
    [edge - 0.0278, 'equivalent'],
    [0, 'equivalent'],
    [-edge + 0.0278, 'equivalent'],
    [-edge - 0.0277, 'inconclusive'],
    [-edge - 0.0278, 'lower'],
  ])('at a mean of %f with a standard error of 0.01 is decided by where the interval lies: %s', (mean, verdict) => {
    const ratio = timed(spreadAround(mean, 0.01));
    expect(verdictsOf(ratio)[0]?.verdict).toBe(verdict);
    const [low, high] = [Math.log(ratio.low ?? 0), Math.log(ratio.high ?? 0)];
    const beyond = {
      higher: low > edge,
      lower: high < -edge,
      equivalent: low > -edge && high < edge,
      inconclusive: true,
    };
    expect(beyond[verdict as keyof typeof beyond]).toBe(true);
  });

  it('without variance lies where it lies, the edge included', () => {
    const verdicts = [1.06, 1.05, 1, 0.94].map((ratio) => verdictsOf(timed([ratio, ratio, ratio]))[0]);
    expect(verdicts).toEqual([
      { verdict: 'higher' },
      { verdict: 'equivalent' },
      { verdict: 'equivalent' },
      { verdict: 'lower' },
    ]);
  });

  it('of one round says nothing, nor how many it would take', () => {
    expect(verdictsOf(timed([9]))).toEqual([{ verdict: 'inconclusive' }]);
  });

  it('that is inconclusive says how many rounds would decide it', () => {
    // s is 0.04·√5: the least n with t(n − 1)·s/√n ≤ 0.1 − edge.
    const [decision] = verdictsOf(timed(spreadAround(0.1, 0.04)));
    expect(decision).toEqual({ verdict: 'inconclusive', roundsNeeded: 15 });
  });
});

describe('in a family', () => {
  // Distances of 0.035 are enough at the level 0.05 (0.0278), and at 0.025 (0.0350), but not at 0.0167 (0.0396).
  const near = () => timed(spreadAround(edge + 0.0355, 0.01));
  const far = () => timed(spreadAround(edge + 0.2, 0.01));

  it('a verdict must hold at the level that Holm leaves it', () => {
    expect(verdictsOf(near()).map(({ verdict }) => verdict)).toEqual(['higher']);
    expect(verdictsOf(near(), near(), near()).map(({ verdict }) => verdict)).toEqual(Array(3).fill('inconclusive'));
    expect(verdictsOf(near(), far(), near()).map(({ verdict }) => verdict)).toEqual(Array(3).fill('higher'));
  });

  it('the rounds needed are those at that level', () => {
    const undecided = () => timed(spreadAround(edge + 0.02, 0.01));
    expect(verdictsOf(undecided())[0]?.roundsNeeded).toBe(8);
    expect(verdictsOf(undecided(), undecided(), undecided(), far())[2]?.roundsNeeded).toBe(11);
  });

  it('of another name nothing is corrected, and one without a test does not count', () => {
    const others = [near(), near()].map((ratio) => ({ ratio, family: 'other' }));
    const [first] = decide([{ ratio: near(), family: 'one' }, { ratio: timed([9]), family: 'one' }, ...others]);
    expect(first?.[1]).toEqual({ verdict: 'higher' });
  });
});

describe('with a range, a comparison', () => {
  it.each([
    [[1.06, 1.2], 'higher'],
    [[1.05, 1.2], 'inconclusive'],
    [[0.96, 1.05], 'equivalent'],
    [[0.9, 1], 'inconclusive'],
    [[0.9, 0.95], 'lower'],
    [[0.9, 1.2], 'inconclusive'],
    [[1.2], 'higher'],
    [[1.05], 'equivalent'],
    [[0.9], 'lower'],
  ])('of rounds %j is decided by the whole of it: %s', (ratios, verdict) => {
    expect(verdictsOf(counted(ratios))).toEqual([{ verdict }]);
  });

  it('is decided the same, whatever else is in its family', () => {
    const verdicts = verdictsOf(...Array.from({ length: 30 }, () => counted([1.06, 1.2])));
    expect(new Set(verdicts.map(({ verdict }) => verdict))).toEqual(new Set(['higher']));
  });
});
