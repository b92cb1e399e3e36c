/**
 * When is event n due? A pure, open-loop schedule: it never waits for a client, and it never skips an event.
 *
 * Event n belongs to slot n of `1/eventsPerSecond` seconds and falls, seeded, into the slot's first `jitter` share.
 * Without jitter, publishing would run in step with the clients' poll timers and each client would always see events of
 * the same age. The rest of the slot stays quiet, so that a reading taken at a slot's end meets no event on its way.
 *
 * The first events may come in a hurry, in shorter slots: they are there to warm up by.
 *
 * A jitter above 1 lets events come as independent ones do, in clusters and after pauses: so many slots as it rounds up to
 * share their events, each of which falls anywhere into the first `jitter` slots of them.
 */
import { randomAt, STREAM } from '../../bench/contract/random.ts';
import { type Hurry, slotsBegun, slotsPast, slotsTogether } from '../../bench/contract/slots.ts';

export interface Schedule {
  readonly seed: number;
  readonly eventsPerSecond: number;
  /** Over how many slots an event may fall, from 0. */
  readonly jitter: number;
  readonly hurry?: Hurry | undefined;
}

export interface Pace {
  /** How many events to publish now. */
  readonly due: number;
  /** µs until the next one is due; 0 when some that are due were held back by `atMost`. */
  readonly waitUs: number;
}

/** @returns when event `seq` (1, 2, 3 …) is due, in whole µs since the schedule's start */
export function dueUs(schedule: Schedule, seq: number): number {
  const slotUs = 1e6 / schedule.eventsPerSecond;
  return Math.floor(slotsPast(schedule.hurry, placeOf(schedule, seq)) * slotUs);
}

/** In slots from the first. */
function placeOf({ seed, jitter }: Schedule, seq: number): number {
  if (jitter <= 1) return seq - 1 + jitter * randomAt(seed, STREAM.jitter, seq);
  const slots = slotsTogether(jitter);
  const before = Math.floor((seq - 1) / slots) * slots;
  // All of them are drawn and sorted for each: at tens of events a second that costs nothing.
  const places = Array.from({ length: slots }, (_, at) => randomAt(seed, STREAM.jitter, before + at + 1));
  const place = places.sort((a, b) => a - b)[seq - 1 - before] ?? 0;
  return before + jitter * place;
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
  let count = Math.floor(slotsBegun(schedule.hurry, (nowUs * schedule.eventsPerSecond) / 1e6));
  while (count > 0 && dueUs(schedule, count) > nowUs) count--;
  while (dueUs(schedule, count + 1) <= nowUs) count++;
  return count;
}
