import { describe, expect, test } from 'vitest';
import type { CompletedCell } from '../../contract/result.ts';
import { makeResult } from '../../tests/fixture.ts';
import { metricOf, metrics } from './metrics.ts';

const [first] = makeResult().cells;
if (first?.state !== 'completed') throw new Error('no cell');
/** 1,000 deliveries in 5 s, for 20 ms of CPU. */
const cell: CompletedCell = { ...first, server: { ...first.server, cpuUs: 20_000, elapsedUs: 5_000_000 } };
const silent: CompletedCell = { ...cell, window: { ...cell.window, events: 0 }, point: { ...cell.point, clients: 10 } };
const NO_CLIENTS = { cpuUs: 0, elapsedUs: 1_000_000 };
const of = (id: string, changes: Partial<CompletedCell> = {}) => metricOf(id).of({ ...cell, ...changes });

describe('server CPU', () => {
  test('is all that the server took where its floor is not known', () => {
    expect(of('server.cpuPerDeliveryUs')).toBe(20);
    expect(metricOf('idle.cpuPerClientMinuteUs').of(silent)).toBe(24_000);
    expect(of('server.floorCpuShare')).toBeUndefined();
  });

  test('is what it took beyond its floor, by the time that each was measured', () => {
    const floor = { ...NO_CLIENTS, cpuUs: 2_000 };
    expect(of('server.cpuPerDeliveryUs', { floor })).toBe(10);
    expect(of('server.cpuPerPollUs', { floor, polls: { answered: 50, empty: 0 } })).toBe(200);
    expect(metricOf('idle.cpuPerClientMinuteUs').of({ ...silent, floor })).toBe(12_000);
    expect(of('server.floorCpuShare', { floor })).toBeCloseTo(0.2);
  });

  test('is not told per delivery where the floor is most of it, and may come out below nothing in silence', () => {
    expect(of('server.cpuPerDeliveryUs', { floor: { ...NO_CLIENTS, cpuUs: 5_000 } })).toBeUndefined();
    expect(
      metricOf('idle.cpuPerClientMinuteUs').of({ ...silent, floor: { ...NO_CLIENTS, cpuUs: 5_000 } }),
    ).toBeLessThan(0);
  });

  test('is the same at whatever cost of the feed, of two loads that cost the same a delivery', () => {
    for (const feedUs of [0, 1_000, 8_000]) {
      const server = { ...cell.server, cpuUs: feedUs + 16 * cell.wire.windowDeliveries };
      const floor = { cpuUs: feedUs, elapsedUs: server.elapsedUs };
      expect(of('server.cpuPerDeliveryUs', { server, floor })).toBeCloseTo(16, 9);
    }
  });
});

describe('memory per client', () => {
  const memory = { readings: [], perClientBytes: 5_900, low: 5_800, high: 6_000 };

  test('is the slope over numbers of clients, and not there where the readings do not tell it', () => {
    expect(of('server.heapPerClientBytes', { memory })).toBe(5_900);
    expect(of('server.heapPerClientBytes', { memory: { ...memory, perClientBytes: null } })).toBeUndefined();
  });

  test('is the growth of the heap in results without readings', () => {
    expect(of('server.heapPerClientBytes')).toBeCloseTo(4_096, -1);
  });
});

describe('polling', () => {
  const polls = { answered: 50, empty: 10 };

  test('is told per poll, with the events that one brings', () => {
    expect(of('polls.eventsPerPoll', { polls })).toBe(20);
    expect(of('wire.perPollBytes', { polls })).toBe((of('wire.perDeliveryBytes') ?? 0) * 20);
    expect(of('server.cpuPerPollUs', { polls })).toBe(400);
  });

  test('is not where no poll was answered, or not counted', () => {
    for (const id of ['polls.eventsPerPoll', 'wire.perPollBytes', 'server.cpuPerPollUs']) {
      expect(of(id)).toBeUndefined();
      expect(of(id, { polls: { answered: 0, empty: 0 } })).toBeUndefined();
      expect(of(id, { polls: { parkedDeliveries: 10, queuedDeliveries: 1 } })).toBeUndefined();
    }
  });

  test('has no gap share where no poll is parked', () => {
    expect(of('polls.queuedPercent', { polls })).toBeUndefined();
  });
});

describe('the parts of a latency', () => {
  const latencyParts = { feedUs: 40, serverUs: 300, wireUs: 420, clientUs: 40 };
  const ids = ['latency.feedUs', 'latency.serverUs', 'latency.wireUs', 'latency.clientUs'];

  test('are four, and add up to its mean', () => {
    expect(ids.map((id) => of(id, { latencyParts }))).toEqual([40, 300, 420, 40]);
    expect(ids.map((id) => of(id))).toEqual([undefined, undefined, undefined, undefined]);
  });

  test('stand beside the times through the client libraries, which need events enough', () => {
    const libraryLatency = { ...cell.latency, p50Us: 1_234 };
    expect(of('latency.libraryP50Us', { libraryLatency })).toBe(1_234);
    const short = { ...cell.window, events: 5 };
    expect(of('latency.libraryP50Us', { libraryLatency, window: short })).toBeUndefined();
  });
});

describe('every metric', () => {
  test('of bytes, packets, memory, CPU and latency has the unit and the spread of its kind', () => {
    const units = {
      bytes: ['B', ''],
      packets: ['B', ''],
      memory: ['B'],
      cpu: ['µs', '1/s', '%'],
      latency: ['µs', '%', ''],
    };
    for (const { id, kind, unit, spread } of metrics) {
      expect({ id, isKnown: units[kind].includes(unit) }).toEqual({ id, isKnown: true });
      expect({ id, spread }).toEqual({
        id,
        spread: /^(bytes|packets)$/.test(kind) || id === 'polls.queuedPercent' ? 'range' : 'interval',
      });
    }
  });

  test('that stands beside another is compared in no sentence or A/A verdict', () => {
    const beside = metrics.filter(({ isPart }) => isPart);
    expect(beside.length).toBeGreaterThan(5);
    for (const { shown } of beside) {
      expect([shown.comparedFor, shown.noiseFloor, shown.isCompared]).toEqual([undefined, undefined, undefined]);
      expect(shown.figures).toEqual([]);
    }
  });
});
