import { describe, expect, it } from 'vitest';
import type { LedgerCount } from '../../contract/ledger.ts';
import { type Arrivals, type Disturbance, KINDS, type Kind } from '../../contract/result.ts';
import { noLayerBytes } from '../../ledger/layers.ts';
import { QUIET } from '../../tests/fixture.ts';
import { calibrationWarnings } from './machine-warnings.ts';
import { type CellEvidence, cellWarnings } from './warnings.ts';

const usage = {
  elapsedUs: 10_000_000,
  cpuUs: 1_000,
  cpuShare: 0.1,
  eventLoopUtilisation: 0.1,
  eventLoopDelayP99Us: 500,
  peakRssBytes: 1,
  heapBytes: { empty: 0, connected: 0 },
};
const wire = { sentBytes: 10, receivedBytes: 20, connections: 1 };
const mirrored = { sentBytes: 20, receivedBytes: 10, connections: 1 };

type CellChanges = Partial<CellEvidence['cell']>;

function codesOf(cell: CellChanges, changes: Partial<CellEvidence> = {}): string[] {
  return warningsOf(cell, changes).map(({ code }) => code);
}

function warningsOf(cell: CellChanges, changes: Partial<CellEvidence> = {}) {
  return cellWarnings({
    cell: {
      lane: 'a',
      scenario: 'test',
      point: { clients: 1, eventsPerSecond: 10, payloadBytes: 100, headers: 'browser' },
      round: 1,
      order: 1,
      state: 'completed',
      url: '',
      options: {},
      cutOffClients: 0,
      window: { warmupEvents: 1, events: 100, seconds: 10 },
      delivery: { expected: 100, delivered: 100, missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 },
      latency: {
        count: 100,
        minUs: 1,
        meanUs: 1,
        p50Us: 1_000,
        p90Us: 1,
        p95Us: 1,
        p99Us: 1,
        p999Us: 1,
        maxUs: 1,
        histogram: '',
      },
      halvesP50Us: [1_000, 1_050],
      feed: { achievedEventsPerSecond: 10, lagP50Us: 1, lagP95Us: 10, lagP99Us: 100, lagMaxUs: 100 },
      wire: {
        window: { server: wire, clients: mirrored },
        windowDeliveries: 100,
        cell: { server: wire, clients: mirrored },
        perDeliveryBytes: 1,
      },
      server: usage,
      workers: [usage],
      attempt: 1,
      disturbance: QUIET,
      ...cell,
    },
    pinning: { server: 1, workers: [0], relay: 0, probe: 0 },
    problems: [],
    ...changes,
  });
}

const delivery = { expected: 100, delivered: 100, missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 };
const lateness = { p50Us: 50, p99Us: 900, maxUs: 9_000, chunks: 1_000 };
const link = { rttMs: 20, lateness, residualBytes: 0, cpuShare: 0.1, elapsedUs: 10_000_000 };
const probes = { clients: 4, reader: 'bare', crowdPolicy: 'idle', clientQueueP50Us: 100 } as const;
const floor = { clients: 0, cpuUs: 500, elapsedUs: 10_000_000, deliveries: 0 };
const feed = { achievedEventsPerSecond: 10, lagP50Us: 1, lagP95Us: 10, lagP99Us: 100, lagMaxUs: 100 };

describe('a cell is warned of', () => {
  it('nothing when nothing is wrong', () => {
    expect(codesOf({})).toEqual([]);
    expect(codesOf({ link })).toEqual([]);
    expect(codesOf({ probes, feed: { ...feed, lagP50Us: 100 }, floor })).toEqual([]);
  });

  it.each<[string, CellChanges, Partial<CellEvidence>]>([
    ['lost', { delivery: { ...delivery, missing: 1 } }, {}],
    ['lost', { delivery: { ...delivery, unexpected: 1 } }, {}],
    ['duplicated', { delivery: { ...delivery, duplicated: 1 } }, {}],
    ['reordered', { delivery: { ...delivery, outOfOrder: 1 } }, {}],
    ['server-saturated', { server: { ...usage, cpuShare: 0.81 } }, {}],
    ['worker-saturated', { workers: [usage, { ...usage, cpuShare: 0.81 }] }, {}],
    ['worker-saturated', { workers: [{ ...usage, eventLoopDelayP99Us: 2_001 }] }, {}],
    ['late-reading', { server: { ...usage, elapsedUs: 10_210_000 } }, {}],
    ['late-reading', { workers: [{ ...usage, elapsedUs: 9_790_000 }] }, {}],
    ['late-reading', { link: { ...link, elapsedUs: 9_790_000 } }, {}],
    ['link-late', { link: { ...link, lateness: { ...lateness, p99Us: 1_001 } } }, {}],
    ['link-late', { link: { ...link, rttMs: 300, lateness: { ...lateness, p99Us: 3_001 } } }, {}],
    ['link-saturated', { link: { ...link, cpuShare: 0.81 } }, {}],
    ['feed-lagged', { feed: { ...feed, achievedEventsPerSecond: 9.8 } }, {}],
    ['feed-lagged', { feed: { ...feed, lagP95Us: 1_001 } }, {}],
    ['unsteady', { halvesP50Us: [1_000, 1_101] }, {}],
    ['unsteady', { halvesP50Us: [1_101, 1_000] }, {}],
    ['unpinned', {}, { pinning: { server: undefined, workers: [undefined], relay: undefined, probe: undefined } }],
    ['cores-shared', {}, { pinning: { server: 0, workers: [0], relay: 0, probe: 0 } }],
    ['cores-shared', {}, { pinning: { server: 1, workers: [0, 0], relay: 0, probe: 0 } }],
    ['disturbed', { disturbance: { ...QUIET, exceeded: ['run-delay-server'] } }, {}],
    ['client-queue', { probes: { ...probes, clientQueueP50Us: 101 } }, {}],
    ['feed-lagged', { probes, feed: { ...feed, lagP50Us: 101 } }, {}],
    ['floor-share', { floor: { ...floor, cpuUs: 501 } }, {}],
    ['floor-share', { floor: { ...floor, cpuUs: 501, clients: 1, deliveries: 100 } }, {}],
  ])('%s', (code, cell, changes) => {
    expect(codesOf(cell, changes)).toEqual([code]);
  });

  it.each([
    [{ ...mirrored, receivedBytes: 9 }, /sent 1 bytes that no client received; the clients sent 0/],
    [{ ...mirrored, sentBytes: 21 }, /sent 0 bytes that no client received; the clients sent 1 /],
  ])('bytes-disagree, by direction', (clients, text) => {
    const [warning, ...others] = warningsOf({
      wire: {
        window: { server: wire, clients: mirrored },
        windowDeliveries: 100,
        cell: { server: wire, clients },
        perDeliveryBytes: 1,
      },
    });
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ code: 'bytes-disagree', severity: 'severe', text: expect.stringMatching(text) });
  });

  it.each([
    [3_000, 1_000, 'severe'],
    [3_000, 4_000, 'notice'],
    [3_000, 500_000, undefined],
    [1_900, 1_000, undefined],
  ])("a worker's event loop %i µs late beside a p50 of %i µs: %s", (eventLoopDelayP99Us, p50Us, severity) => {
    const [warning] = warningsOf({ workers: [{ ...usage, eventLoopDelayP99Us }], latency: latencyOf(p50Us) });
    expect(warning?.severity).toBe(severity);
    expect(warning?.code).toBe(severity && 'worker-saturated');
  });

  it('a link by how often it is late: at p50 no latency holds, at p99 the tails do not', () => {
    const late = (lateUs: object) => ({ link: { ...link, lateness: { ...lateness, ...lateUs } } });
    const severities = (cell: CellChanges) => warningsOf(cell).map(({ severity }) => severity);
    expect(severities(late({ p50Us: 1_001, p99Us: 3_000 }))).toEqual(['severe']);
    expect(severities(late({ p99Us: 3_000 }))).toEqual(['notice']);
    expect(severities({ link: { ...link, cpuShare: 1 } })).toEqual(['severe']);
    expect(severities({ link: { ...late({ p99Us: 3_000 }).link, rttMs: 300 } })).toEqual([]);
  });

  it('no event loop where probes are timed: what waits in them tells', () => {
    expect(codesOf({ workers: [{ ...usage, eventLoopDelayP99Us: 30_000 }], probes })).toEqual([]);
  });

  it.each<[string, CellChanges, readonly Kind[]]>([
    ['lost', { delivery: { ...delivery, missing: 1 } }, KINDS],
    ['reordered', { delivery: { ...delivery, outOfOrder: 1 } }, KINDS],
    ['server-saturated', { server: { ...usage, cpuShare: 0.81 } }, ['latency']],
    ['worker-saturated', { workers: [{ ...usage, cpuShare: 0.81 }] }, ['latency']],
    ['link-late', { link: { ...link, lateness: { ...lateness, p50Us: 1_001 } } }, ['latency']],
    ['client-queue', { probes: { ...probes, clientQueueP50Us: 101 } }, ['latency']],
    ['feed-lagged', { probes, feed: { ...feed, lagP50Us: 101 } }, ['latency']],
    ['floor-share', { floor: { ...floor, cpuUs: 501 } }, ['cpu']],
    ['feed-lagged', { feed: { ...feed, lagP95Us: 1_001 } }, []],
  ])('%s, against the kinds of figures that it touches', (code, cell, against) => {
    expect(warningsOf(cell)).toMatchObject([{ code, against }]);
  });

  const late = { ...usage, elapsedUs: 10_210_000 };
  it.each<[string, CellChanges, readonly Kind[]]>([
    ['the server of pushed events', { server: late }, ['cpu']],
    ['their clients', { workers: [late] }, ['packets', 'cpu']],
    ['the link', { link: { ...link, elapsedUs: 9_790_000 } }, ['latency']],
    ['clients that poll', { workers: [late], polls: { answered: 100, empty: 0 } }, ['bytes', 'packets', 'cpu']],
    ['clients that inflate', { workers: [late], options: { compression: 'deflate' } }, ['bytes', 'packets', 'cpu']],
    [
      'silent clients',
      { workers: [late], window: { warmupEvents: 1, events: 0, seconds: 10 } },
      ['bytes', 'packets', 'cpu'],
    ],
  ])('a late reading of %s, against what it makes inexact', (_who, cell, against) => {
    expect(warningsOf(cell).filter(({ code }) => code === 'late-reading')).toMatchObject([{ against }]);
  });

  it('a reading that is late, but not of one within the quiet in which the window ends', () => {
    const short = { window: { warmupEvents: 1, events: 10, seconds: 1 } };
    const at = (elapsedUs: number, arrivals?: Arrivals) =>
      codesOf(
        { ...short, server: { ...usage, elapsedUs }, workers: [{ ...usage, elapsedUs: 1e6 }] },
        arrivals && { arrivals },
      );
    const spread: Arrivals = { process: 'spread', slotShare: 0.5 };
    expect(at(979_999)).toEqual(['late-reading']);
    expect(at(975_001, spread)).toEqual([]);
    expect(at(974_999, spread)).toEqual(['late-reading']);
    expect(at(979_999, { process: 'independent', slotGroupSize: 8, quietSlots: 0.2 })).toEqual(['late-reading']);
  });

  it("a server's late event loop without forbidding to cite: it is what the transport costs", () => {
    const [warning] = warningsOf({ server: { ...usage, eventLoopDelayP99Us: 30_000 } });
    expect(warning).toMatchObject({ code: 'server-saturated', severity: 'notice' });
  });

  it('halves that differ, only where there are events enough for halves', () => {
    const halvesP50Us: [number, number] = [1_000, 2_000];
    expect(codesOf({ halvesP50Us })).toEqual(['unsteady']);
    expect(codesOf({ halvesP50Us, window: { warmupEvents: 1, events: 58, seconds: 10 } })).toEqual([]);
  });

  it('halves that differ, not where many events wait for the next poll: which of them do is chance', () => {
    const halvesP50Us: [number, number] = [1_000, 2_000];
    const polled = (queuedDeliveries: number) =>
      codesOf({ halvesP50Us, polls: { parkedDeliveries: 100 - queuedDeliveries, queuedDeliveries } });
    expect(polled(10)).toEqual(['unsteady']);
    expect(polled(11)).toEqual([]);
  });

  it("the feed's lag at p99 only where the window's events support it", () => {
    const late = { ...feed, lagP99Us: 1_001 };
    expect(codesOf({ feed: late })).toEqual([]);
    expect(codesOf({ feed: late, window: { warmupEvents: 1, events: 299, seconds: 10 } })).toEqual(['feed-lagged']);
  });

  it.each([
    [0, 0, 130, []],
    [3, 0, 130, ['ledger-residual']],
    [0, 1, 130, ['ledger-residual']],
    [0, 0, 136, []],
    [0, 0, 137, ['ledger-unlike']],
    [0, 0, 123, ['ledger-unlike']],
  ])(
    'a ledger with residual %i, %i problems, and %f B per delivery beside its own 130: %j',
    (residualBytes, problems, perDeliveryBytes, expected) => {
      expect(
        codesOf({
          wire: {
            window: { server: wire, clients: mirrored },
            windowDeliveries: 100,
            cell: { server: wire, clients: mirrored },
            perDeliveryBytes,
            ledger: {
              clients: 1,
              window: ledgerOf({ payload: 1_280, framing: 20 }, 10),
              cell: ledgerOf({ payload: 1_280, framing: 20 }, 10),
              residualBytes,
              problems: Array.from({ length: problems }, () => 'down, byte 1: not HTTP'),
              relay: { cpuShare: 0, elapsedUs: 10_000_000 },
            },
          },
        }),
      ).toEqual(expected);
    },
  );

  it.each([
    [0, 100, ['ledger-blind']],
    [1, 100, []],
    [0, 0, []],
  ])('a ledger that read %i events of %i deliveries: %j', (events, windowDeliveries, expected) => {
    const count = ledgerOf({ control: 1_300 }, events);
    const both = { server: wire, clients: mirrored };
    const ledger = {
      clients: 1,
      window: { ...count, events: 0 },
      cell: count,
      residualBytes: 0,
      problems: [],
      relay: { cpuShare: 0, elapsedUs: 10_000_000 },
    };
    expect(codesOf({ wire: { window: both, windowDeliveries, cell: both, perDeliveryBytes: 0, ledger } })).toEqual(
      expected,
    );
  });

  it.each([
    [100, 100, []],
    [300, 100, ['ledger-miscounted']],
    [99, 100, ['ledger-miscounted']],
    [100, undefined, []],
  ])(
    'a ledger that read %i events of %s that its clients got, in all its figures: %j',
    (events, deliveries, expected) => {
      const count = ledgerOf({ payload: 9_000, framing: 1_000 }, events);
      const both = { server: wire, clients: mirrored };
      const ledger = {
        clients: 1,
        window: { ...count, events: 0 },
        cell: count,
        ...(deliveries !== undefined && { deliveries }),
        residualBytes: 0,
        problems: [],
        relay: { cpuShare: 0, elapsedUs: 10_000_000 },
      };
      const found = warningsOf({
        wire: { window: both, windowDeliveries: 100, cell: both, perDeliveryBytes: 0, ledger },
      });
      expect(found.map(({ code }) => code)).toEqual(expected);
      for (const { against } of found) expect(against).toEqual([...KINDS]);
    },
  );

  it('others that held it back, naming each bound, its share and what to do about that, and nothing else', () => {
    const sleepers = [{ core: 1, wakeUps: 100, lateWakeUps: 2, maxLateUs: 90_000, stoppedShare: 0.03 }];
    const exceeded: Disturbance['exceeded'] = ['core-stopped', 'throttled'];
    const [warning] = warningsOf({ disturbance: { ...QUIET, steal: 0.5, throttled: 0.2, sleepers, exceeded } });
    expect(warning).toMatchObject({
      code: 'disturbed',
      severity: 'severe',
      text: expect.stringMatching(/: a core that stood still 3.0 %, throttled 20.0 %\.$/),
    });
    expect(warning?.hint).toMatch(/CPU quota/);
    expect(`${warning?.text}${warning?.hint}`).not.toMatch(/steal|pressure|Close/);
  });

  it.each<[Disturbance['exceeded'], readonly Kind[]]>([
    [['run-delay-server'], ['latency']],
    [['core-stopped', 'run-delay-probe'], ['latency']],
    [
      ['run-delay-server', 'steal'],
      ['latency', 'cpu'],
    ],
    [['throttled'], ['latency', 'cpu']],
  ])('a disturbance by %j: against %j', (exceeded, against) => {
    expect(warningsOf({ disturbance: { ...QUIET, exceeded } })[0]?.against).toEqual(against);
  });

  it('what a rate of polls is not, where others had the core: there CPU is time on the clock', () => {
    const closedLoops: CellChanges['closedLoops'] = [
      { client: 'own', requests: 1, seconds: 1, upBytes: 1, downBytes: 1 },
    ];
    const cell: CellChanges = { disturbance: { ...QUIET, exceeded: ['run-delay-server'] }, closedLoops };
    const disturbed = warningsOf(cell).find(({ code }) => code === 'disturbed');
    expect(disturbed?.against).toEqual(['latency', 'cpu']);
  });

  it('nothing where the system does not tell of others', () => {
    const runDelay = { server: null, probe: null };
    expect(codesOf({ disturbance: { ...QUIET, cpuPressure: null, steal: null, throttled: null, runDelay } })).toEqual(
      [],
    );
  });

  it('clients that were cut off, in words, but not of those that were meant to be', () => {
    const point = {
      clients: 9,
      eventsPerSecond: 10,
      payloadBytes: 100,
      headers: 'browser',
      stalledClients: 2,
    } as const;
    const lost = (cutOffClients: number) =>
      warningsOf({ point, cutOffClients, delivery: { ...delivery, missing: 1 } })[0]?.text;
    expect(codesOf({ point, cutOffClients: 2 })).toEqual([]);
    expect(lost(2)).not.toContain('cut off');
    expect(lost(3)).toContain('cut off 3 clients that did not read. 2 were meant not to.');
  });

  it('no disagreement of bytes where a client did not read: they are in no count of its own', () => {
    const cell = { server: wire, clients: { ...mirrored, receivedBytes: 9 } };
    const disagreeing = {
      window: { server: wire, clients: mirrored },
      windowDeliveries: 100,
      cell,
      perDeliveryBytes: 1,
    };
    const point = { clients: 2, eventsPerSecond: 10, payloadBytes: 100, headers: 'browser' } as const;
    expect(codesOf({ wire: disagreeing, point: { ...point, stalledClients: 1 } })).toEqual([]);
    expect(codesOf({ wire: disagreeing, point: { ...point, stalledClients: 0 } })).toEqual(['bytes-disagree']);
  });

  it('what first went wrong, in words', () => {
    const [lost] = warningsOf(
      { delivery: { ...delivery, missing: 1 } },
      { problems: ['closed (server, 1013): too slow'] },
    );
    expect(lost?.text).toContain('1 of 100 deliveries are missing');
    expect(lost?.text).toContain('too slow');
  });
});

describe('a run is warned of calibrations', () => {
  const state = (calibrationUs: number) => ({ calibrationUs, loadAverage: null, pressure: null });
  const session = (beforeUs: number, afterUs?: number) => ({
    startedAt: '2026-01-02T03:04:05.000Z',
    endedAt: null,
    cells: 1,
    before: state(beforeUs),
    after: afterUs === undefined ? null : state(afterUs),
  });

  it.each([
    ['within a session', [session(40_000, 42_100)]],
    ['within a session that got faster', [session(42_100, 40_000)]],
    ['between sessions', [session(40_000, 40_000), session(42_100, 42_100)]],
    ['between a session that was killed and the next', [session(40_000), session(42_100)]],
  ])('that are too far apart %s', (_, sessions) => {
    const [warning, ...others] = calibrationWarnings(sessions);
    expect(others).toEqual([]);
    expect(warning).toMatchObject({ code: 'speed-moved', severity: 'notice', against: [] });
    expect(warning?.text).toMatch(/from 40.0 ms to 42.1 ms .* 5.2 % apart/);
    expect(warning?.hint).not.toBe('');
  });

  it.each([
    ['within the limit', [session(40_000, 41_900), session(41_900, 40_000)]],
    ['a single one', [session(40_000)]],
    ['none', []],
  ])('but not when they are %s', (_, sessions) => {
    expect(calibrationWarnings(sessions)).toEqual([]);
  });
});

function ledgerOf(down: Partial<LedgerCount['down']>, events: number) {
  const none = { count: 0, upBytes: 0, downBytes: 0 };
  return { up: noLayerBytes(), down: { ...noLayerBytes(), ...down }, events, cycles: none, emptyCycles: none };
}

function latencyOf(p50Us: number) {
  const others = { minUs: 1, meanUs: 1, p90Us: 1, p95Us: 1, p99Us: 1, p999Us: 1, maxUs: 1 };
  return { count: 100, p50Us, histogram: '', ...others };
}
