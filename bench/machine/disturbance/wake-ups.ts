/**
 * How late the wake-ups of a sleeper were, in memory that its thread writes and its process reads. The sleeper wakes at
 * absolute instants: a core that stood still makes the next wake-up late, whether the kernel accounts for the time or not.
 */

import type { WakeUpReading } from './calls.ts';

/** Behind a task that runs, a wake-up waits for the scheduler's next tick: up to 4 ms at 250 ticks a second. */
export const LATE_US = 5_000;

/** Wake-ups that are kept: 16 minutes of them at 60 ms, 16 seconds at 1 ms. */
const KEPT = 16_384;
const COUNT_BYTES = 8;
const FIELDS = 3;

export class WakeUps {
  readonly memory: SharedArrayBuffer;
  readonly #count: Int32Array;
  /** For each wake-up the instant it was due how late it was, and how much of that it waited for its core, in ns. */
  readonly #ring: Float64Array;

  constructor(memory = new SharedArrayBuffer(COUNT_BYTES + KEPT * FIELDS * 8)) {
    this.memory = memory;
    this.#count = new Int32Array(memory, 0, 1);
    this.#ring = new Float64Array(memory, COUNT_BYTES);
  }

  /** @param waitedNs the part of `lateNs` in which other tasks had the core */
  add(dueNs: number, lateNs: number, waitedNs: number): void {
    const count = Atomics.load(this.#count, 0);
    const at = (count % KEPT) * FIELDS;
    this.#ring[at] = dueNs;
    this.#ring[at + 1] = lateNs;
    this.#ring[at + 2] = waitedNs;
    Atomics.store(this.#count, 0, count + 1);
  }

  /** When the newest was due; 0 before the first. */
  get lastDueNs(): number {
    const count = Atomics.load(this.#count, 0);
    return count === 0 ? 0 : (this.#ring[((count - 1) % KEPT) * FIELDS] ?? 0);
  }

  /**
   * The core stood still from the instant that a wake-up was due until the thread could run: what it waited for after that
   * others had, and shows in the run delay of the measured threads too.
   *
   * Of the wake-ups that were due within the window, and of one that was due before and came within it.
   */
  read(fromNs: number, toNs: number): WakeUpReading {
    const count = Atomics.load(this.#count, 0);
    const reading = { wakeUps: 0, lateWakeUps: 0, maxLateUs: 0, stoppedUs: 0 };
    // But for the oldest: the thread may write over it meanwhile.
    for (let index = Math.max(0, count - KEPT + 1); index < count; index++) {
      const at = (index % KEPT) * FIELDS;
      const dueNs = this.#ring[at] ?? 0;
      const lateNs = this.#ring[at + 1] ?? 0;
      const stoppedNs = lateNs - (this.#ring[at + 2] ?? 0);
      if (dueNs >= toNs || dueNs + lateNs < fromNs) continue;
      reading.wakeUps++;
      reading.maxLateUs = Math.max(reading.maxLateUs, lateNs / 1e3);
      if (lateNs > LATE_US * 1e3) reading.lateWakeUps++;
      if (stoppedNs <= LATE_US * 1e3) continue;
      reading.stoppedUs += Math.max(0, Math.min(toNs, dueNs + stoppedNs) - Math.max(fromNs, dueNs)) / 1e3;
    }
    return reading;
  }
}
