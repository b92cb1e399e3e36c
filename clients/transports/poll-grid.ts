/**
 * When a polling client polls: at the instants of a grid, which is the same for every reader of the monotonic clock. The
 * window of a measured cell ends at a multiple of the interval on that clock, so a client's place between two multiples
 * decides whether a poll is under way when bytes are read, and how many events its polls of the window fetch.
 */

export interface PollGrid {
  /** From poll to poll. */
  readonly intervalMs: number;
  /**
   * Length of the slots that events come in, if they leave the first and the last quarter of each slot free; counted back from
   * the multiples of the interval. 0 where events come at any time.
   */
  readonly eventSlotMs: number;
}

/** Distance from the multiples of the interval: a share of it, and at least so long; but a middle third is always left. */
const GUARD = { share: 0.02, leastMs: 8, mostShare: 1 / 3 };
/** Between a poll and the part of a slot in which events come: a poll is late by a timer's millisecond and by its way. */
const EVENT_MARGIN_MS = 3;

/**
 * Polls stay away from the multiples of the interval and, where events have slots, from events: then a window of whole
 * intervals has the same number of events in its polls whatever seed and start, and bytes per delivery repeat to the byte.
 *
 * Latency: polls and events both lie symmetrically about the middle of the interval, so mean and median of an event's wait are
 * half an interval, as without this. The guard takes 2 % of 1 s from the ends of the range of waits, the slots less than one of them.
 *
 * @param phase uniform in [0, 1)
 * @returns ms after a multiple of the interval, in (0, intervalMs)
 */
export function gridOffsetMs(phase: number, { intervalMs, eventSlotMs }: PollGrid): number {
  const guardMs = Math.min(Math.max(GUARD.share * intervalMs, GUARD.leastMs), GUARD.mostShare * intervalMs);
  const all = [{ fromMs: guardMs, toMs: intervalMs - guardMs }];
  const between = betweenEvents(intervalMs, eventSlotMs);
  const guarded = between.flatMap((part) => clip(part, guardMs, intervalMs - guardMs));
  // At an event per poll the guard would leave two short parts, and all clients would poll at once.
  const parts = lengthOf(guarded) >= lengthOf(between) / 2 ? guarded : between;
  return placeIn(parts.length > 0 ? parts : all, phase);
}

interface Part {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Parts around the edges of slots, nearer to the events than to the edge: the waits of events that come once an interval are then near uniform. */
function betweenEvents(intervalMs: number, slotMs: number): Part[] {
  const reachMs = slotMs / 4 - EVENT_MARGIN_MS;
  if (reachMs <= 0) return [];
  const edges = Math.floor(intervalMs / slotMs) + 1;
  return Array.from({ length: edges }, (_, edge) => intervalMs - edge * slotMs)
    .reverse()
    .flatMap((edgeMs) => [
      { fromMs: edgeMs - reachMs, toMs: edgeMs - reachMs / 2 },
      { fromMs: edgeMs + reachMs / 2, toMs: edgeMs + reachMs },
    ])
    .flatMap((part) => clip(part, 0, intervalMs));
}

function clip({ fromMs, toMs }: Part, leastMs: number, mostMs: number): Part[] {
  const part = { fromMs: Math.max(fromMs, leastMs), toMs: Math.min(toMs, mostMs) };
  return part.fromMs < part.toMs ? [part] : [];
}

function lengthOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { fromMs, toMs }) => sum + toMs - fromMs, 0);
}

function placeIn(parts: readonly Part[], phase: number): number {
  let leftMs = phase * lengthOf(parts);
  for (const { fromMs, toMs } of parts) {
    if (leftMs < toMs - fromMs) return fromMs + leftMs;
    leftMs -= toMs - fromMs;
  }
  // Reached by rounding alone.
  return parts.at(-1)?.toMs ?? 0;
}
