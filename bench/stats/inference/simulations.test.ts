/**
 * Whether intervals and verdicts keep what they promise, in runs whose truth is known. Each bound is more than four standard
 * errors away from what is expected, so that it holds with any seed: SIMULATION_SEED=7 npx vitest run bench/stats/simulations
 */

import { describe, expect, it } from 'vitest';
import { noiseFloor } from '../noise-floor.ts';
import { holm } from './holm.ts';
import { geometricMeanOf, geometricMeanOfRuns } from './mean.ts';
import { pairedProspect } from './prospect.ts';
import { pairedRatio, type Ratio, unpairedRatio } from './ratio.ts';
import { sampleOf } from './runs.ts';
import { normalDraws, shareOf } from './test-simulate.ts';
import { claimOf, decide } from './verdict.ts';

const TIMED = { spread: 'interval', margin: 0.05 } as const;
const EDGE = Math.log(1 + TIMED.margin);
/** Standard deviation of the logarithm of a lane's latency, from round to round. */
const NOISE = 0.1;

/** What disturbs the two lanes of a round, as logarithms. */
type Disturbance = (draw: () => number, round: number, rounds: number) => readonly [number, number];

const none: Disturbance = () => [0, 0];

/** By a third over the run; which lane comes first in a round is left to chance. */
const drift: Disturbance = (draw, round, rounds) => {
  const [early, late] = [(0.3 * round) / rounds, (0.3 * (round + 0.5)) / rounds];
  return draw() < 0 ? [early, late] : [late, early];
};

/** A fifth of the rounds take several times as long, which differs a little from lane to lane. */
const sharedSpikes: Disturbance = (draw) => {
  if (draw() < 0.8416) return [0, 0];
  const height = 1 + Math.abs(draw());
  return [height * (1 + 0.05 * draw()), height * (1 + 0.05 * draw())];
};

/** In a tenth of the rounds one of the two takes 1.5 times as long, whichever it is. */
const loneSpikes: Disturbance = (draw) => {
  if (draw() < 1.2816) return [0, 0];
  return draw() < 0 ? [Math.log(1.5), 0] : [0, Math.log(1.5)];
};

/** In a tenth of the rounds the first of the two takes three times as long, and never the other: about their mean. */
const ownSpikes: Disturbance = (draw) => [Math.log(3) * ((draw() < 1.2815516 ? 0 : 1) - 0.1), 0];

const DISTURBANCES = { none, drift, 'shared spikes': sharedSpikes, 'lone spikes': loneSpikes };

/** The ratios of a run's rounds. */
function ratiosOf(truth: number, rounds: number, draw: () => number, disturbance = none, noise = NOISE): number[] {
  return Array.from({ length: rounds }, (_, round) => {
    const [a, b] = disturbance(draw, round, rounds);
    return truth * Math.exp(a + noise * draw() - (b + noise * draw()));
  });
}

function holds({ low, high }: Pick<Ratio, 'low' | 'high'>, truth: number): boolean {
  return low !== null && high !== null && low <= truth && truth <= high;
}

const sideOf = (values: readonly number[]) => ({ ...geometricMeanOf(values), logs: [sampleOf(values.map(Math.log))] });

const ROUNDS = [3, 5, 10, 20];
const cases = Object.entries(DISTURBANCES).flatMap(([name, disturbance], kind) =>
  ROUNDS.map((rounds) => ({ name, disturbance, rounds, stream: 1_000 + 100 * kind + rounds })),
);

describe('the interval of one lane', () => {
  it.each(ROUNDS)('covers the true value 95 times in 100: %i rounds', (rounds) => {
    const draw = normalDraws(500 + rounds);
    const run = () => Array.from({ length: rounds }, () => Math.exp(draw()));
    const covered = shareOf(8_000, () => holds(geometricMeanOf(run()), 1));
    expect(covered).toBeGreaterThan(0.93);
    expect(covered).toBeLessThan(0.97);
  });
});

describe('the interval of joined runs', () => {
  const cases = [3, 5].flatMap((runs) => [0, 1, 3].map((times) => ({ runs, times, stream: 700 + 10 * runs + times })));

  it.each(cases)(
    'covers the true value 95 times in 100: $runs runs of ten rounds, $times times as far apart as rounds explain',
    ({ runs, times, stream }) => {
      const draw = normalDraws(stream);
      const run = () => {
        const own = (times * draw()) / Math.sqrt(10);
        return Array.from({ length: 10 }, () => Math.exp(own + draw()));
      };
      const covered = shareOf(5_000, () => holds(geometricMeanOfRuns(Array.from({ length: runs }, run)), 1));
      expect(covered).toBeGreaterThan(0.93);
      expect(covered).toBeLessThan(0.97);
    },
  );

  it('is not that of all their rounds, which misses the true value twice in five times where runs are far apart', () => {
    const draw = normalDraws(790);
    const covered = shareOf(4_000, () => {
      const own = Array.from({ length: 3 }, () => (3 * draw()) / Math.sqrt(10));
      return holds(geometricMeanOf(own.flatMap((one) => Array.from({ length: 10 }, () => Math.exp(one + draw())))), 1);
    });
    expect(covered).toBeLessThan(0.65);
  });
});

describe('the interval of paired rounds', () => {
  it.each(cases)('covers the true ratio 95 times in 100: $name, $rounds rounds', ({ disturbance, rounds, stream }) => {
    const draw = normalDraws(stream);
    const covered = shareOf(8_000, () => holds(pairedRatio(TIMED, ratiosOf(1.3, rounds, draw, disturbance)), 1.3));
    expect(covered).toBeGreaterThan(0.93);
    expect(covered).toBeLessThan(0.97);
  });

  it.each(ROUNDS)('falls short where one lane alone has tall spikes, but covers 3 times in 4: %i rounds', (rounds) => {
    const draw = normalDraws(1_900 + rounds);
    const covered = shareOf(8_000, () => holds(pairedRatio(TIMED, ratiosOf(1.3, rounds, draw, ownSpikes)), 1.3));
    expect(covered).toBeGreaterThan(0.75);
  });
});

it.each([
  { name: 'plain noise', disturbance: none, stream: 2_000 },
  { name: 'a drift', disturbance: drift, stream: 2_001 },
])('of two lanes that are alike, five runs in a hundred show a difference: $name', ({ disturbance, stream }) => {
  const draw = normalDraws(stream);
  const wrong = shareOf(10_000, () => !holds(pairedRatio(TIMED, ratiosOf(1, 5, draw, disturbance)), 1));
  expect(wrong).toBeGreaterThan(0.04);
  expect(wrong).toBeLessThan(0.06);
});

describe('the interval of unpaired runs', () => {
  it.each([
    [5, 5, 1],
    [5, 5, 3],
    [5, 10, 3],
    [10, 5, 3],
    [20, 5, 2],
  ])(
    'covers the true ratio 95 times in 100: %i rounds and %i, the second with %i times the noise',
    (ofA, ofB, times) => {
      const draw = normalDraws(3_000 + 100 * ofA + 10 * ofB + times);
      const run = (mean: number, rounds: number, noise: number) =>
        sideOf(Array.from({ length: rounds }, () => mean * Math.exp(noise * draw())));
      const covered = shareOf(8_000, () =>
        holds(unpairedRatio(TIMED, run(1, ofA, NOISE), run(1.3, ofB, times * NOISE)), 1.3),
      );
      expect(covered).toBeGreaterThan(0.93);
      expect(covered).toBeLessThan(0.97);
    },
  );
});

describe('where the true ratio is the edge of the margin', () => {
  it.each([
    ['higher', 1.05, 0.1],
    ['equivalent', 1.05, 0.01],
    ['lower', 1 / 1.05, 0.1],
    ['equivalent', 1 / 1.05, 0.01],
  ])('one verdict in forty says %s: × %f', (verdict, truth, noise) => {
    const draw = normalDraws(4_000 + Math.round(1_000 * (truth + noise)));
    const said = shareOf(10_000, () => {
      const ratio = pairedRatio(TIMED, ratiosOf(truth, 10, draw, none, noise));
      return decide([{ ratio, family: '' }]).some(([, decision]) => decision.verdict === verdict);
    });
    expect(said).toBeGreaterThan(0.017);
    expect(said).toBeLessThan(0.033);
  });
});

describe("Holm's correction", () => {
  const TRIALS = 8_000;
  const FAMILY = 10;
  /** So little that ten rounds may say "equivalent" too. */
  const noise = 0.01;

  const claim = (draw: () => number, mean: number, shared: readonly number[] = []) => {
    const logs = Array.from({ length: 10 }, (_, round) => mean + noise * draw() + (shared[round] ?? 0));
    return claimOf(pairedProspect(logs).now, TIMED.margin);
  };
  /** The truth is the edge: whatever is claimed is wrong. */
  const wrong = (draw: () => number, shared?: readonly number[]) =>
    Array.from({ length: FAMILY }, (_, index) => claim(draw, index % 2 === 0 ? EDGE : -EDGE, shared));
  const clear = (draw: () => number, count: number) => Array.from({ length: count }, () => claim(draw, EDGE + 0.3));
  const anyRejected = (family: readonly { readonly isRejected: boolean }[]) =>
    family.some(({ isRejected }) => isRejected);

  it('keeps the chance of any wrong verdict at one in twenty, where all would be wrong', () => {
    const draw = normalDraws(5_000);
    const share = shareOf(TRIALS, () => anyRejected(holm(wrong(draw))));
    expect(share).toBeGreaterThan(0.038);
    expect(share).toBeLessThan(0.06);
  });

  it('keeps it where as many again are right', () => {
    const draw = normalDraws(5_001);
    const share = shareOf(TRIALS, () => anyRejected(holm([...wrong(draw), ...clear(draw, FAMILY)]).slice(0, FAMILY)));
    expect(share).toBeGreaterThan(0.038);
    expect(share).toBeLessThan(0.06);
  });

  it('keeps it where all are compared with the same lane', () => {
    const draw = normalDraws(5_002);
    const reference = () => Array.from({ length: 10 }, () => noise * draw());
    expect(shareOf(TRIALS, () => anyRejected(holm(wrong(draw, reference()))))).toBeLessThan(0.06);
  });

  it('finds more than to divide the level by the size of the family', () => {
    const draw = normalDraws(5_003);
    let byDivision = 0;
    const byHolm = shareOf(TRIALS, () => {
      const [faint] = holm([claim(draw, EDGE + 0.01), ...clear(draw, FAMILY - 1)]);
      if (faint && faint.p <= 0.05 / FAMILY) byDivision++;
      return faint?.isRejected === true;
    });
    expect(byHolm).toBeGreaterThan(0.75);
    expect(byDivision / TRIALS).toBeLessThan(0.5);
  });
});

it('of machines in order, one in twenty at most has a noise floor that is severe', () => {
  const draw = normalDraws(6_000);
  const point = { clients: 1, eventsPerSecond: 1, payloadBytes: 128, headers: 'node' } as const;
  const metrics = ['latency.p50Us', 'latency.p90Us', 'latency.p95Us', 'server.cpuPerDeliveryUs'];
  const identity = { lane: 'again', reference: 'once', scenario: 's', point, verdict: 'inconclusive' } as const;
  let notices = 0;
  const trials = 10_000;
  const severe = shareOf(trials, () => {
    const comparisons = metrics.map((metric) => {
      const { value: ratio, low, high } = pairedRatio(TIMED, ratiosOf(1, 5, draw, none, 0.5));
      return { ...identity, metric, ratio, low, high, rounds: 5, ...TIMED };
    });
    const found = noiseFloor(comparisons, [{ id: 'once' }, { id: 'again', duplicateOf: 'once' }]);
    notices += found.filter(({ severity }) => severity !== undefined).length;
    return found.some(({ severity }) => severity === 'severe');
  });
  expect(severe).toBeLessThan(0.06);
  expect(notices / trials / metrics.length).toBeCloseTo(0.05, 2);
});
