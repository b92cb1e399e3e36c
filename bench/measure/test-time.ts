/** For the tests: a clock that stands still until it is moved, and an alarm that rings on its way. */

import type { Alarm } from './alarm.ts';

export class ManualTime implements Alarm {
  nowNs: number;
  /** What the alarm is set to. */
  target: { ns: number; ring: () => void } | undefined;
  rings = 0;
  readonly spunNs = 0;

  readonly clock = () => this.nowNs;

  constructor(nowNs = 0) {
    this.nowNs = nowNs;
  }

  at(ns: number, ring: () => void): void {
    this.target = { ns, ring };
  }

  async close(): Promise<void> {}

  /** Moves the clock, and rings at each time that an alarm on its way is set to. */
  advanceTo(ns: number): void {
    for (let target = this.target; target && target.ns <= ns; target = this.target) {
      this.nowNs = Math.max(this.nowNs, target.ns);
      this.#ring(target.ring);
    }
    this.nowNs = ns;
  }

  advanceMs(byMs: number): void {
    this.advanceTo(this.nowNs + byMs * 1e6);
  }

  /** Moves the clock at once, as if the process had been asleep, and rings then. */
  oversleepTo(ns: number): void {
    this.nowNs = ns;
    if (this.target) this.#ring(this.target.ring);
  }

  #ring(ring: () => void): void {
    this.target = undefined;
    this.rings++;
    ring();
  }
}
