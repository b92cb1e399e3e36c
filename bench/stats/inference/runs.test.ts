import { describe, expect, it } from 'vitest';
import { boundsOf, evidenceOf, momentsOf } from './evidence.ts';
import { betweenRunsShare, evidenceOfRuns, sampleOf } from './runs.ts';

describe('evidence of rounds within runs', () => {
  it('of one run is that of its rounds', () => {
    const values = [1, 2, 4];
    expect(evidenceOfRuns([sampleOf(values)])).toEqual(evidenceOf(momentsOf(values), 3));
  });

  it('of several is that of their means, however many rounds each has', () => {
    const runs = [[0, 2], [2], [3, 3, 3]].map(sampleOf);
    const evidence = evidenceOfRuns(runs);
    expect(evidence).toEqual(evidenceOf(momentsOf([1, 2, 3]), 3));
    // 1, 2, 3: mean 2, s 1, t(2) 4.3027, half-width 4.3027/√3 = 2.4841
    expect(evidence && boundsOf(evidence)).toEqual({
      low: expect.closeTo(-0.4841, 3),
      high: expect.closeTo(4.4841, 3),
    });
  });

  it('is not there with one value, or none', () => {
    expect(evidenceOfRuns([sampleOf([5])])).toBeUndefined();
    expect(evidenceOfRuns([])).toBeUndefined();
  });
});

describe('what lies between runs', () => {
  it('is the share of the variance of a single round', () => {
    // Mean squares: between 2·(1 + 0 + 1)/2 = 2, within 0.02; between runs lies (2 − 0.02)/2 = 0.99 of 0.99 + 0.02.
    const runs = [1, 2, 3].map((mean) => sampleOf([mean - 0.1, mean + 0.1]));
    expect(betweenRunsShare(runs)).toBeCloseTo(0.99 / 1.01, 12);
  });

  it('of runs of different numbers of rounds counts each by its rounds', () => {
    // Grand mean 0.75; mean squares: between 3·2.25² + 9·0.75² = 20.25, within (2 + 8)/10.
    const runs = [sampleOf([2, 4, 3]), sampleOf([-1, 1, -1, 1, -1, 1, -1, 1, 0])];
    const [between, within, perRun] = [20.25, 1, 12 - 90 / 12];
    const ofRuns = (between - within) / perRun;
    expect(betweenRunsShare(runs)).toBeCloseTo(ofRuns / (ofRuns + within), 12);
  });

  it('is 0 where runs differ by no more than their rounds explain, and 1 where rounds do not differ', () => {
    expect(
      betweenRunsShare(
        [
          [1, 9],
          [2, 8],
          [5, 5],
        ].map(sampleOf),
      ),
    ).toBe(0);
    expect(
      betweenRunsShare(
        [
          [1, 1],
          [2, 2],
        ].map(sampleOf),
      ),
    ).toBe(1);
  });

  it('is not there with one run, with single rounds, and where nothing varies', () => {
    expect(betweenRunsShare([sampleOf([1, 2, 3])])).toBeUndefined();
    expect(betweenRunsShare([[1], [2], [3]].map(sampleOf))).toBeUndefined();
    expect(
      betweenRunsShare(
        [
          [3, 3],
          [3, 3],
        ].map(sampleOf),
      ),
    ).toBeUndefined();
  });
});
