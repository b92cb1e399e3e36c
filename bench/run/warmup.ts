/**
 * How a cell warms up before its window: by a burst, on the very connections that are measured, and then at its own pace until
 * the steady state. V8 optimises a function after about a hundred calls, and anew for the object shapes of each cell, whatever
 * the rehearsal ran. At 20 events/s that would take five seconds.
 */

import { slotGroupSize, slotsPast, type WarmupBurst } from '../contract/arrivals.ts';
import type { CellPlan } from './cell-plan.ts';
import { eventWaitMs } from './timeouts.ts';

/** No burst brings more than this. It is `speed` times as fast as the cell, or faster where it would have fewer `events`. */
const BURST = { deliveriesPerSecond: 24_000, bytesPerSecond: 80e6, speed: 12, events: 100 };
/**
 * Where a delivery is the answer to a parked poll, which takes ten times as long: the burst's polls must be answered before the
 * window, and so many of them come only in a longer time.
 */
const PARKED = { deliveriesPerSecond: 2_500, seconds: 0.6 };
/** At the cell's own pace after the burst, or a slot where that is longer: queues of the burst drain, which one client has none of. */
const STEADY_SECONDS = { one: 0.1, many: 0.2 };

export interface Warmup {
  /** Events, or, where none are published, messages of each client; 0 in silence. */
  readonly slots: number;
  readonly seconds: number;
  /** Undefined for a cell without a rehearsal, and where nothing is published. */
  readonly burst: WarmupBurst | undefined;
}

export function warmupOf({ lane, point, arrivals, rehearsalSeconds, ...plan }: CellPlan): Warmup {
  const { clients, eventsPerSecond, messagesPerSecond = 0, payloadBytes } = point;
  const isBurst = clients * eventsPerSecond * BURST.speed > PARKED.deliveriesPerSecond;
  const isParked = lane.polls === 'parked' && rehearsalSeconds > 0 && isBurst;
  const warmupSeconds = isParked ? Math.max(PARKED.seconds, plan.warmupSeconds) : plan.warmupSeconds;
  // The steady state, in which events wait for polls and travel, must be reached when the window begins.
  const waitSeconds = eventWaitMs(lane, point) / 1e3;
  const perSecond = eventsPerSecond > 0 ? eventsPerSecond : messagesPerSecond;
  if (perSecond === 0) return { slots: 0, seconds: Math.max(warmupSeconds, waitSeconds), burst: undefined };
  const group = slotGroupSize(arrivals);
  const wholeGroups = (slots: number) => group * Math.max(1, Math.ceil(slots / group));
  const most = (isParked ? PARKED : BURST).deliveriesPerSecond;
  const deliveriesPerSecond = Math.min(most, BURST.bytesPerSecond / payloadBytes);
  const fastest = deliveriesPerSecond / (clients * perSecond);
  const speed = Math.min(fastest, Math.max(BURST.speed, BURST.events / (warmupSeconds * perSecond)));
  if (rehearsalSeconds === 0 || eventsPerSecond === 0 || speed <= 1) {
    const slots = wholeGroups(Math.max(warmupSeconds, waitSeconds) * perSecond);
    return { slots, seconds: slots / perSecond, burst: undefined };
  }
  const steadySeconds = clients === 1 ? STEADY_SECONDS.one : STEADY_SECONDS.many;
  const burst = { events: wholeGroups(warmupSeconds * perSecond * speed), speed };
  const slots = burst.events + wholeGroups(Math.max(steadySeconds, waitSeconds) * perSecond);
  return { slots, seconds: slotsPast(burst, slots) / perSecond, burst };
}
