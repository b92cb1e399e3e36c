/** When things arrive within the slots of a schedule: `1/eventsPerSecond` seconds each, one for every event. */

import type { Arrivals } from './result.ts';

export function slotGroupSize(arrivals: Arrivals): number {
  return arrivals.process === 'spread' ? 1 : arrivals.slotGroupSize;
}

/** Slots at the end of each group in which nothing falls. */
export function quietSlots(arrivals: Arrivals): number {
  return arrivals.process === 'spread' ? 1 - arrivals.slotShare : arrivals.quietSlots;
}

/** The first `events` events, in slots that are `speed` times as short as the others. */
export interface WarmupBurst {
  readonly events: number;
  readonly speed: number;
}

export const NO_WARMUP_BURST: WarmupBurst = { events: 0, speed: 1 };

/** How long the first slots take, in slots of full length. */
export function slotsPast(burst: WarmupBurst = NO_WARMUP_BURST, slots: number): number {
  return Math.min(slots, burst.events) / burst.speed + Math.max(0, slots - burst.events);
}

/** How many slots have begun when so many of full length would have: the inverse. */
export function slotsBegun(burst: WarmupBurst = NO_WARMUP_BURST, past: number): number {
  const inBurst = burst.events / burst.speed;
  return Math.min(past, inBurst) * burst.speed + Math.max(0, past - inBurst);
}
