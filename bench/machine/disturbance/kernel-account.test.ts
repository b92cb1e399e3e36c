import { describe, expect, it } from 'vitest';
import {
  isCoreBusy,
  type MachineReading,
  noiseBetween,
  parseTicks,
  stealBetween,
  stealOfBusyBetween,
  watchNoise,
} from './kernel-account.ts';

const ticks = (steal: number, all: number) => new Map([['cpu', { idle: 0, steal, all }]]);
const before: MachineReading = {
  atNs: 5e9,
  pressureUs: 1_000,
  ticks: ticks(10, 1_000),
  throttledUs: [500, undefined],
};
const after: MachineReading = {
  atNs: 7e9,
  pressureUs: 501_000,
  ticks: ticks(14, 1_400),
  throttledUs: [100_500, undefined],
};

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
    ['steal', { ticks: new Map() }],
    ['throttled', { throttledUs: [undefined, undefined] }],
    ['throttled', { throttledUs: [] }],
  ])('%s is null where a reading has none', (name, missing) => {
    const all = noiseBetween(before, after);
    expect(noiseBetween(before, { ...after, ...missing })).toEqual({ ...all, [name]: null });
    expect(noiseBetween({ ...before, ...missing }, after)).toEqual({ ...all, [name]: null });
  });

  it('is none where a counter went back', () => {
    expect(noiseBetween(before, { ...after, ticks: ticks(9, 1_400) }).steal).toBe(0);
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

const STAT = `cpu  30 1 20 100 4 0 3 6 0 0
cpu0 10 0 10 60 2 0 1 5 0 0
cpu10 20 1 10 40 2 0 2 1 0 0
intr 5 0 1
ctxt 7`;

describe('ticks of /proc/stat', () => {
  it('are those of each core, and of all', () => {
    expect([...parseTicks(STAT)]).toEqual([
      ['cpu', { idle: 104, steal: 6, all: 164 }],
      ['cpu0', { idle: 62, steal: 5, all: 88 }],
      ['cpu10', { idle: 42, steal: 1, all: 76 }],
    ]);
  });

  it('are none where the system does not tell', () => {
    expect(parseTicks('').size).toBe(0);
  });

  it('give the steal of one core', () => {
    const start = { ...before, ticks: parseTicks(STAT) };
    const end = { ...after, ticks: parseTicks(STAT.replace('60 2 0 1 5', '150 2 0 1 15')) };
    expect(stealBetween(start, end, 'cpu0')).toBe(0.1);
    expect(stealBetween(start, end, 'cpu10')).toBeNull();
    expect(stealBetween(start, end, 'cpu7')).toBeNull();
  });

  it('give the steal of a core by the time that it was wanted, from three ticks on', () => {
    const at = (idle: number, steal: number, all: number) => ({
      ...before,
      ticks: new Map([['cpu0', { idle, steal, all }]]),
    });
    expect(stealOfBusyBetween(at(10, 0, 20), at(90, 5, 120), 'cpu0')).toBe(0.25);
    expect(stealOfBusyBetween(at(10, 0, 20), at(10, 5, 120), 'cpu0')).toBe(0.05);
    expect(stealOfBusyBetween(at(10, 0, 20), at(90, 2, 120), 'cpu0')).toBe(0);
    expect(stealOfBusyBetween(at(10, 0, 20), at(90, 5, 120), 'cpu1')).toBeNull();
  });
});

it('a core that does not exist is not busy', async () => {
  expect(await isCoreBusy(4_096)).toBe(false);
});
