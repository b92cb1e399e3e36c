/** Slots of a schedule: `1/eventsPerSecond` seconds each, one for every event. */

import type { Arrivals } from './result.ts';

/** In how many slots, from the first of its group, an event may come. */
export function jitterOf(arrivals: Arrivals): number {
  return arrivals.process === 'spread' ? arrivals.slotShare : arrivals.slotGroupSize - arrivals.quietSlots;
}

/** How many of them share their events: a jitter above 1 carries an event out of its own. */
export function slotsTogether(jitter: number): number {
  return Math.max(1, Math.ceil(jitter));
}

/** The first `events` events, whose slots are shorter: they come `speed` times as fast as the others. */
export interface Hurry {
  readonly events: number;
  readonly speed: number;
}

/** All at the same pace. */
export const NO_HURRY: Hurry = { events: 0, speed: 1 };

/** How long the first slots take, in slots of full length. */
export function slotsPast(hurry: Hurry = NO_HURRY, slots: number): number {
  return Math.min(slots, hurry.events) / hurry.speed + Math.max(0, slots - hurry.events);
}

/** How many slots have begun when so many of full length would have: the inverse. */
export function slotsBegun(hurry: Hurry = NO_HURRY, past: number): number {
  const hurried = hurry.events / hurry.speed;
  return Math.min(past, hurried) * hurry.speed + Math.max(0, past - hurried);
}
