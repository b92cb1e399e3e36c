import { describe, expect, it } from 'vitest';
import type { Comparison } from '../contract/result.ts';
import { pairedRatio } from './inference/ratio.ts';
import { noiseFloor } from './noise-floor.ts';

const LANES = [{ id: 'alpha' }, { id: 'beta' }, { id: 'again', duplicateOf: 'beta' }];
type Unjudged = Omit<Comparison, 'standing'>;

const point = { clients: 1, eventsPerSecond: 1, payloadBytes: 128, headers: 'node' } as const;

function compared(metric: string, ratios: readonly number[], changes: Partial<Unjudged> = {}): Unjudged {
  const { value, low, high } = pairedRatio({ spread: 'interval', margin: 0.05 }, ratios);
  const identity = { lane: 'again', reference: 'beta', scenario: 's', point, metric } as const;
  const said = { ratio: value, low, high, spread: 'interval', rounds: ratios.length } as const;
  return { ...identity, ...said, margin: 0.05, verdict: 'inconclusive', ...changes };
}

const severities = (...comparisons: readonly Unjudged[]) =>
  noiseFloor(comparisons, LANES).map(({ severity }) => severity);

const around = (ratio: number) => [ratio * 0.99, ratio, ratio * 1.01, ratio];

describe('the noise floor', () => {
  it('is what a lane differs by from its duplicate, in latency and CPU', () => {
    const comparisons = [
      compared('latency.p50Us', around(1)),
      compared('server.cpuPerDeliveryUs', around(1)),
      compared('server.heapPerClientBytes', around(1)),
      compared('wire.perDeliveryBytes', around(1), { spread: 'range' }),
      compared('latency.p50Us', around(1), { lane: 'alpha' }),
      compared('latency.p50Us', around(1), { reference: 'alpha' }),
    ];
    expect(noiseFloor(comparisons, LANES).map(({ comparison }) => comparison)).toEqual(comparisons.slice(0, 2));
    expect(noiseFloor(comparisons, LANES.slice(0, 2))).toEqual([]);
  });

  it('says nothing while the interval includes 1', () => {
    expect(severities(compared('latency.p50Us', around(1.005)))).toEqual([undefined]);
  });

  it('is a notice where the interval leaves 1, to either side', () => {
    expect(severities(compared('latency.p50Us', around(1.03)), compared('latency.p90Us', around(0.97)))).toEqual([
      'notice',
      'notice',
    ]);
  });

  it('is severe where it lies beyond the margin as well, to either side', () => {
    expect(severities(compared('latency.p50Us', around(1.2)), compared('latency.p90Us', around(0.8)))).toEqual([
      'severe',
      'severe',
    ]);
  });

  it('is severe only when it is so after the correction over all of the run', () => {
    // Beyond 1.05 with p = 0.02: enough for one, and not for three.
    const near = () => compared('latency.p50Us', around(1.07));
    expect(severities(near())).toEqual(['severe']);
    expect(severities(near(), near(), near())).toEqual(['notice', 'notice', 'notice']);
  });

  it('of joined runs is judged by their number, not by that of their rounds', () => {
    const far = compared('latency.p50Us', around(1.2));
    // Three runs have an interval of 4.30 standard errors, which is that of the same bounds with thirty rounds.
    const joined = (ratio: number) => ({ ...far, ratio, low: ratio * 0.92, high: ratio / 0.92, rounds: 30, runs: 3 });
    expect(severities(joined(1.16))).toEqual(['severe']);
    expect(severities(joined(1.16), joined(1.16), joined(1.16))).toEqual(['notice', 'notice', 'notice']);
  });

  it('is not judged by one round', () => {
    expect(severities(compared('latency.p50Us', [3]))).toEqual([undefined]);
  });

  it('is severe where every round shows the same difference', () => {
    expect(severities(compared('latency.p50Us', [1.1, 1.1, 1.1]))).toEqual(['severe']);
  });
});
