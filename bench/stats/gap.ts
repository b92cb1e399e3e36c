/**
 * How many events fall into the gap between two long polls.
 *
 * From a server's answer to the client's next poll it takes a round trip. Let events come independently of one another (a
 * Poisson process), x of them a round trip on average. None comes in a gap with probability e⁻ˣ: then the poll is parked, and
 * the next event finds it. If some come, the poll finds them there and takes all of them. Either way one answer ends the
 * matter, and another gap begins. So to each gap belong x events that came in it, and e⁻ˣ that found a poll parked, on average:
 * x ÷ (x + e⁻ˣ) of all events are queued.
 *
 * Where events keep more apart than independent ones, fewer are: in slots of their own next to none up to half an event a
 * round trip, and all from one on.
 */

/** @returns the share of deliveries that wait for the next poll, 0 to 1 */
export function expectedQueuedShare(eventsPerRoundTrip: number): number {
  return eventsPerRoundTrip / (eventsPerRoundTrip + Math.exp(-eventsPerRoundTrip));
}
