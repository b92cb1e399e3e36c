/** Releases the chunks of many directions at the instants when they are due: one alarm for all, set to the next. */

import TinyQueue from 'tinyqueue';
import type { Alarm } from '../../measure/alarm.ts';

/** Something that is due at an instant, and then perhaps again. */
export interface Delayed {
  /** Stays the same as long as it waits here. */
  readonly dueNs: number;
  /** Called once `dueNs` has come. @returns whether it goes on waiting, for its next `dueNs` */
  release(nowNs: number): boolean;
}

export class DelayQueue {
  readonly nowNs: () => number;
  readonly #waiting = new TinyQueue<Delayed>([], (one, other) => one.dueNs - other.dueNs);
  readonly #alarm: Alarm;
  #alarmNs = Number.POSITIVE_INFINITY;

  constructor(alarm: Alarm, clock: () => number) {
    this.#alarm = alarm;
    this.nowNs = clock;
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  /** @param delayed one that does not wait here yet */
  add(delayed: Delayed): void {
    this.#waiting.push(delayed);
    this.#setAlarm();
  }

  readonly #ring = () => {
    this.#alarmNs = Number.POSITIVE_INFINITY;
    for (let next = this.#waiting.peek(); next; next = this.#waiting.peek()) {
      const atNs = this.nowNs();
      if (next.dueNs > atNs) break;
      this.#waiting.pop();
      if (next.release(atNs)) this.#waiting.push(next);
    }
    this.#setAlarm();
  };

  #setAlarm(): void {
    const next = this.#waiting.peek();
    if (!next || next.dueNs >= this.#alarmNs) return;
    this.#alarmNs = next.dueNs;
    this.#alarm.at(next.dueNs, this.#ring);
  }
}
