import { describe, expect, it } from 'vitest';
import { netemDiscipline, netemProblem } from './netem.ts';

const words = (conditions: Parameters<typeof netemDiscipline>[0]) => netemDiscipline(conditions).join(' ');

describe('what netem is told', () => {
  it.each([
    [{ rttMs: 100 }, 'netem limit 1000000 delay 50000us'],
    [{ rttMs: 0.5, lossPercent: 0 }, 'netem limit 1000000 delay 250us loss 0%'],
    // 50 to 55 ms.
    [{ rttMs: 100, jitterMs: 5, lossPercent: 0.5 }, 'netem limit 1000000 delay 52500us 2500us loss 0.5%'],
    [{ rttMs: 20, jitterMs: 0, bandwidthBitsPerSecond: 1.5e6 }, 'netem limit 1000000 delay 10000us rate 1500000bit'],
  ])('of %j is half the RTT each way, and jitter on top of it', (conditions, expected) => {
    expect(words(conditions)).toBe(expected);
  });
});

it('netem is there, or what is missing is said', () => {
  expect(netemProblem() ?? 'needs nothing').toMatch(/^needs /);
});
