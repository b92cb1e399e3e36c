import { describe, expect, test } from 'vitest';
import { dueUs, type Schedule } from '../../servers/feed/pacer.ts';
import { randomAt } from '../contract/random.ts';
import { range } from '../contract/test-support.ts';
import { expectedQueuedShare } from './gap.ts';

const EVENTS = 20_000;
/** Steps of the simulation from one event to the next, on average. */
const TICKS = 200;
const PRODUCTS = [0.05, 0.1, 0.2, 0.5, 1, 2, 4];

/** What a client that asks again at once finds queued, tick by tick: `gapTicks` from an answer to its next poll. */
function queuedShareOf(eventsAt: readonly number[], gapTicks: number): number {
  const events = new Uint8Array((eventsAt.at(-1) ?? 0) + gapTicks + 1);
  for (const at of eventsAt) events[at] = (events[at] ?? 0) + 1;
  let waiting = 0;
  let queued = 0;
  let pollComesAt = 0;
  for (const [now, published] of events.entries()) {
    waiting += published;
    if (now < pollComesAt || waiting === 0) continue;
    // An event that comes in the same tick as the poll does not find it parked.
    if (now === pollComesAt) queued += waiting;
    waiting = 0;
    pollComesAt = now + gapTicks;
  }
  return queued / eventsAt.length;
}

describe('the share of events that fall into a gap is as a simulation has it', () => {
  let at = 0;
  const independent = range(1, EVENTS).map((n) => {
    at -= Math.log(1 - randomAt(1, 1, n));
    return Math.floor(at * TICKS);
  });

  test.each(PRODUCTS)('of independent events, %d of them a round trip', (events) => {
    const simulated = queuedShareOf(independent, events * TICKS);
    // Five standard errors of so many events, and half a tick.
    expect(Math.abs(simulated - expectedQueuedShare(events))).toBeLessThan(0.02);
  });
});

describe("the feed's own events, of a group of many slots, come independently enough", () => {
  const arrivals = { process: 'independent', slotGroupSize: 20, quietSlots: 0.5 } as const;
  const schedule: Schedule = { seed: 1, eventsPerSecond: 1e6 / TICKS, arrivals };
  const instants = range(1, EVENTS).map((seq) => dueUs(schedule, seq));

  test.each(PRODUCTS)('%d of them a round trip', (events) => {
    const simulated = queuedShareOf(instants, events * TICKS);
    expect(Math.abs(simulated - expectedQueuedShare(events))).toBeLessThan(0.02);
  });

  test('and in slots of their own they do not', () => {
    const spread: Schedule = { ...schedule, arrivals: { process: 'spread', slotShare: 0.5 } };
    const apart = range(1, EVENTS).map((seq) => dueUs(spread, seq));
    expect(queuedShareOf(apart, 0.5 * TICKS)).toBe(0);
    expect(expectedQueuedShare(0.5)).toBeGreaterThan(0.4);
  });
});
