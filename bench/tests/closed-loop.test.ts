/** Cells of the procedure that asks as fast as the server answers, with sockets: a closed loop has nothing to show without. */

import { describe, expect, it } from 'vitest';
import { findLane, lanes } from '../catalogue/lanes.ts';
import type { EventFeed } from '../contract/event.ts';
import type { Lane } from '../contract/lane.ts';
import { type CompletedCell, cellSchema } from '../contract/result.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import { runCell } from '../run/run-cell.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { completed, memoryLaboratory, memoryLane, memoryPlan } from './laboratory.ts';

const never = new AbortController().signal;
const polling = findLane('polling');
const polled = lanes.filter(({ options }) => options['intervalMs'] !== undefined);
const { point } = memoryPlan(memoryLane());
const POINT = { ...point, clients: 4, eventsPerSecond: 0, heldEvents: 0 };

interface Changes {
  readonly lane?: Lane;
  readonly workers?: number;
  readonly drainMs?: number;
  readonly plan?: Partial<CellPlan>;
}

async function runWith({ lane = polling, workers = 1, drainMs, plan }: Changes = {}) {
  const { laboratory } = memoryLaboratory(lane, { workers, ...(drainMs && { drainMs }) });
  const loops = { procedure: 'closed-loop', point: POINT, warmupSeconds: 0.02, windowSeconds: 0.4 } as const;
  return await runCell(memoryPlan(lane, { ...loops, ...plan }), laboratory, never);
}

async function loopsOf(changes: Changes = {}) {
  const cell = completed(await runWith(changes));
  const [own, autocannon] = cell.closedLoops ?? [];
  if (!own || !autocannon) throw new Error('no loops');
  return { cell, own, autocannon };
}

const bytesPerRequest = ({ upBytes, downBytes, requests }: NonNullable<CompletedCell['closedLoops']>[number]) => ({
  up: upBytes / requests,
  down: downBytes / requests,
});

describe.concurrent('a closed loop of polls', () => {
  it('asks twice as often in sum as our own clients are answered: theirs, and as many by autocannon', async () => {
    const { cell, own, autocannon } = await loopsOf({ plan: { windowSeconds: 1.5 } });
    expect(own).toMatchObject({ client: 'undici' });
    expect(autocannon).toMatchObject({ client: 'autocannon', requests: own.requests });
    expect(own.requests).toBeGreaterThan(POINT.clients);
    for (const { seconds, cpuShare } of [own, autocannon]) {
      expect(seconds).toBeGreaterThan(0);
      expect(cpuShare).toBeGreaterThan(0);
    }
    expect(cellSchema.safeParse(cell).error).toBeUndefined();
  });

  it('is asked by autocannon, which has warmed up, on connections of its own each time', async () => {
    const { cell } = await loopsOf();
    expect(cell.wire.cell.server.connections).toBe(3 * POINT.clients);
  });

  it('has whole requests alone in its bytes, the same ones for both, and both sides agree on them', async () => {
    for (const headers of ['minimal', 'browser'] as const) {
      const { cell, own, autocannon } = await loopsOf({ plan: { point: { ...POINT, headers } } });
      expect(bytesPerRequest(own)).toEqual(bytesPerRequest(autocannon));
      expect(Number.isInteger(bytesPerRequest(own).up)).toBe(true);
      expect(Number.isInteger(bytesPerRequest(own).down)).toBe(true);
      expect(isValid(cell)).toBe(true);
    }
  });

  it('finds as many events in each answer as are held', async () => {
    const down = async (heldEvents: number) => {
      const { cell, own, autocannon } = await loopsOf({ plan: { point: { ...POINT, heldEvents } } });
      expect(cell.window).toMatchObject({ warmupEvents: 1 + heldEvents, events: 0 });
      expect(bytesPerRequest(autocannon)).toEqual(bytesPerRequest(own));
      return bytesPerRequest(own).down;
    };
    const [one, ten] = [await down(1), await down(10)];
    // One digit more in each of Content-Length's two places: 129 and 1290.
    expect(ten - one).toBe(9 * (POINT.payloadBytes + 1) + 1);
  });

  it('is no delivery and has no latency, and a server that is busy with it is what was asked for', async () => {
    const { cell } = await loopsOf();
    expect(cell.delivery).toMatchObject({ expected: 0, delivered: 0, missing: 0, unexpected: 0 });
    expect(cell.latency.count).toBe(0);
    expect(cell.wire.windowDeliveries).toBe(0);
    const codes = cell.warnings.map(({ code }) => code);
    expect(codes).not.toContain('server-saturated');
    expect(codes).not.toContain('feed-lagged');
  });

  it('is shared by workers: requests and bytes in sum', async () => {
    const { cell, own, autocannon } = await loopsOf({ workers: 2 });
    expect(cell.workers).toHaveLength(2);
    expect(autocannon.requests).toBe(own.requests);
    expect(bytesPerRequest(own)).toEqual(bytesPerRequest(autocannon));
    expect(isValid(cell)).toBe(true);
  });

  it('goes through the distance that its point has, and autocannon too', async () => {
    const { cell, own, autocannon } = await loopsOf({ plan: { point: { ...POINT, rttMs: 20 }, windowSeconds: 0.2 } });
    expect(own.requests).toBeLessThanOrEqual((POINT.clients * 0.2) / 0.02 + POINT.clients);
    expect(autocannon.seconds).toBeGreaterThan((autocannon.requests / POINT.clients) * 0.02);
    expect(bytesPerRequest(own)).toEqual(bytesPerRequest(autocannon));
    expect(cell.link?.residualBytes).toBe(0);
    expect(isValid(cell)).toBe(true);
  });

  it('fails when a poll is answered with something else', async () => {
    const lane: Lane = {
      ...polling,
      async server() {
        const { defaults, mount } = await polling.server();
        const forgetful = (feed: EventFeed): EventFeed => ({
          lastSeq: 0,
          cursorOf: (since) => since,
          gapAfter: (after) => ({ after, oldest: after + 2 }),
          since: () => [],
          subscribe: (listener) => feed.subscribe(listener),
        });
        return { defaults, mount: (host, feed, options) => mount(host, forgetful(feed), options) };
      },
    };
    const cell = await runWith({ lane });
    expect(cell.state === 'failed' && cell.error.message).toContain('a poll was answered with 410 instead of');
  });

  it('fails when polls are not answered, by the deadline', async () => {
    const cell = await runWith({ lane: findLane('long-polling'), drainMs: 500, plan: { windowSeconds: 0.05 } });
    expect(cell.state === 'failed' && cell.error.message).toContain('4 of 4 connections were not answered in time');
  });

  it.each(polled.filter(({ options }) => (options['over'] ?? options['connections']) !== undefined))(
    'is refused to $id, whose polls autocannon can not ask in the same way',
    async (lane) => {
      const cell = await runWith({ lane });
      expect(cell).toMatchObject({ state: 'failed', phase: 'connect' });
      expect(cell.state === 'failed' && cell.error.message).toContain('allowed is http, own');
    },
  );
});
