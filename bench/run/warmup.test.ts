import { expect, it } from 'vitest';
import { slotsBegun, slotsPast } from '../contract/arrivals.ts';
import { memoryLane, memoryPlan } from '../tests/laboratory.ts';
import type { CellPlan } from './cell-plan.ts';
import { warmupOf } from './warmup.ts';

const lane = memoryLane();
const point = { ...memoryPlan(lane).point, clients: 100, eventsPerSecond: 20 };
const planFor = (changes: Partial<CellPlan> = {}) =>
  memoryPlan(lane, { point, rehearsalSeconds: 0.5, warmupSeconds: 0.25, ...changes });

it('begins in a burst, and goes on at its own pace', () => {
  const { slots, seconds, burst } = warmupOf(planFor());
  expect(burst).toEqual({ events: 60, speed: 12 });
  const steady = slots - 60;
  expect(steady).toBeGreaterThan(0);
  expect(seconds).toBeCloseTo(60 / 240 + steady / 20);
});

it('bursts faster where there would be too few events to warm up by', () => {
  expect(warmupOf(planFor({ point: { ...point, eventsPerSecond: 1 }, warmupSeconds: 1 })).burst).toEqual({
    events: 100,
    speed: 100,
  });
});

it.each([
  ['many clients', { clients: 1_000 }, true],
  ['large payloads', { payloadBytes: 16_384 }, true],
  ['larger payloads', { payloadBytes: 65_536 }, false],
  ['many events', { eventsPerSecond: 1_000 }, false],
])('bursts no faster than it can carry: %s', (_name, changes, hasBurst) => {
  const { clients, eventsPerSecond, payloadBytes } = { ...point, ...changes };
  const { burst } = warmupOf(planFor({ point: { ...point, ...changes } }));
  expect(burst !== undefined).toBe(hasBurst);
  const deliveriesPerSecond = burst ? clients * eventsPerSecond * burst.speed : 0;
  expect(deliveriesPerSecond).toBeLessThanOrEqual(24_000);
  expect(deliveriesPerSecond * payloadBytes).toBeLessThanOrEqual(80e6);
});

it('lasts, after the burst, as long as an event may be under way', () => {
  const far = { ...point, rttMs: 500 };
  const { slots, burst } = warmupOf(planFor({ point: far }));
  expect((slots - (burst?.events ?? 0)) / far.eventsPerSecond).toBeGreaterThanOrEqual(1);
});

it('has no burst without a rehearsal, with messages alone, or in silence', () => {
  expect(warmupOf(planFor({ rehearsalSeconds: 0 }))).toEqual({ slots: 5, seconds: 0.25, burst: undefined });
  const messages = { ...point, eventsPerSecond: 0, messagesPerSecond: 10 };
  expect(warmupOf(planFor({ point: messages }))).toEqual({ slots: 3, seconds: 0.3, burst: undefined });
  const silence = { ...point, eventsPerSecond: 0 };
  expect(warmupOf(planFor({ point: silence }))).toEqual({ slots: 0, seconds: 0.25, burst: undefined });
});

it('has whole groups of slots where they share their events', () => {
  const { slots, burst } = warmupOf(
    planFor({ arrivals: { process: 'independent', slotGroupSize: 10, quietSlots: 0.5 } }),
  );
  expect([slots % 10, (burst?.events ?? 1) % 10]).toEqual([0, 0]);
});

it('counts slots back and forth', () => {
  const burst = { events: 40, speed: 8 };
  for (const slots of [0, 3.5, 40, 41, 100]) expect(slotsBegun(burst, slotsPast(burst, slots))).toBeCloseTo(slots);
});
