import { describe, expect, it } from 'vitest';
import { disturbanceSchema } from '../../contract/result.ts';
import type { WakeUpReading } from './calls.ts';
import { disturbanceBetween, type Readings, type Sleeper, startWatching } from './watch.ts';

const ticks = (steal: number, all: number) => ({ idle: all / 2, steal, all });
const before: Readings = {
  machine: {
    atNs: 1e9,
    pressureUs: 0,
    ticks: new Map([
      ['cpu', ticks(0, 0)],
      ['cpu0', ticks(0, 0)],
      ['cpu1', ticks(0, 0)],
      ['cpu2', ticks(0, 0)],
    ]),
    throttledUs: [0],
  },
  server: { ranNs: 0, waitedNs: 0, turns: 0, ownRanNs: 0 },
  probe: { ranNs: 0, waitedNs: 5e6, turns: 10, ownRanNs: 0 },
};
const after: Readings = {
  machine: {
    atNs: 3e9,
    pressureUs: 200_000,
    ticks: new Map([
      ['cpu', ticks(50, 600)],
      ['cpu0', ticks(1, 200)],
      ['cpu1', ticks(3, 200)],
      ['cpu2', ticks(46, 200)],
    ]),
    throttledUs: [10_000],
  },
  server: { ranNs: 1, waitedNs: 10e6, turns: 1_000, ownRanNs: 10e6 },
  probe: { ranNs: 1, waitedNs: 7e6, turns: 210, ownRanNs: 0 },
};
const wakeUps = { core: 1, wakeUps: 40, lateWakeUps: 1, maxLateUs: 12_000, stoppedUs: 12_000 };

describe('the disturbance of a window', () => {
  it('holds what each source saw, of the measured cores alone', () => {
    const disturbance = disturbanceBetween(before, after, [0, 1], [wakeUps]);
    expect(disturbance).toEqual({
      cpuPressure: 0.1,
      steal: 0.015,
      stealOfBusy: 0.03,
      throttled: 0.005,
      runDelay: {
        server: { share: 0.005, foreignShare: 0, foreignMeanUs: 0 },
        probe: { share: 0.001, foreignShare: 0.001, foreignMeanUs: 10 },
      },
      sleepers: [{ core: 1, wakeUps: 40, lateWakeUps: 1, maxLateUs: 12_000, stoppedShare: 0.006 }],
      exceeded: [],
    });
    expect(disturbanceSchema.parse(disturbance)).toEqual(disturbance);
  });

  it('is that of all cores, where processes are not pinned', () => {
    expect(disturbanceBetween(before, after, [], [])).toMatchObject({
      steal: 50 / 600,
      stealOfBusy: 50 / 300,
      exceeded: ['steal'],
    });
  });

  it('does not tell the waits of a process that was gone at the end', () => {
    const { runDelay } = disturbanceBetween(before, { ...after, server: undefined }, [0, 1], []);
    expect(runDelay).toMatchObject({ server: null, probe: { share: 0.001 } });
  });
});

describe('watching', () => {
  const reading: WakeUpReading = { wakeUps: 1, lateWakeUps: 0, maxLateUs: 100, stoppedUs: 0 };

  it('asks the sleepers for the window, and leaves out those that are gone', async () => {
    const windows: (readonly [number, number])[] = [];
    const sleeper = (core: number, answer: WakeUpReading | undefined): Sleeper => ({
      core,
      async read(...window) {
        windows.push(window);
        return answer;
      },
    });
    const sleepers = [sleeper(0, undefined), sleeper(1, reading)];
    const watch = startWatching({
      serverPid: undefined,
      probePid: undefined,
      besideProbe: [],
      cores: [0, 1],
      sleepers,
    });
    const disturbance = await watch.end();
    expect(disturbance.sleepers.map(({ core }) => core)).toEqual([1]);
    expect(disturbance.runDelay).toEqual({ server: null, probe: null });
    expect(windows[1]).toEqual(windows[0]);
    expect(windows[0]?.[1]).toBeGreaterThan(windows[0]?.[0] ?? Number.POSITIVE_INFINITY);
    expect(disturbanceSchema.parse(disturbance)).toEqual(disturbance);
  });
});
