import { describe, expect, it } from 'vitest';
import { noiseBetween, watchNoise } from './noise.ts';

const before = { atNs: 5e9, pressureUs: 1_000, stealTicks: 10, allTicks: 1_000, throttledUs: [500, undefined] };
const after = { atNs: 7e9, pressureUs: 501_000, stealTicks: 14, allTicks: 1_400, throttledUs: [100_500, undefined] };

describe('noise between two readings', () => {
  it('is a share of the time, of all ticks, and of the time', () => {
    expect(noiseBetween(before, after)).toEqual({ cpuPressure: 0.25, steal: 0.01, throttled: 0.05 });
  });

  it('is that of the level of control groups that was held back most', () => {
    const levels = (own: number, above: number) => ({ ...after, throttledUs: [own, above] });
    expect(noiseBetween(levels(0, 0), { ...levels(20_000, 200_000), atNs: 9e9 }).throttled).toBe(0.1);
  });

  it('is no more than the whole window, when several cores were held back at once', () => {
    expect(noiseBetween(before, { ...after, throttledUs: [3_900_000, undefined] }).throttled).toBe(1);
  });

  it('is no more than the whole time, where the kernel adds to a counter what was before the first reading', () => {
    expect(noiseBetween(before, { ...after, pressureUs: 2_041_000 }).cpuPressure).toBe(1);
  });

  it.each([
    ['cpuPressure', { pressureUs: undefined }],
    ['steal', { stealTicks: undefined }],
    ['throttled', { throttledUs: [undefined, undefined] }],
    ['throttled', { throttledUs: [] }],
  ])('%s is null where a reading has none', (name, missing) => {
    const all = noiseBetween(before, after);
    expect(noiseBetween(before, { ...after, ...missing })).toEqual({ ...all, [name]: null });
    expect(noiseBetween({ ...before, ...missing }, after)).toEqual({ ...all, [name]: null });
  });

  it('is none where a counter went back', () => {
    expect(noiseBetween(before, { ...after, stealTicks: 9 }).steal).toBe(0);
  });

  it('is null where no time has passed', () => {
    expect(noiseBetween(before, before)).toEqual({ cpuPressure: null, steal: null, throttled: null });
  });
});

it('what this machine tells of its noise is a share, or null', () => {
  const end = watchNoise();
  for (const share of Object.values(end())) {
    if (share === null) continue;
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  }
});
