/** A feed whose rate and payload can be changed while it runs. Its prices go on, and `due` always counts from its start. */

import { type EncodedEvent, encodeEvent } from '../../bench/contract/event.ts';
import { randomAt, STREAM } from '../../bench/contract/random.ts';
import type { Alarm } from '../../bench/measure/alarm.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { EventLog } from '../feed/feed.ts';
import type { Settings } from './protocol.ts';

export type Pace = Pick<Settings, 'eventsPerSecond' | 'payloadBytes' | 'isSilent'>;

/** Of a slot of 1/rate, the part that an event may fall into: events in step with poll timers would always be of the same age. */
const SLOT_SHARE = 0.5;
/** Behind by more, it goes on from now: a laptop that slept has no events for that time. */
const MOST_BEHIND_US = 1e6;

export class Ticker {
  readonly startNs: number;
  readonly #alarm: Alarm;
  readonly #seed: number;
  #log = new EventLog();
  #pace: Pace;
  /** When the slot of the next event begins. */
  #slotUs = 0;
  #isStopped = false;

  constructor(pace: Pace, seed: number, alarm: Alarm) {
    this.#pace = pace;
    this.#seed = seed;
    this.#alarm = alarm;
    this.startNs = nowNs();
    this.#await();
  }

  get pace(): Pace {
    return this.#pace;
  }

  set pace(pace: Pace) {
    this.#pace = pace;
    this.#slotUs = this.#nowUs;
    this.#await();
  }

  get log(): EventLog {
    return this.#log;
  }

  /** Loses the events that it holds: clients that return for one are told of a gap. The old log gets no further event. */
  forget(): void {
    this.#log = new EventLog(undefined, this.#log.lastSeq);
  }

  stop(): void {
    this.#isStopped = true;
  }

  get #nowUs(): number {
    return (nowNs() - this.startNs) / 1e3;
  }

  #await(): void {
    if (this.#isStopped || this.#pace.isSilent) return;
    if (this.#nowUs - this.#slotUs > MOST_BEHIND_US) this.#slotUs = this.#nowUs;
    const seq = this.#log.lastSeq + 1;
    const slotUs = 1e6 / this.#pace.eventsPerSecond;
    const dueUs = Math.floor(this.#slotUs + slotUs * SLOT_SHARE * randomAt(this.#seed, STREAM.event, seq));
    const event = encodeEvent(seq, dueUs, randomAt(this.#seed, STREAM.price, seq), this.#pace.payloadBytes);
    this.#alarm.at(this.startNs + dueUs * 1e3, () => this.#publish(event, slotUs));
  }

  #publish(event: EncodedEvent, slotUs: number): void {
    if (this.#isStopped || this.#pace.isSilent) return;
    this.#slotUs += slotUs;
    this.#log.publish(event);
    this.#await();
  }
}
