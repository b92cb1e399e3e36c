import { describe, expect, it } from 'vitest';
import type { Disturbance } from '../../contract/result.ts';
import { DISTURBANCE_LIMITS, exceededBounds } from './limits.ts';

const { runDelay, stoppedShare, stealOfBusy, throttled } = DISTURBANCE_LIMITS;
const long = { share: 0.5, foreignShare: runDelay.share * 1.01, foreignMeanUs: runDelay.meanUs * 1.01 };
const sleeper = { core: 0, wakeUps: 40, lateWakeUps: 0, maxLateUs: 900, stoppedShare: 0 };
const quiet: Omit<Disturbance, 'exceeded'> = {
  cpuPressure: 0.9,
  steal: 0.9,
  stealOfBusy,
  throttled,
  runDelay: { server: { ...long, foreignMeanUs: 20 }, probe: { ...long, foreignShare: 0.001 } },
  sleepers: [sleeper, { ...sleeper, core: 1, lateWakeUps: 1, stoppedShare }],
};

describe('the bounds of a disturbed cell', () => {
  it('are not passed by the waits of its own threads, by pressure, nor by what is on a bound', () => {
    expect(exceededBounds(quiet)).toEqual([]);
  });

  it('are not passed by what is unknown', () => {
    const runDelay = { server: null, probe: null };
    expect(exceededBounds({ cpuPressure: null, steal: null, throttled: null, runDelay, sleepers: [] })).toEqual([]);
  });

  it.each<[Disturbance['exceeded'][number], Partial<Disturbance>]>([
    ['run-delay-server', { runDelay: { server: long, probe: null } }],
    ['run-delay-probe', { runDelay: { server: null, probe: long } }],
    ['core-stopped', { sleepers: [sleeper, { ...sleeper, stoppedShare: stoppedShare * 1.01 }] }],
    ['steal', { stealOfBusy: stealOfBusy * 1.01 }],
    ['throttled', { throttled: throttled * 1.01 }],
  ])('%s is passed by more than it', (code, change) => {
    expect(exceededBounds({ ...quiet, ...change })).toEqual([code]);
  });

  it('are all named, in one order', () => {
    const all = { ...quiet, runDelay: { server: long, probe: long }, stealOfBusy: 1, throttled: 1 };
    expect(exceededBounds(all)).toEqual(['run-delay-server', 'run-delay-probe', 'steal', 'throttled']);
  });
});
