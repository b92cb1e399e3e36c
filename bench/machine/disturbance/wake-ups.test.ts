import { describe, expect, it } from 'vitest';
import { WakeUps } from './wake-ups.ts';

const MS = 1e6;

/** @param all in ms: when due, how late, and how long it waited for its core */
function wakeUpsOf(all: readonly (readonly [number, number, number?])[]): WakeUps {
  const wakeUps = new WakeUps();
  for (const [dueMs, lateMs, waitedMs = 0] of all) wakeUps.add(dueMs * MS, lateMs * MS, waitedMs * MS);
  return wakeUps;
}

describe('the wake-ups of a window', () => {
  it('are those that were due in it', () => {
    const wakeUps = wakeUpsOf([
      [50, 0.1],
      [100, 0.2],
      [150, 0.4],
      [200, 0.3],
    ]);
    expect(wakeUps.read(100 * MS, 200 * MS)).toEqual({ wakeUps: 2, lateWakeUps: 0, maxLateUs: 400, stoppedUs: 0 });
    expect(wakeUps.lastDueNs).toBe(200 * MS);
  });

  it('are late by more than a tick of the scheduler', () => {
    const wakeUps = wakeUpsOf([
      [100, 5],
      [150, 5.1],
      [200, 12],
    ]);
    const { lateWakeUps, stoppedUs, maxLateUs } = wakeUps.read(100 * MS, 300 * MS);
    expect(lateWakeUps).toBe(2);
    expect(stoppedUs).toBeCloseTo(17_100);
    expect(maxLateUs).toBe(12_000);
  });

  it('tell of no stop, as far as other tasks had the core', () => {
    const { lateWakeUps, stoppedUs } = wakeUpsOf([
      [100, 30, 26],
      [150, 30, 10],
    ]).read(100 * MS, 300 * MS);
    expect(lateWakeUps).toBe(2);
    expect(stoppedUs).toBe(20_000);
  });

  it('count with the part of their lateness that falls into it', () => {
    const across = wakeUpsOf([
      [90, 20],
      [190, 30],
    ]);
    expect(across.read(100 * MS, 200 * MS)).toMatchObject({ lateWakeUps: 2, stoppedUs: 20_000, maxLateUs: 30_000 });
  });

  it('are none before the first', () => {
    const none = new WakeUps();
    expect(none.lastDueNs).toBe(0);
    expect(none.read(0, 1e12)).toEqual({ wakeUps: 0, lateWakeUps: 0, maxLateUs: 0, stoppedUs: 0 });
  });

  it('are seen by a reader of the same memory, and kept when there are more than fit', () => {
    const written = new WakeUps();
    for (let step = 0; step < 20_000; step++) written.add(step * 50 * MS, 0, 0);
    const read = new WakeUps(written.memory);
    expect(read.lastDueNs).toBe(19_999 * 50 * MS);
    expect(read.read(19_000 * 50 * MS, 20_000 * 50 * MS).wakeUps).toBe(1_000);
  });
});
