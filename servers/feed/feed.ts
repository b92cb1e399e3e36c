/**
 * The one event source that all transports of a server share: schedule → encode once → ring → subscribers.
 *
 * Its events are a pure function of options and start, so a feed that starts with a past start has the same past.
 */

import { NO_WARMUP_BURST } from '../../bench/contract/arrivals.ts';
import { type EncodedEvent, type EventFeed, encodeEvent, type Gap } from '../../bench/contract/event.ts';
import { randomAt, STREAM } from '../../bench/contract/random.ts';
import type { Alarm } from '../../bench/measure/alarm.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { dueBy, dueUs, pace, type Schedule } from './pacer.ts';
import { RING_LIMITS, Ring, type RingLimits } from './ring.ts';

export interface FeedOptions extends Schedule {
  readonly payloadBytes: number;
  readonly ring?: RingLimits;
  /** Cursor before the first event, whose seq is one more; no event's instant or content depends on it. @default 0 */
  readonly cursorBase?: number;
}

/** Events a second that no feed for other clients exceeds. */
export const MAX_SERVED_RATE = 10_000;

/**
 * A cursor base for feeds that begin anew with their server: above every cursor of a feed that began before `wallClockMs`. So a
 * client that comes back with a cursor of an earlier feed is told of a gap, where in numbers from 1 on its cursor would be ahead
 * of the feed, or stand for another event.
 */
export function cursorBaseAt(wallClockMs: number): number {
  return wallClockMs * (MAX_SERVED_RATE / 1e3);
}

/** Ring and subscribers: a feed that its caller fills. */
export class EventLog implements EventFeed {
  readonly #ring: Ring;
  readonly #listeners = new Set<(event: EncodedEvent) => void>();
  /** The cursor before the first event. */
  readonly #first: number;

  constructor(limits?: RingLimits, cursorBase = 0) {
    this.#first = cursorBase;
    this.#ring = new Ring(limits, cursorBase);
  }

  get lastSeq(): number {
    return this.#ring.lastSeq;
  }

  get subscriberCount(): number {
    return this.#listeners.size;
  }

  cursorOf(since: number): number {
    return since === 0 ? this.#first : since;
  }

  gapAfter(seq: number): Gap | undefined {
    const oldest = this.#ring.oldestSeq;
    return seq < oldest - 1 ? { after: seq, oldest } : undefined;
  }

  since(seq: number, limit?: number): readonly EncodedEvent[] {
    return this.#ring.since(seq, limit);
  }

  subscribe(listener: (event: EncodedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  restore(event: EncodedEvent): void {
    this.#ring.push(event);
  }

  publish(event: EncodedEvent): void {
    this.#ring.push(event);
    for (const listener of this.#listeners) listener(event);
  }
}

/** Published in one turn of the event loop when far behind. */
const BURST_EVENTS = 64;

export class Feed extends EventLog {
  /** Always the same keys in the same order: with another shape, code that was compiled for an earlier feed is thrown away. */
  readonly #options: Omit<Required<FeedOptions>, 'ring' | 'cursorBase'>;
  readonly #cursorBase: number;
  readonly #held: number;
  readonly #alarm: Alarm;
  readonly #clock: () => number;
  /** On the shared clock, in µs as due times are: ns since the start would outgrow an int32 after 2 s, and deoptimise the sum. */
  #startUs = 0;
  /** How many events it publishes at the most. */
  #until = 0;

  constructor(options: FeedOptions, alarm: Alarm, clock: () => number = nowNs) {
    super(options.ring, options.cursorBase);
    this.#cursorBase = options.cursorBase ?? 0;
    const { seed, eventsPerSecond, arrivals, warmupBurst = NO_WARMUP_BURST, payloadBytes } = options;
    this.#options = { seed, eventsPerSecond, arrivals, warmupBurst, payloadBytes };
    this.#held = (options.ring ?? RING_LIMITS).events;
    this.#alarm = alarm;
    this.#clock = clock;
  }

  /**
   * Publishes from `startNs` on, `events` of them. What was due before now is held, without telling subscribers.
   *
   * @param onPublished called for each event after its subscribers, with its lag (published − due) in ns and the instant of
   *   publishing
   */
  start(
    startNs: number,
    events = Number.POSITIVE_INFINITY,
    onPublished?: (lagNs: number, seq: number, bornNs: number) => void,
  ): void {
    this.#startUs = startNs / 1e3;
    this.#until = events;
    const past = Math.min(dueBy(this.#options, (this.#clock() - startNs) / 1e3), events);
    for (let n = Math.max(1, past - this.#held + 1); n <= past; n++) this.restore(this.#encode(n));

    const publish = (event: EncodedEvent) => {
      const bornNs = this.#clock();
      const lagNs = bornNs - (this.#startUs + event.dueUs) * 1e3;
      this.publish(event);
      onPublished?.(lagNs, event.seq, bornNs);
    };
    /** The event that the alarm is set for, encoded while there is time: at its instant that would be 20 to 40 µs of its latency. */
    let next: EncodedEvent | undefined;
    const turn = () => {
      const nowUs = this.#clock() / 1e3 - this.#startUs;
      const isNext = next !== undefined && next.dueUs <= nowUs && this.#published < this.#until;
      if (next && isNext) publish(next);
      next = undefined;
      const atMost = Math.min(BURST_EVENTS - Number(isNext), this.#until - this.#published);
      const { due, waitUs } = pace(this.#options, nowUs, this.#published, atMost);
      for (let count = 0; count < due; count++) publish(this.#encode(this.#published + 1));
      if (this.#published >= this.#until) return;
      if (waitUs === 0) return void setImmediate(turn);
      this.#alarm.at((this.#startUs + dueUs(this.#options, this.#published + 1)) * 1e3, turn);
      next = this.#encode(this.#published + 1);
    };
    turn();
  }

  stop(): void {
    this.#until = 0;
  }

  get #published(): number {
    return this.lastSeq - this.#cursorBase;
  }

  /** @param n 1, 2, 3 …, whatever the events are numbered from */
  #encode(n: number): EncodedEvent {
    const { seed, payloadBytes } = this.#options;
    return encodeEvent(this.#cursorBase + n, dueUs(this.#options, n), randomAt(seed, STREAM.price, n), payloadBytes);
  }
}
