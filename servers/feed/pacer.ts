/**
 * When is event n due? A pure, open-loop schedule: it never waits for a client, and it never skips an event.
 *
 * Event n belongs to slot n of `1/eventsPerSecond` seconds and falls, seeded, where {@link Arrivals} let it. Events at the
 * start of every slot would be in step with the clients' poll timers: each client would always see events of the same age.
 */
import { quietSlots, slotGroupSize, slotsBegun, slotsPast, type WarmupBurst } from '../../bench/contract/arrivals.ts';
import { randomAt, STREAM } from '../../bench/contract/random.ts';
import type { Arrivals } from '../../bench/contract/result.ts';

export interface Schedule {
  readonly seed: number;
  readonly eventsPerSecond: number;
  readonly arrivals: Arrivals;
  readonly warmupBurst?: WarmupBurst | undefined;
}

export interface Pace {
  readonly due: number;
  /** µs until the next one is due; 0 when some that are due were held back by `atMost`. */
  readonly waitUs: number;
}

/** @returns when event `n` (1, 2, 3 …, whatever its seq) is due, in whole µs since the schedule's start */
export function dueUs(schedule: Schedule, n: number): number {
  const slotUs = 1e6 / schedule.eventsPerSecond;
  return Math.floor(slotsPast(schedule.warmupBurst, positionOf(schedule, n)) * slotUs);
}

function positionOf({ seed, arrivals }: Schedule, n: number): number {
  if (arrivals.process === 'spread') return n - 1 + arrivals.slotShare * randomAt(seed, STREAM.event, n);
  const group = slotGroupSize(arrivals);
  const before = Math.floor((n - 1) / group) * group;
  // The whole group is drawn and sorted again for each of its events: 20 draws at tens of events a second.
  const draws = Array.from({ length: group }, (_, at) => randomAt(seed, STREAM.event, before + at + 1));
  const draw = draws.sort((a, b) => a - b)[n - 1 - before] ?? 0;
  return before + (group - quietSlots(arrivals)) * draw;
}

/**
 * What to do at `nowUs` when `published` events are out.
 *
 * @param nowUs µs since the schedule's start; negative before it
 * @param atMost how many to publish in one go, so that a feed that is far behind does not block its server
 */
export function pace(schedule: Schedule, nowUs: number, published: number, atMost: number): Pace {
  let due = 0;
  while (due < atMost && dueUs(schedule, published + due + 1) <= nowUs) due++;
  const next = dueUs(schedule, published + due + 1) - nowUs;
  return { due, waitUs: Math.max(0, next) };
}

/** @returns how many events were due at `nowUs`, for a feed that starts with a past */
export function dueBy(schedule: Schedule, nowUs: number): number {
  if (nowUs < 0) return 0;
  // By its slot, and then to the µs: an instant is rounded down, so the next slot's event may be due as well.
  let count = Math.floor(slotsBegun(schedule.warmupBurst, (nowUs * schedule.eventsPerSecond) / 1e6));
  while (count > 0 && dueUs(schedule, count) > nowUs) count--;
  while (dueUs(schedule, count + 1) <= nowUs) count++;
  return count;
}
