import { describe, expect, it } from 'vitest';
import { findLane } from '../catalogue/lanes.ts';
import { withInterval } from '../contract/lane.ts';
import { nowNs } from '../measure/clock.ts';
import { memoryPlan } from '../tests/laboratory.ts';
import { planWindow } from './window.ts';

const LEAD_NS = 200e6;

function windowOf(lane: string, intervalMs: number, changes: Parameters<typeof memoryPlan>[1] = {}) {
  const plan = memoryPlan(withInterval(findLane(lane), intervalMs), { windowSeconds: 3, ...changes });
  return planWindow(plan, 1, 1_000, LEAD_NS);
}

/** Readings of the clock have ns, in a number of 53 bits. */
const NS = 1_000;

describe('the window of a lane that polls', () => {
  it.each([
    ['events', { point: { clients: 3, eventsPerSecond: 20, payloadBytes: 128, headers: 'browser' } as const }],
    ['silence', { point: { clients: 3, eventsPerSecond: 0, payloadBytes: 128, headers: 'browser' } as const }],
    [
      'messages',
      {
        point: {
          clients: 3,
          eventsPerSecond: 0,
          messagesPerSecond: 10,
          payloadBytes: 128,
          headers: 'browser',
        } as const,
      },
    ],
  ])('begins and ends at multiples of the interval on the clock: %s', (_name, changes) => {
    const intervalNs = 300e6;
    const { windowNs } = windowOf('polling', 300, changes);
    for (const endNs of windowNs) {
      expect(Math.abs(endNs - Math.round(endNs / intervalNs) * intervalNs)).toBeLessThan(NS);
    }
  });

  it('waits for that an interval at most, and never starts early', () => {
    const beforeNs = nowNs();
    const { startNs } = windowOf('polling', 300);
    const afterNs = nowNs();
    expect(startNs).toBeGreaterThanOrEqual(beforeNs + LEAD_NS);
    expect(startNs).toBeLessThanOrEqual(afterNs + LEAD_NS + 300e6);
  });
});

it('the window of any other lane begins as soon as it can', () => {
  const beforeNs = nowNs();
  const { startNs } = windowOf('sse', 300);
  expect(startNs).toBeGreaterThanOrEqual(beforeNs + LEAD_NS);
  expect(startNs).toBeLessThanOrEqual(nowNs() + LEAD_NS);
});
