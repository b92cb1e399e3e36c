/** Slots of a schedule: `1/eventsPerSecond` seconds each, one for every event. */

/** How many of them share their events: a jitter above 1 carries an event out of its own. */
export function slotsTogether(jitter: number): number {
  return Math.max(1, Math.ceil(jitter));
}
