/** Cells of the procedure that opens connections one after another: in memory, and with the sockets of every lane. */

import { describe, expect, it } from 'vitest';
import { lanes } from '../catalogue/lanes.ts';
import type { Lane } from '../contract/lane.ts';
import { cellSchema } from '../contract/result.ts';
import { ByteMeter } from '../measure/byte-meter.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import { runCell } from '../run/run-cell.ts';
import { isValid } from '../stats/metrics/valid.ts';
import {
  completed,
  memoryLaboratory,
  memoryLane,
  memoryPlan,
  numberOf,
  type Tamper,
  withConnect,
} from './laboratory.ts';

const never = new AbortController().signal;
/** The feed publishes the one that every client has and the one that it is to get. */
const ITS_EVENT = 2;
const OPENINGS = 10;
/** An ECDSA signature in DER has one to three bytes more or less (RFC 8446, section 4.4.3; ITU-T X.690). */
const SIGNATURE_BYTES = 3;
/** The server acknowledges the client's SETTINGS before the event or after it: a frame (RFC 9113, section 4.1) in a TLS record. */
const SETTINGS_ACK_BYTES = 9 + 22;

const { point } = memoryPlan(memoryLane());
const POINT = { ...point, clients: OPENINGS, eventsPerSecond: 0 };

interface Changes {
  readonly workers?: number;
  readonly drainMs?: number;
  readonly plan?: Partial<CellPlan>;
}

async function runWith(lane: Lane, { plan, ...options }: Changes = {}) {
  const { laboratory } = memoryLaboratory(lane, options);
  const opens = { procedure: 'open', point: POINT, warmupSeconds: 0.02, windowSeconds: 0.05 } as const;
  return await runCell(memoryPlan(lane, { ...opens, ...plan }), laboratory, never);
}

async function completedWith(lane: Lane, changes: Changes = {}) {
  return completed(await runWith(lane, changes));
}

/** Hands over the one event at hand. */
function ringLane(tamper: Tamper = (event, deliver) => deliver(event)): Lane {
  return memoryLane((event, deliver) => numberOf(event) === ITS_EVENT && tamper(event, deliver));
}

/** The same lane, and what its clients' sockets had carried when their first event came. */
function witnessed(lane: Lane) {
  const readings: { upBytes: number; downBytes: number }[] = [];
  const watched = withConnect(lane, (connect) => (context, sink, options) => {
    const meter = new ByteMeter();
    const track: typeof meter.track = (socket) => {
      meter.track(socket);
      context.meter.track(socket);
    };
    const event: typeof sink.event = (text, receivedNs) => {
      const { sentBytes, receivedBytes } = meter.read();
      readings.push({ upBytes: sentBytes, downBytes: receivedBytes });
      sink.event(text, receivedNs);
    };
    return connect({ ...context, meter: { track } }, { ...sink, event }, options);
  });
  return { lane: watched, readings };
}

describe.concurrent('a cell that opens connections', () => {
  it('takes as many as there are clients to the one event at hand, and has no latency of deliveries', async () => {
    const cell = await completedWith(ringLane());
    const delivered = { expected: OPENINGS, delivered: OPENINGS, missing: 0 };
    expect(cell.delivery).toEqual({ ...delivered, duplicated: 0, outOfOrder: 0, unexpected: 0 });
    expect(cell.opened).toMatchObject({ count: OPENINGS, upBytes: 0, downBytes: 0, firstEvent: { count: OPENINGS } });
    expect(cell.latency).toMatchObject({ count: 0, minUs: 0, p50Us: 0, maxUs: 0 });
    expect(cell.window).toMatchObject({ warmupEvents: ITS_EVENT, events: 0 });
    expect(cell.wire.windowDeliveries).toBe(0);
    expect(cell.warnings.map(({ code }) => code)).not.toContain('feed-lagged');
    expect(isValid(cell)).toBe(true);
    expect(cellSchema.safeParse(cell).error).toBeUndefined();
  });

  it('merges what its workers opened', async () => {
    const cell = await completedWith(ringLane(), { workers: 3 });
    expect(cell.opened).toMatchObject({ count: OPENINGS, firstEvent: { count: OPENINGS } });
    expect(isValid(cell)).toBe(true);
  });

  // Once more where the machine was so slow that a connection had not been opened in time.
  it('is invalid when an event does not come, and says which connection waits', { retry: 1 }, async () => {
    let received = 0;
    // Slow enough that one comes before the window, without a warm-up.
    const lane = ringLane((event, deliver) => ++received <= 5 && setTimeout(deliver, 5, event));
    const cell = await completedWith(lane, { drainMs: 1_000, plan: { warmupSeconds: 0 } });
    expect(cell.opened?.count).toBe(OPENINGS - cell.delivery.missing);
    expect(cell.delivery.missing).toBeGreaterThan(0);
    expect(cell.warnings.find(({ code }) => code === 'lost')?.text).toMatch(
      /First: connection \d: its event did not come in time/,
    );
    expect(isValid(cell)).toBe(false);
  });

  it('fails when none gets its event, and says why', async () => {
    const cell = await runWith(
      ringLane(() => {}),
      { drainMs: 500, plan: { warmupSeconds: 0.3 } },
    );
    // Which one says so depends on when the window began.
    expect(cell.state === 'failed' && cell.error.message).toMatch(
      /^no connection got its event; (before the window|connection \d+): its event did not come in time$/,
    );
  });

  it('waits for a distance: two round trips to the event at the least', async () => {
    const lane = lanes.find(({ options }) => Object.keys(options).length === 0) as Lane;
    const cell = await completedWith(lane, { plan: { point: { ...POINT, clients: 3, rttMs: 20 } } });
    expect(cell.opened?.count).toBe(3);
    expect(cell.opened?.firstEvent.minUs).toBeGreaterThanOrEqual(40_000);
    expect(cell.link?.residualBytes).toBe(0);
    expect(isValid(cell)).toBe(true);
  });
});

describe.concurrent.each(lanes.filter(({ duplicateOf }) => duplicateOf === undefined))('$id', (lane) => {
  it('brings the event over a cold connection, whose bytes both sides and a second count agree on', async () => {
    const second = witnessed(lane);
    const cell = await completedWith(second.lane);
    const counted = second.readings.slice(-OPENINGS);
    expect(isValid(cell)).toBe(true);
    expect(cell.opened).toMatchObject({
      count: OPENINGS,
      upBytes: counted.reduce((sum, { upBytes }) => sum + upBytes, 0),
      downBytes: counted.reduce((sum, { downBytes }) => sum + downBytes, 0),
    });
    // Each on a connection of its own, and all at the same price.
    expect(cell.wire.cell.clients.connections).toBeGreaterThanOrEqual(OPENINGS);
    const downBytes = counted.map((one) => one.downBytes);
    expect(new Set(counted.map(({ upBytes }) => upBytes)).size).toBe(1);
    expect(Math.max(...downBytes) - Math.min(...downBytes)).toBeLessThanOrEqual(
      SIGNATURE_BYTES + (lane.wire === 'http2' ? SETTINGS_ACK_BYTES : 0),
    );
  });
});
