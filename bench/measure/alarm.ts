/**
 * Wakes the event loop at a nanosecond of the monotonic clock, without spinning.
 *
 * `setTimeout` counts whole milliseconds and wakes about 0.8 ms late at the median: more than the push transports take.
 * A thread that sleeps on a futex wakes within 0.1 to 0.3 ms. It is asked to wake that much early, learnt as the run goes,
 * and what is left is spun away, up to 0.3 ms of CPU time an event, which `spunNs` tells: a server's CPU is told without it.
 */
import { Worker } from 'node:worker_threads';
import { nowNs } from './clock.ts';

export interface Alarm {
  /** Calls back once, at `targetNs` or as soon as possible after it. A new call takes the place of one that has not rung yet. */
  at(targetNs: number, ring: () => void): void;
  /** For which it has waited on the core for instants so far: CPU time that is the schedule's. */
  readonly spunNs: number;
  close(): Promise<void>;
}

// [0] generation (int32), then at byte 8 the instant to wake at (float64, ns). The wait for it ends when the alarm is set anew.
const THREAD = `
const { workerData, parentPort } = require('node:worker_threads');
const cells = new Int32Array(workerData);
const wakeAtNs = new Float64Array(workerData, 8);
for (let generation = 0; ; ) {
  Atomics.wait(cells, 0, generation);
  generation = Atomics.load(cells, 0);
  for (;;) {
    const [seconds, nanoseconds] = process.hrtime();
    const waitMs = (wakeAtNs[0] - (seconds * 1e9 + nanoseconds)) / 1e6;
    if (waitMs <= 0) break;
    if (Atomics.wait(cells, 0, generation, waitMs) !== 'timed-out') generation = Atomics.load(cells, 0);
  }
  parentPort.postMessage(generation);
}`;

const LEAD_NS = { start: 600_000, least: 20_000, most: 1_000_000, up: 30_000, down: 5_000 };
/** A core that has slept for longer takes longer to wake: what a burst teaches would make the events after it late. */
const LONG_WAIT_NS = 5e6;

export async function createAlarm(): Promise<Alarm> {
  const memory = new SharedArrayBuffer(16);
  const cells = new Int32Array(memory);
  const wakeAtNs = new Float64Array(memory, 8);
  const thread = new Worker(THREAD, {
    eval: true,
    workerData: memory,
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8 },
  });
  await new Promise((resolve, reject) => thread.once('online', resolve).once('error', reject));

  const leadsNs = { short: LEAD_NS.start, long: LEAD_NS.start };
  let wait: keyof typeof leadsNs = 'short';
  let dueNs = 0;
  let ring: (() => void) | undefined;
  /** Generation that the thread reports when it wakes for `dueNs`; an earlier one is of an alarm that was replaced. */
  let awaited: number | undefined;
  let isSoon = false;
  let spunNs = 0;
  const ringOnce = () => {
    const callback = ring;
    ring = undefined;
    callback?.();
  };
  thread.on('message', (generation: number) => {
    if (generation !== awaited) return;
    // Up by six steps, down by one: in balance, six wake-ups in seven come before their instant.
    const leadNs = leadsNs[wait];
    const late = nowNs() - (wakeAtNs[0] ?? 0) > leadNs;
    leadsNs[wait] = Math.min(LEAD_NS.most, Math.max(LEAD_NS.least, leadNs + (late ? LEAD_NS.up : -LEAD_NS.down)));
    const beforeNs = nowNs();
    while (nowNs() < dueNs);
    spunNs += Math.max(0, dueNs - beforeNs);
    ringOnce();
  });
  // After the listener, which would keep the process alive.
  thread.unref();
  // By setImmediate: a message that the thread posts while one is handled is handled in the same phase, and a feed that runs
  // late would keep timers and sockets waiting for seconds.
  const ringSoon = () => {
    isSoon = false;
    if (nowNs() >= dueNs) ringOnce();
    else set();
  };
  const set = () => {
    const waitNs = dueNs - nowNs();
    wait = waitNs > LONG_WAIT_NS ? 'long' : 'short';
    const leadNs = leadsNs[wait];
    if (waitNs < leadNs) {
      awaited = undefined;
      if (!isSoon) setImmediate(ringSoon);
      isSoon = true;
      return;
    }
    wakeAtNs[0] = dueNs - leadNs;
    awaited = (Atomics.add(cells, 0, 1) + 1) | 0;
    Atomics.notify(cells, 0);
  };
  return {
    get spunNs() {
      return spunNs;
    },
    at(targetNs, callback) {
      dueNs = targetNs;
      ring = callback;
      set();
    },
    async close() {
      ring = undefined;
      await thread.terminate();
    },
  };
}
