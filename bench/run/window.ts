/**
 * Windows in which nothing is published: what clients ask for, the server has at hand. Which procedures have them, how much
 * they hold, and how long they take.
 */

import { type MeasureAsk, SINCE } from '../contract/child.ts';
import type { Procedure } from '../contract/result.ts';
import type { CellPlan } from './cell-plan.ts';
import { eventWaitMs, openingsMs } from './waits.ts';

export interface HeldWindow {
  /** What a client finds that comes with the cursor `SINCE`. */
  readonly events: number;
  readonly windowMs: number;
  /** What may come after the window, besides the drain. */
  readonly afterMs: number;
}

/** Of the feed, before the window: soon done, whatever the point's rate. */
export const HELD_EVENTS_PER_SECOND = 1_000;

/** The witness asks as often as our own clients were answered, and may take this many times as long. */
const WITNESS_WINDOWS = 4;

export const heldWindows: Readonly<Partial<Record<Procedure, (plan: CellPlan, workers: number) => HeldWindow>>> = {
  open({ point, windowSeconds }, workers) {
    const expectedMs = openingsMs(point, workers);
    return { events: 1, windowMs: Math.max(windowSeconds * 1e3, expectedMs), afterMs: expectedMs };
  },
  'closed-loop': ({ lane, point, windowSeconds }) => ({
    events: point.heldEvents ?? 0,
    windowMs: windowSeconds * 1e3,
    afterMs: WITNESS_WINDOWS * windowSeconds * 1e3 + eventWaitMs(lane, point),
  }),
};

/** The feed publishes all that clients will find, then warms up without it. */
export function planHeldWindow(
  { point: { payloadBytes }, warmupSeconds }: CellPlan,
  { events, windowMs, afterMs }: HeldWindow,
  startNs: number,
  drainMs: number,
): MeasureAsk {
  const warmupEvents = SINCE + events;
  const publishedNs = startNs + (warmupEvents / HELD_EVENTS_PER_SECOND) * 1e9;
  const fromNs = publishedNs + warmupSeconds * 1e9;
  const windowNs = [fromNs, fromNs + windowMs * 1e6] as const;
  return {
    startNs,
    warmupEvents,
    windowEvents: 0,
    windowNs,
    giveUpNs: windowNs[1] + (afterMs + drainMs) * 1e6,
    payloadBytes,
  };
}
