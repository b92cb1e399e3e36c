/** The thread of a watcher: wakes at absolute instants and notes how late it was, until the process ends. */

import { workerData } from 'node:worker_threads';
import { nowNs } from '../../measure/clock.ts';
import type { SleeperData } from './role.ts';
import { openSchedstat } from './run-delay.ts';
import { LATE_US, WakeUps } from './wake-ups.ts';

/** The loop is compiled by rounds that are due at once, which takes a third off the CPU time of each wake-up. */
const WARM_UP_ROUNDS = 20_000;
/** Waits are read when a wake-up is late, and now and then besides, so that those of the rounds between are a small part. */
const READING_ROUNDS = 16;

const { memory, stepNs, phaseNs } = workerData as SleeperData;
const wakeUps = new WakeUps(memory);
/** Nobody changes it: the wait for it ends with its time. */
const still = new Int32Array(new SharedArrayBuffer(4));

function sleepUntil(dueNs: number): number {
  for (let waitMs = (dueNs - nowNs()) / 1e6; waitMs > 0; waitMs = (dueNs - nowNs()) / 1e6) {
    Atomics.wait(still, 0, 0, waitMs);
  }
  return nowNs() - dueNs;
}

const schedstat = openSchedstat('/proc/thread-self/schedstat');

for (let round = 0; round < WARM_UP_ROUNDS; round++) sleepUntil(nowNs());
let waitedBeforeNs = schedstat.read()?.waitedNs ?? 0;
for (let round = 0; ; round++) {
  // The next instant of the grid: those that a core which stood still has missed are not made up for.
  const dueNs = (Math.floor((nowNs() - phaseNs) / stepNs) + 1) * stepNs + phaseNs;
  const lateNs = sleepUntil(dueNs);
  const isLate = lateNs > LATE_US * 1e3;
  if (isLate || round % READING_ROUNDS === 0) {
    const waitedNs = schedstat.read()?.waitedNs ?? 0;
    wakeUps.add(dueNs, lateNs, isLate ? waitedNs - waitedBeforeNs : 0);
    waitedBeforeNs = waitedNs;
  } else {
    wakeUps.add(dueNs, lateNs, 0);
  }
}
