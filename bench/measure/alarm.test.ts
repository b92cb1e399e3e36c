import { expect, onTestFinished, test } from 'vitest';
import { eventually, range } from '../contract/test-support.ts';
import { createAlarm } from './alarm.ts';
import { nowNs } from './clock.ts';

async function openAlarm() {
  const alarm = await createAlarm();
  onTestFinished(() => alarm.close());
  return alarm;
}

/** Resolves with the clock's reading when it rings. */
const ringAt = (alarm: Awaited<ReturnType<typeof openAlarm>>, targetNs: number) =>
  new Promise<number>((resolve) => alarm.at(targetNs, () => resolve(nowNs())));

test('it rings, and never before its instant', async () => {
  const alarm = await openAlarm();
  for (const inMs of [0.05, 0.3, 1, 5, 20, 0.1]) {
    const targetNs = nowNs() + inMs * 1e6;
    expect(await ringAt(alarm, targetNs)).toBeGreaterThanOrEqual(targetNs);
  }
});

test('an instant that has passed rings at once', async () => {
  const alarm = await openAlarm();
  for (const agoMs of [0, 1, 1e6]) await ringAt(alarm, nowNs() - agoMs * 1e6);
});

test('it rings once for each call', async () => {
  const alarm = await openAlarm();
  const rung: number[] = [];
  for (const n of range(1, 100)) {
    await new Promise<void>((resolve) => {
      alarm.at(nowNs() + (n % 3) * 100e3, () => {
        rung.push(n);
        resolve();
      });
    });
  }
  // A ring too many would come before this one.
  await ringAt(alarm, nowNs() + 5e6);
  expect(rung).toEqual(range(1, 100));
});

test('it may be set again from within its ring', async () => {
  const alarm = await openAlarm();
  let rings = 0;
  const again = () => {
    if (++rings < 50) alarm.at(nowNs() + 50e3, again);
  };
  alarm.at(nowNs(), again);
  await eventually(() => expect(rings).toBe(50));
});

test('set anew before it rang, it rings for the newer call alone, be that earlier or later', async () => {
  const alarm = await openAlarm();
  const rung: string[] = [];
  for (const [olderMs, newerMs] of [
    [40, 5],
    [5, 40],
    [0.01, 5],
    [40, 0.01],
    [1e6, 1],
  ] as const) {
    const fromNs = nowNs();
    const ranNs = await new Promise<number>((resolve) => {
      alarm.at(fromNs + olderMs * 1e6, () => rung.push('older'));
      alarm.at(fromNs + newerMs * 1e6, () => resolve(nowNs()));
    });
    expect(ranNs).toBeGreaterThanOrEqual(fromNs + newerMs * 1e6);
  }
  await ringAt(alarm, nowNs() + 50e6);
  expect(rung).toEqual([]);
});

test('set anew while the older call is about to ring, it rings once', async () => {
  const alarm = await openAlarm();
  let rings = 0;
  for (let n = 0; n < 200; n++) {
    alarm.at(nowNs() + 300e3, () => rings++);
    for (const untilNs = nowNs() + n * 3e3; nowNs() < untilNs; );
    await ringAt(alarm, nowNs() + 400e3);
  }
  expect(rings).toBe(0);
});

test('an owner that is always late keeps neither timers nor the rest of the event loop waiting', async () => {
  const alarm = await openAlarm();
  let rings = 0;
  let ringsBeforeTimer = 0;
  setTimeout(() => {
    ringsBeforeTimer = rings;
  }, 1);
  await new Promise<void>((resolve) => {
    const busy = () => {
      for (const until = nowNs() + 2e6; nowNs() < until; );
      if (++rings === 200) return resolve();
      alarm.at(nowNs() - 1e6, busy);
    };
    alarm.at(nowNs(), busy);
  });
  expect(ringsBeforeTimer).toBeGreaterThan(0);
  expect(ringsBeforeTimer).toBeLessThan(20);
});

test('it does not ring once closed', async () => {
  const alarm = await createAlarm();
  let rings = 0;
  alarm.at(nowNs() + 1e6, () => {
    rings++;
  });
  await alarm.close();
  const otherAlarm = await openAlarm();
  await ringAt(otherAlarm, nowNs() + 5e6);
  expect(rings).toBe(0);
});

test('closing twice is fine, and leaves no thread', async () => {
  const threads = () => process.getActiveResourcesInfo().filter((kind) => /Worker|MessagePort/.test(kind)).length;
  const before = threads();
  const alarm = await createAlarm();
  await alarm.close();
  await alarm.close();
  await eventually(() => expect(threads()).toBeLessThanOrEqual(before));
});
