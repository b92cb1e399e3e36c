/**
 * Whether percentiles of merged rounds keep what they promise. Another seed moves shares of 400 trials by up to 0.03:
 * SIMULATION_SEED=7 npx vitest run bench/stats/inference/merged-percentile
 */

import { describe, expect, it } from 'vitest';
import { type LatencyCounts, mergeCounts, valueAtShareNs } from '../../measure/latency-counts.ts';
import { boundsOf, criticalValueOf, evidenceOf } from './evidence.ts';
import { logRatioSampleOf, logSampleOf, mergedPercentile } from './merged-percentile.ts';
import { normalDraws } from './test-simulate.ts';

function countsOf(valuesNs: readonly number[]): LatencyCounts {
  const ascending = valuesNs.toSorted((a, b) => a - b);
  const last = ascending.flatMap((value, at) => (value === ascending[at + 1] ? [] : [at]));
  return {
    valuesNs: last.map((at) => ascending[at] ?? 0),
    upTo: last.map((at) => at + 1),
    total: ascending.length,
  };
}

const upTo = (count: number, from = 1) => countsOf(Array.from({ length: count }, (_, at) => from + at));

/** Of so many events that rounds alone say how much it varies. */
const percentileOf = (rounds: readonly LatencyCounts[], share: number, events = Number.POSITIVE_INFINITY) =>
  mergedPercentile(rounds, share, events);

describe('a percentile of merged rounds', () => {
  it('is that of all deliveries, however they fall into rounds', () => {
    expect(percentileOf([upTo(50), upTo(50, 51)], 0.95).value).toBe(95);
    expect(percentileOf([upTo(90), upTo(10, 91)], 0.95).value).toBe(95);
  });

  it('has the values at the ends of the t interval of the share above it', () => {
    // Of the four rounds 6, 4, 6 and 4 % lie above 95: mean 5 %, s 1.1547 %, half-width 3.1824·1.1547 %/2 = 1.8374 %.
    const round = (above: number) => countsOf([...Array(100 - above).fill(95), ...Array(above).fill(100)]);
    const spread = [6, 4, 6, 4].map(round);
    expect(percentileOf(spread, 0.95)).toMatchObject({ value: 95, low: 95, high: 100 });
    const shares = [6, 4, 6, 4].map((above, at) =>
      countsOf(
        [...Array(100 - above).fill(0), ...Array(above).fill(1000)].map((tail, index) => tail + 4 * index + at + 1),
      ),
    );
    const { low, high } = percentileOf(shares, 0.95);
    const merged = mergeCounts(shares);
    expect([low, high]).toEqual([valueAtShareNs(merged, 0.95 - 0.018374), valueAtShareNs(merged, 0.95 + 0.018374)]);
  });

  it('has no interval of one round, and none wider than what was seen', () => {
    expect(percentileOf([upTo(100)], 0.99)).toMatchObject({ value: 99, low: null, high: null });
    // 0 and 2 % lie above: mean 1 %, half-width 12.706·1 %. From the 173rd of 200 to the last.
    const { low, high } = percentileOf([upTo(100), upTo(100, 1_000)], 0.99);
    expect([low, high]).toEqual([1_072, 1_099]);
  });

  it('is exact where rounds do not differ, and events are many', () => {
    expect(percentileOf([upTo(100), upTo(100)], 0.95)).toMatchObject({ value: 95, low: 95, high: 95 });
  });

  it('of fewer than five rounds varies as much as independent events do at least', () => {
    const alike = (count: number) => Array.from({ length: count }, () => upTo(100));
    // Share 1 %, variance 0.01·0.99/300; t(2) is 4.3027: 1 ± 2.4716 %, up to the most.
    const three = percentileOf(alike(3), 0.99, 300);
    expect(three).toMatchObject({ value: 99, low: 97, high: 100, influences: [0, 0, 0] });
    const { low, high } = boundsOf(evidenceOf(logSampleOf(three), 3));
    expect(high - low).toBeCloseTo(Math.log(100 / 97), 12);
    expect(logRatioSampleOf(three, three).variance).toBeCloseTo(2 * logSampleOf(three).variance, 12);
    expect(percentileOf(alike(5), 0.99, 500)).toMatchObject({ low: 99, high: 99, leastVariance: 0 });
  });

  it('has influences of rounds that sum to 0, and an interval of their own as long as its own', () => {
    const rounds = [upTo(100, 200), upTo(50, 210), upTo(80, 190)];
    const percentile = percentileOf(rounds, 0.9);
    expect(percentile.influences.reduce((sum, one) => sum + one, 0)).toBeCloseTo(0, 12);
    expect(percentile.influences[1]).toBeLessThan(percentile.influences[0] ?? 0);
    const { low, high } = boundsOf(evidenceOf(logSampleOf(percentile), 3));
    expect(high - low).toBeCloseTo(Math.log((percentile.high ?? 0) / (percentile.low ?? 1)), 12);
  });

  it('to another has the ratio of the two, and what moved both of a round falls out', () => {
    const slow = [upTo(100, 300), upTo(100, 340), upTo(100, 320)];
    const twice = slow.map(({ valuesNs, ...others }) => ({ ...others, valuesNs: valuesNs.map((value) => 2 * value) }));
    const sample = logRatioSampleOf(percentileOf(twice, 0.9), percentileOf(slow, 0.9));
    expect(sample).toEqual({ mean: Math.log(2), variance: expect.closeTo(0, 12), rounds: 3 });
  });
});

const PROBES = 4;
const TRIALS = 400;

interface Setting {
  readonly rounds: number;
  /** Of a round. */
  readonly events: number;
  /** Standard deviation of the logarithm from round to round. */
  readonly noise: number;
  /** Share of the events that are late, which itself varies from round to round, and by how many medians on average. */
  readonly lateShare: number;
  readonly lateBy: number;
}

/** Deliveries of an event share what made it late; a round shares its speed and how often events are late. */
function roundOf({ events, noise, lateShare, lateBy }: Setting, draw: () => number): number[] {
  const speed = Math.exp(noise * draw());
  const share = lateShare * Math.exp(0.5 * draw() - 0.125);
  return Array.from({ length: events }, () => {
    const [ofEvent, a, b] = [0.2 * draw(), draw(), draw()];
    // exp(−(a² + b²)/2) of two normal draws is uniform, and its logarithm exponential and independent of their angle.
    const isLate = Math.atan2(b, a) / (2 * Math.PI) + 0.5 < share;
    const late = isLate ? (lateBy * (a * a + b * b)) / 2 : 0;
    // Three digits, as histograms have.
    return Array.from({ length: PROBES }, () => Math.round(1e3 * speed * (Math.exp(ofEvent + 0.25 * draw()) + late)));
  }).flat();
}

/** Coverage of the percentile, of the ratio of two lanes that are alike, and of the percentile by sectioning. */
function simulate(setting: Setting, share: number, stream: number) {
  const { rounds: count, events } = setting;
  const draw = normalDraws(stream);
  const truth = valueAtShareNs(countsOf(Array.from({ length: 600 }, () => roundOf(setting, draw)).flat()), share);
  const covered = { percentile: 0, ratio: 0, sectioned: 0 };
  const critical = criticalValueOf(count - 1);
  for (let trial = 0; trial < TRIALS; trial++) {
    const run = () => Array.from({ length: count }, () => countsOf(roundOf(setting, draw)));
    const [rounds, others] = [run(), run()];
    const [mine, theirs] = [percentileOf(rounds, share, count * events), percentileOf(others, share, count * events)];
    const { low, high } = mine;
    if (low !== null && high !== null && low <= truth && truth <= high) covered.percentile++;
    const ratio = boundsOf(evidenceOf(logRatioSampleOf(mine, theirs), count));
    if (ratio.low <= 0 && ratio.high >= 0) covered.ratio++;
    const squares = rounds.reduce((sum, one) => sum + Math.log(valueAtShareNs(one, share) / mine.value) ** 2, 0);
    const half = critical * Math.sqrt(squares / (count - 1) / count);
    if (Math.abs(Math.log(mine.value / truth)) <= half) covered.sectioned++;
  }
  return {
    percentile: covered.percentile / TRIALS,
    ratio: covered.ratio / TRIALS,
    sectioned: covered.sectioned / TRIALS,
  };
}

describe('of rounds with four probes each', () => {
  const ten = { rounds: 10, events: 40 };
  const three = { rounds: 3, events: 100 };

  it.each([
    { share: 0.95, ...ten, noise: 0.04, lateShare: 0.02, lateBy: 3 },
    { share: 0.99, ...ten, noise: 0.1, lateShare: 0.02, lateBy: 3 },
    { share: 0.95, ...ten, noise: 0.1, lateShare: 0.02, lateBy: 0.5 },
    { share: 0.99, ...ten, noise: 0.04, lateShare: 0.02, lateBy: 0.5 },
  ])('the interval at $share covers 90 to 99 times in 100, and that of a ratio: %o', ({ share, ...setting }) => {
    const stream = 8_000 + Math.round(1e3 * (share + setting.noise) + setting.lateBy);
    const { percentile, ratio, sectioned } = simulate(setting, share, stream);
    expect(percentile).toBeGreaterThan(0.9);
    expect(percentile).toBeLessThan(0.99);
    expect(ratio).toBeGreaterThan(0.9);
    expect(ratio).toBeLessThan(0.995);
    // Why rounds' own percentiles do not make it: a p99 of theirs is one late event or none.
    if (share === 0.99 && setting.lateBy === 3) expect(sectioned).toBeLessThan(0.88);
  });

  it('that of three rounds covers 90 times in 100 at least', () => {
    const { percentile, ratio } = simulate({ ...three, noise: 0.04, lateShare: 0.02, lateBy: 3 }, 0.99, 8_800);
    expect(percentile).toBeGreaterThan(0.9);
    expect(ratio).toBeGreaterThan(0.9);
  });
});
