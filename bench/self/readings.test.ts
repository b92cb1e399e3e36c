import { describe, expect, it } from 'vitest';
import type { CompletedCell } from '../contract/result.ts';
import { makeResult } from '../tests/fixture.ts';
import {
  answersReading,
  cpuReading,
  oneClientReading,
  pingReading,
  pollsReading,
  saturationReading,
  scaleReading,
  validCell,
  windowShareOf,
} from './readings.ts';

const [first] = makeResult().cells.filter((cell): cell is CompletedCell => cell.state === 'completed');
if (!first) throw new Error('the fixture has no cell');
const cell: CompletedCell = first;
const loop = { requests: 900, seconds: 2, upBytes: 1, downBytes: 1 };

describe('readings of a cell', () => {
  it('have CPU of the server and of all load processes by delivery', () => {
    const [worker] = cell.workers;
    if (!worker) throw new Error('the fixture has no worker');
    const changed: CompletedCell = {
      ...cell,
      server: { ...cell.server, cpuUs: 600 },
      workers: [
        { ...worker, cpuUs: 100 },
        { ...worker, cpuUs: 50 },
      ],
      wire: { ...cell.wire, windowDeliveries: 100 },
    };
    expect(cpuReading(changed)).toEqual({ 'server CPU per delivery': 6, 'load CPU per delivery': 1.5 });
  });

  it('have deliveries a second until the one that waited longest', () => {
    const changed: CompletedCell = {
      ...cell,
      delivery: { ...cell.delivery, delivered: 30_000 },
      latency: { ...cell.latency, maxUs: 960_000 },
      window: { ...cell.window, seconds: 0.04 },
    };
    expect(saturationReading(changed)).toEqual({ 'deliveries/s at saturation': 30_000 });
  });

  it("have one client's p50 with and without the feed's lag", () => {
    const changed: CompletedCell = {
      ...cell,
      latency: { ...cell.latency, p50Us: 100, p99Us: 300 },
      feed: { ...cell.feed, lagP50Us: 15 },
    };
    expect(oneClientReading(changed)).toEqual({ p50: 100, "p50 less the feed's lag": 85, p99: 300 });
    const latencies = Array.from({ length: 200 }, (_, at) => at + 1);
    expect(pingReading(latencies)).toEqual({ p50: 100, "p50 less the feed's lag": 100, p99: 198 });
  });

  it('have memory as the slope from the fewest to the most clients, where it was read', () => {
    const readings = [
      { clients: 100, heapBytes: 5_000_000 },
      { clients: 200, heapBytes: 5_900_000 },
      { clients: 500, heapBytes: 6_000_000 },
    ];
    const memory = { readings, perClientBytes: null, low: null, high: null };
    expect(scaleReading({ ...cell, memory })).toEqual({ ...cpuReading(cell), 'server memory per client': 2_500 });
    const { memory: _, ...without } = cell;
    expect(scaleReading(without)).toEqual(cpuReading(cell));
  });

  it('have answers by autocannon, and polls by the CPU time of what asked', () => {
    const loops = [
      { ...loop, client: 'undici', cpuShare: 0.5 },
      { ...loop, client: 'autocannon', cpuShare: 0.9 },
    ];
    const polled: CompletedCell = { ...cell, closedLoops: loops };
    expect(answersReading(polled)).toEqual({ 'answers/s': 450 });
    expect(pollsReading(polled, 'own')).toEqual({ 'polls/s per load core': 900 });
    expect(pollsReading(polled, 'autocannon')).toEqual({ 'polls/s per load core': 500 });
    expect(() => answersReading(cell)).toThrow('no closed loop');
  });
});

describe('a cell that can not be read', () => {
  it('says what failed it', () => {
    const error = { message: 'worker 1 died', code: 1, signal: null };
    const { lane, scenario, point, round, order, attempt } = cell;
    const identity = { lane, scenario, point, round, order, attempt };
    expect(() => validCell({ ...identity, state: 'failed', phase: 'connect', error, warnings: [] })).toThrow(
      `${lane}, connect: worker 1 died`,
    );
  });

  it('says what it lost', () => {
    expect(validCell(cell)).toBe(cell);
    expect(() => validCell({ ...cell, delivery: { ...cell.delivery, missing: 3 } })).toThrow('3 deliveries missing');
  });
});

describe('the measured share of a run', () => {
  const result = makeResult();

  it('is the sum of its windows, beside the time from start to end', () => {
    const ended = {
      ...result,
      startedAt: '2026-01-01T00:00:00.000Z',
      finishedAt: '2026-01-01T00:01:00.000Z',
      cells: [cell, cell],
    };
    expect(windowShareOf(ended)).toEqual({ id: result.id, windowSeconds: 2 * cell.window.seconds, wallSeconds: 60 });
  });

  it('is unknown while the run goes on', () => {
    expect(windowShareOf({ ...result, finishedAt: null })).toBeUndefined();
  });
});
