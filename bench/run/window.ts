/** The measured window of a cell: when it begins and ends, what is published in it and before it, and what the feed holds. */

import { quietSlots, slotGroupSize } from '../contract/arrivals.ts';
import type { FeedSpec, MeasureParams, MessagesParams } from '../contract/calls.ts';
import { EVENTS_BEFORE_HELD } from '../contract/child.ts';
import { pollWaitMs } from '../contract/lane.ts';
import type { Procedure } from '../contract/result.ts';
import { nowNs } from '../measure/clock.ts';
import type { CellPlan } from './cell-plan.ts';
import { recoveryMs } from './restarts.ts';
import { eventWaitMs, openingsMs } from './timeouts.ts';
import { warmupOf } from './warmup.ts';

/** A window in which nothing is published: what clients fetch, the server holds. */
interface HeldWindow {
  /** What a client finds that comes with `HELD_CURSOR`. */
  readonly events: number;
  readonly windowMs: number;
  /** What may come after the window, besides the drain. */
  readonly afterMs: number;
}

/** Published before a held window; quick, whatever the point's rate. */
const HELD_EVENTS_PER_SECOND = 1_000;
/** autocannon repeats as many requests as our clients had answered, and may take this many times as long. */
const AUTOCANNON_WINDOWS = 4;

export const heldWindows: Readonly<Partial<Record<Procedure, (plan: CellPlan, workers: number) => HeldWindow>>> = {
  open({ point, windowSeconds }, workers) {
    const expectedMs = openingsMs(point, workers);
    return { events: 1, windowMs: Math.max(windowSeconds * 1e3, expectedMs), afterMs: expectedMs };
  },
  'closed-loop': ({ lane, point, windowSeconds }) => ({
    events: point.heldEvents ?? 0,
    windowMs: windowSeconds * 1e3,
    afterMs: AUTOCANNON_WINDOWS * windowSeconds * 1e3 + eventWaitMs(lane, point),
  }),
};

/**
 * How much later a cell starts so that this instant is a multiple of the poll interval on the clock: clients poll on a grid of it,
 * and out of step with its multiples, so that no poll is under way when bytes are read. At most one interval.
 */
function untilPollGridNs({ lane }: CellPlan, instantNs: number): number {
  const intervalNs = pollWaitMs(lane) * 1e6;
  return intervalNs > 0 ? Math.ceil(instantNs / intervalNs) * intervalNs - instantNs : 0;
}

/**
 * The window is a range of events, or, where none are published, of messages from clients; its ends lie in the quiet part of a
 * slot, when none is on its way.
 *
 * @param leadNs from now to the feed's start
 */
export function planWindow(plan: CellPlan, workers: number, drainMs: number, leadNs: number): MeasureParams {
  const { point, arrivals, warmupSeconds, windowSeconds } = plan;
  const { eventsPerSecond, messagesPerSecond = 0, payloadBytes } = point;
  const earliestNs = nowNs() + leadNs;
  const between = (startNs: number, fromNs: number, lengthNs: number, afterMs: number) => {
    const windowNs = [fromNs, fromNs + lengthNs] as const;
    return { startNs, windowNs, giveUpNs: windowNs[1] + (afterMs + drainMs) * 1e6, payloadBytes };
  };
  const held = heldWindows[plan.procedure]?.(plan, workers);
  if (held) {
    const warmupEvents = EVENTS_BEFORE_HELD + held.events;
    const publishedNs = earliestNs + (warmupEvents / HELD_EVENTS_PER_SECOND) * 1e9;
    const times = between(earliestNs, publishedNs + warmupSeconds * 1e9, held.windowMs * 1e6, held.afterMs);
    return { ...times, warmupEvents, windowEvents: 0 };
  }
  const slotsPerSecond = eventsPerSecond > 0 ? eventsPerSecond : messagesPerSecond;
  const slotNs = slotsPerSecond > 0 ? 1e9 / slotsPerSecond : 0;
  const group = slotGroupSize(arrivals);
  const warmup = warmupOf(plan);
  const windowSlots = group * Math.max(1, Math.round((windowSeconds * slotsPerSecond) / group));
  const warmupNs = warmup.seconds * 1e9 - (quietSlots(arrivals) / 2) * slotNs;
  const startNs = earliestNs + untilPollGridNs(plan, earliestNs + warmupNs);
  const lengthNs = slotNs > 0 ? windowSlots * slotNs : windowSeconds * 1e9;
  const times = between(startNs, startNs + warmupNs, lengthNs, eventWaitMs(plan.lane, point) + recoveryMs(plan));
  return {
    ...times,
    warmupEvents: eventsPerSecond > 0 ? warmup.slots : 0,
    windowEvents: eventsPerSecond > 0 ? windowSlots : 0,
    ...(messagesPerSecond > 0 && { messages: messagesOf(plan, messagesPerSecond, times) }),
  };
}

/** A whole number over the window, and as many as fit before it; at least one, which opens what messages need. */
function messagesOf(
  { arrivals }: CellPlan,
  perSecond: number,
  { startNs, windowNs: [fromNs, toNs] }: Pick<MeasureParams, 'startNs' | 'windowNs'>,
): MessagesParams {
  const window = Math.max(1, Math.round(((toNs - fromNs) / 1e9) * perSecond));
  const warmup = Math.max(1, Math.round(((fromNs - startNs) / (toNs - fromNs)) * window));
  return { warmup, window, slotShare: arrivals.process === 'spread' ? arrivals.slotShare : 1 };
}

/** The least that a server's ring holds, whatever the lane. */
const RING = { events: 4_096, bytes: 16 * 1024 * 1024 };

/** Its ring holds what comes while a client waits as long as lane and distance let it, four times over, and the whole burst. */
export function feedOf(plan: CellPlan): FeedSpec {
  const { lane, point, seed, arrivals } = plan;
  const { payloadBytes } = point;
  const isHeld = heldWindows[plan.procedure] !== undefined;
  const eventsPerSecond = isHeld ? HELD_EVENTS_PER_SECOND : point.eventsPerSecond;
  const warmupBurst = isHeld ? undefined : warmupOf(plan).burst;
  const waitSeconds = (eventWaitMs(lane, point) + recoveryMs(plan)) / 1e3;
  const waiting = Math.ceil(waitSeconds * eventsPerSecond * 4) + (warmupBurst?.events ?? 0);
  const ring = { events: Math.max(RING.events, waiting), bytes: Math.max(RING.bytes, waiting * payloadBytes) };
  return { eventsPerSecond, payloadBytes, seed, arrivals, warmupBurst, ring };
}
