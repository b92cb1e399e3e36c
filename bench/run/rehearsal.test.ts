import { expect, it } from 'vitest';
import type { Point } from '../contract/result.ts';
import { memoryLane, memoryPlan } from '../tests/laboratory.ts';
import type { CellPlan } from './cell-plan.ts';
import { rehearsalOf } from './rehearsal.ts';

const lane = memoryLane();
const POINT: Point = { ...memoryPlan(lane).point, clients: 1 };
const planFor = (changes: Partial<Point> = {}, row: Partial<CellPlan['lane']> = {}) =>
  memoryPlan({ ...lane, ...row }, { rehearsalSeconds: 0.6, ledgerClients: 1, point: { ...POINT, ...changes } });

it('lasts as long as it is told, and a rehearsal has none itself', () => {
  const rehearsal = rehearsalOf(planFor(), 1);
  if (!rehearsal) throw new Error('no rehearsal');
  expect(rehearsal.warmupSeconds + rehearsal.windowSeconds).toBeCloseTo(0.6);
  expect(rehearsalOf(rehearsal, 1)).toBeUndefined();
});

it('has clients of its own, next to the server, and no relay', () => {
  const far = { rttMs: 100, jitterMs: 5, heldEvents: 1, pollIntervalMs: 5_000 };
  const rehearsal = rehearsalOf(planFor(far), 1);
  expect(rehearsal).toMatchObject({ procedure: 'deliver', ledgerClients: 0 });
  expect(Object.keys(rehearsal?.point ?? {}).sort()).toEqual(['clients', 'eventsPerSecond', 'headers', 'payloadBytes']);
});

it('takes on what else a point sets, a setting that is new to it too', () => {
  const point = rehearsalOf(planFor({ headers: 'node', topics: 7 } as Partial<Point>), 1)?.point;
  expect(point).toMatchObject({ headers: 'node', topics: 7 });
});

it('polls oftener where the lane polls, and says nothing of it where it does not', () => {
  expect(
    rehearsalOf(planFor({}, { polls: 'timed', options: { intervalMs: 1_000, over: 'h2' } }), 1)?.lane.options,
  ).toEqual({
    intervalMs: 1,
    over: 'h2',
  });
  expect(rehearsalOf(planFor({}, { options: { over: 'h2' } }), 1)?.lane.options).toEqual({ over: 'h2' });
});

it('carries no more bytes the larger the events are', () => {
  const loadOf = (payloadBytes: number) => {
    const { clients, eventsPerSecond } = rehearsalOf(planFor({ payloadBytes }), 1)?.point ?? POINT;
    return { eventsPerSecond, bytesPerSecond: clients * eventsPerSecond * payloadBytes };
  };
  expect(loadOf(64).eventsPerSecond).toBe(loadOf(128).eventsPerSecond);
  expect(loadOf(65_536).eventsPerSecond).toBeGreaterThanOrEqual(1);
  for (const payloadBytes of [64, 4_096, 65_536]) expect(loadOf(payloadBytes).bytesPerSecond).toBeLessThan(85e6);
});

it('has a client for every worker', () => {
  const clientsOf = (workers: number) => rehearsalOf(planFor(), workers)?.point.clients;
  expect(clientsOf(1)).toBe(clientsOf(4));
  expect(clientsOf(16)).toBe(16);
});

it.each([1, 16])('makes no more deliveries the more workers there are: %i', (workers) => {
  const { clients, eventsPerSecond } = rehearsalOf(planFor(), workers)?.point ?? POINT;
  expect(clients * eventsPerSecond).toBe(30_000);
});

it('takes no longer over an event where events come at random', () => {
  const plan = memoryPlan(
    { ...lane, options: {} },
    { rehearsalSeconds: 0.6, arrivals: { process: 'independent', slotGroupSize: 20, quietSlots: 0.5 } },
  );
  expect(rehearsalOf(plan, 1)?.arrivals).toEqual({ process: 'spread', slotShare: 1 });
});

it('sends messages where the cell does', () => {
  expect(
    rehearsalOf(planFor({ messagesPerSecond: 2, eventsPerSecond: 0 }), 1)?.point.messagesPerSecond,
  ).toBeGreaterThan(2);
});

it.each([0, 1, 5])('meets a client that stops reading where %i of the cell will', (stalledClients) => {
  expect(rehearsalOf(planFor({ stalledClients }), 1)?.point.stalledClients).toBe(1);
});
