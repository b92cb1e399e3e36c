/**
 * How a cell warms up before its window: in a hurry, on the very connections that are measured, and then at its own pace until
 * all is as it will be. What code an event runs is compiled for speed only after about a hundred of them, here anew: the shapes of
 * a rehearsal's objects are its own. At 20 events/s that would take five seconds.
 */

import { type Hurry, slotsPast, slotsTogether } from '../contract/slots.ts';
import type { CellPlan } from './cell-plan.ts';
import { eventWaitMs } from './waits.ts';

/** More than clients are told in a second by their events' own rate, where it is less than this. */
const HURRY = { deliveriesPerSecond: 24_000, bytesPerSecond: 80e6 };
/** So many times as fast, or faster where fewer events than these would come in a hurry. */
const SPEED = { factor: 12, events: 100 };
/** After it, or a slot where that is longer: what it left behind is over. */
const STEADY_SECONDS = 0.2;

export interface Warmup {
  /** Events, or, where none are published, messages of each client; 0 in silence. */
  readonly slots: number;
  readonly seconds: number;
  readonly hurry: Hurry | undefined;
}

/** Not of a cell whose window finds all that was published before it. A cell without a rehearsal does not hurry. */
export function warmupOf({ lane, point, jitter, warmupSeconds, rehearsalSeconds }: CellPlan): Warmup {
  const { clients, eventsPerSecond, messagesPerSecond = 0, payloadBytes } = point;
  // Where events wait or have a way to go, the steady state must be reached when the window begins.
  const waitSeconds = eventWaitMs(lane, point) / 1e3;
  const perSecond = eventsPerSecond > 0 ? eventsPerSecond : messagesPerSecond;
  // In silence there is nothing to wait for but the opening's end.
  if (perSecond === 0) return { slots: 0, seconds: Math.max(warmupSeconds, waitSeconds), hurry: undefined };
  const together = slotsTogether(jitter);
  const whole = (slots: number) => together * Math.max(1, Math.ceil(slots / together));
  const { deliveriesPerSecond, bytesPerSecond } = HURRY;
  const most = Math.min(deliveriesPerSecond, bytesPerSecond / payloadBytes) / (clients * perSecond);
  const speed = Math.min(most, Math.max(SPEED.factor, SPEED.events / (warmupSeconds * perSecond)));
  if (rehearsalSeconds === 0 || eventsPerSecond === 0 || speed <= 1) {
    const slots = whole(Math.max(warmupSeconds, waitSeconds) * perSecond);
    return { slots, seconds: slots / perSecond, hurry: undefined };
  }
  const hurry = { events: whole(warmupSeconds * perSecond * speed), speed };
  const slots = hurry.events + whole(Math.max(STEADY_SECONDS, waitSeconds) * perSecond);
  return { slots, seconds: slotsPast(hurry, slots) / perSecond, hurry };
}
