import { describe, expect, it } from 'vitest';
import type { Cell, CompletedCell, Ledger, Point } from '../contract/result.ts';
import { LatencyRecorder } from '../measure/latency.ts';
import { QUIET, withLedger } from '../tests/fixture.ts';
import type { Lineup } from './lineup.ts';
import { summarise } from './summarise.ts';

const usage = {
  elapsedUs: 6_000_000,
  cpuUs: 1_000,
  cpuShare: 0.1,
  eventLoopUtilisation: 0.1,
  eventLoopDelayP99Us: 0,
  peakRssBytes: 1,
  heapBytes: { empty: 0, connected: 300 },
};
const POINT: Point = { clients: 3, eventsPerSecond: 10, payloadBytes: 100, headers: 'browser' };
const wire = { sentBytes: 0, receivedBytes: 0, connections: 3 };

function cell(lane: string, round: number, p50Us: number, changes: Partial<CompletedCell> = {}): CompletedCell {
  return {
    lane,
    scenario: 'test',
    point: POINT,
    round,
    order: 1,
    state: 'completed',
    url: '',
    options: {},
    cutOffClients: 0,
    window: { warmupEvents: 1, events: 60, seconds: 6 },
    delivery: { expected: 180, delivered: 180, missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 },
    latency: {
      count: 180,
      minUs: 1,
      meanUs: p50Us,
      p50Us,
      p90Us: p50Us * 2,
      p95Us: p50Us * 3,
      p99Us: p50Us * 4,
      p999Us: p50Us * 5,
      maxUs: p50Us * 6,
      histogram: '',
    },
    halvesP50Us: [p50Us, p50Us],
    feed: { achievedEventsPerSecond: 10, lagP50Us: 0, lagP95Us: 0, lagP99Us: 0, lagMaxUs: 0 },
    wire: {
      window: { server: wire, clients: wire },
      windowDeliveries: 100,
      cell: { server: wire, clients: wire },
      perDeliveryBytes: 102,
    },
    server: usage,
    workers: [usage],
    disturbance: QUIET,
    attempt: 1,
    warnings: [],
    ...changes,
  };
}

const LINEUP: Lineup = { reference: 'b', lanes: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] };

const of = (cells: readonly Cell[], lane: string, metric: string) =>
  summarise(cells, LINEUP).estimates.find((one) => one.lane === lane && one.metric === metric);
const allCompared = (cells: readonly Cell[], metric: string, lineup = LINEUP) =>
  summarise(cells, lineup).comparisons.filter((one) => one.metric === metric);
const compared = (cells: readonly Cell[], lane: string, metric: string) =>
  allCompared(cells, metric).find((one) => one.lane === lane);

describe('a comparison', () => {
  const cells = [cell('a', 1, 200), cell('b', 1, 100), cell('a', 2, 60), cell('b', 2, 20), cell('a', 3, 50)];

  it('pairs by round: the ratio is the geometric mean of the rounds that have both', () => {
    expect(compared(cells, 'a', 'latency.p50Us')).toMatchObject({
      ratio: expect.closeTo(Math.sqrt(2 * 3), 9),
      reference: 'b',
      rounds: 2,
    });
  });

  it('of the reference with itself is not made', () => {
    expect(compared(cells, 'b', 'latency.p50Us')).toBeUndefined();
  });

  it('of a lane that polls is with the reference at the same point, whichever the poll interval', () => {
    const at = (one: Cell, pollIntervalMs: number): Cell => ({ ...one, point: { ...POINT, pollIntervalMs } });
    const often = [at(cell('a', 1, 300), 50), at(cell('a', 1, 800), 100), ...cells.slice(1, 2)];
    expect(allCompared(often, 'latency.p50Us')).toMatchObject([
      { lane: 'a', reference: 'b', point: { pollIntervalMs: 50 }, ratio: expect.closeTo(3, 9) },
      { lane: 'a', reference: 'b', point: { pollIntervalMs: 100 }, ratio: expect.closeTo(8, 9) },
    ]);
    const elsewhere = cells.slice(1, 2).map((one) => ({ ...one, point: { ...POINT, clients: 4 } }));
    expect(allCompared([...often.slice(0, 2), ...elsewhere], 'latency.p50Us')).toEqual([]);
  });

  it('knows its margin and how it varies', () => {
    expect(compared(cells, 'a', 'latency.p50Us')).toMatchObject({ spread: 'interval', margin: 0.05 });
    expect(compared(cells, 'a', 'wire.perDeliveryBytes')).toMatchObject({ spread: 'range', margin: 0.01 });
  });

  it('equals the ratio of the two estimates when every round has both', () => {
    const both = cells.slice(0, 4);
    const ratio = (of(both, 'a', 'latency.p50Us')?.value ?? 0) / (of(both, 'b', 'latency.p50Us')?.value ?? 0);
    expect(compared(both, 'a', 'latency.p50Us')?.ratio).toBeCloseTo(ratio, 9);
  });
});

describe('an estimate', () => {
  it('leaves out cells that failed their audit', () => {
    const lossy = { ...cell('a', 2, 900).delivery, missing: 1 };
    const cells = [cell('a', 1, 100), cell('a', 2, 900, { delivery: lossy })];
    expect(of(cells, 'a', 'latency.p50Us')).toMatchObject({ value: expect.closeTo(100, 9), rounds: 1 });
  });

  it('of a percentile is given only with events enough behind it', () => {
    const cells = [cell('a', 1, 100)];
    expect(of(cells, 'a', 'latency.p95Us')).toBeDefined();
    expect(of(cells, 'a', 'latency.p99Us')).toBeUndefined();
    const fewer = [cell('a', 1, 100, { window: { warmupEvents: 1, events: 58, seconds: 5.8 } })];
    expect(of(fewer, 'a', 'latency.p95Us')).toBeUndefined();
  });

  it('that is not positive in some round is arithmetic, and has no ratio', () => {
    const shrunk = { ...usage, heapBytes: { empty: 300, connected: 0 } };
    const cells = [cell('a', 1, 100, { server: shrunk }), cell('a', 2, 100), cell('b', 1, 100), cell('b', 2, 100)];
    expect(of(cells, 'a', 'server.heapPerClientBytes')?.value).toBe(0);
    expect(compared(cells, 'a', 'server.heapPerClientBytes')).toBeUndefined();
  });

  it('of bytes is their mean, exact where all rounds agree, with the least and the most', () => {
    const cells = [cell('a', 1, 100), cell('a', 2, 100), cell('b', 1, 100), cell('b', 2, 100)];
    const exact = { value: 102, low: 102, high: 102, spread: 'range' };
    expect(of(cells, 'a', 'wire.perDeliveryBytes')).toMatchObject(exact);
    expect(compared(cells, 'a', 'wire.perDeliveryBytes')).toMatchObject({
      ratio: 1,
      low: 1,
      high: 1,
      verdict: 'equivalent',
    });
    const [first, ...others] = cells;
    const more = { ...cell('a', 1, 100).wire, perDeliveryBytes: 110 };
    const varied = [{ ...first, wire: more } as Cell, ...others];
    expect(of(varied, 'a', 'wire.perDeliveryBytes')).toMatchObject({ value: 106, low: 102, high: 110 });
    expect(compared(varied, 'a', 'wire.perDeliveryBytes')).toMatchObject({
      low: 1,
      high: 110 / 102,
      verdict: 'inconclusive',
    });
  });

  it('by delivery is not given where nothing was delivered', () => {
    const none = [cell('a', 1, 100, { wire: { ...cell('a', 1, 100).wire, windowDeliveries: 0, perDeliveryBytes: 0 } })];
    const metrics = summarise(none, LINEUP).estimates.map(({ metric }) => metric);
    expect(metrics).toEqual(['latency.p50Us', 'latency.p90Us', 'latency.p95Us', 'server.heapPerClientBytes']);
  });

  it('of server CPU by delivery is not given where servers were killed: the last one is read, and all deliveries count', () => {
    const firstEvent = cell('a', 1, 100).latency;
    const recovery = { kills: 2, firstEvent, attempts: 6, replayed: 0, attemptsByTenth: [6] };
    const cells = [cell('a', 1, 100, { recovery })];
    expect(of(cells, 'a', 'wire.perDeliveryBytes')?.value).toBeCloseTo(102, 9);
    expect(of(cells, 'a', 'server.cpuPerDeliveryUs')).toBeUndefined();
  });

  it.each([
    ['compression', 'gzip'],
    ['encoding', 'binary'],
  ])('of overhead has no more payload than went over the wire, where there is a lane with %s', (option, value) => {
    const options = { [option]: value };
    const one = cell('a', 1, 100, { options });
    expect(of([one], 'a', 'wire.overheadPerDeliveryBytes')).toBeUndefined();
    const ledger = withLedger(one).wire.ledger as Ledger;
    const window = { ...ledger.window, down: { ...ledger.window.down, payload: ledger.window.events * 70 } };
    const read = { ...one, wire: { ...one.wire, perDeliveryBytes: 75, ledger: { ...ledger, window } } };
    expect(of([read], 'a', 'wire.overheadPerDeliveryBytes')?.value).toBe(5);
  });

  it('states overhead without the payload, and CPU by deliveries of the window', () => {
    const cells = [cell('a', 1, 100)];
    expect(of(cells, 'a', 'wire.overheadPerDeliveryBytes')?.value).toBeCloseTo(2, 9);
    expect(of(cells, 'a', 'server.cpuPerDeliveryUs')?.value).toBeCloseTo(10, 9);
    expect(of(cells, 'a', 'server.heapPerClientBytes')?.value).toBeCloseTo(100, 9);
  });
});

describe('the verdicts of comparisons', () => {
  const [here, elsewhere] = [
    { ...POINT, clients: 3 },
    { ...POINT, clients: 4 },
  ];
  const roundsOf = (lane: string, p50s: readonly number[], point = here) =>
    p50s.map((p50Us, index) => cell(lane, index + 1, p50Us, { point }));
  const flat = [100, 100, 100, 100, 100];
  // Beyond 1.05 at the level 0.05 (p is 0.047), but not at half of it.
  const near = [105, 106, 107, 108, 109];
  const verdicts = (cells: readonly Cell[], lineup = LINEUP) =>
    allCompared(cells, 'latency.p50Us', lineup).map(({ lane, reference, verdict }) =>
      [lane, reference, verdict].join(' '),
    );

  it('are corrected together for all lanes of a scenario', () => {
    const two = [...roundsOf('a', near), ...roundsOf('b', flat)];
    expect(verdicts(two)).toEqual(['a b higher']);
    expect(verdicts([...two, ...roundsOf('c', near)])).toEqual(['a b inconclusive', 'c b inconclusive']);
  });

  it('are corrected together for all points of a scenario', () => {
    const cellsElsewhere = [...roundsOf('a', near, elsewhere), ...roundsOf('b', flat, elsewhere)];
    expect(verdicts([...roundsOf('a', near), ...roundsOf('b', flat), ...cellsElsewhere])).toEqual([
      'a b inconclusive',
      'a b inconclusive',
    ]);
  });

  it('are not corrected for another scenario', () => {
    const cells = [...roundsOf('a', near), ...roundsOf('b', flat)];
    const others = cells.map((one) => ({ ...one, scenario: 'other' }));
    expect(verdicts([...cells, ...others])).toEqual(['a b higher', 'a b higher']);
  });

  describe('where a lane varies another', () => {
    const cells = [...roundsOf('a', near), ...roundsOf('b', flat), ...roundsOf('c', near)];
    const lanes = [{ id: 'a' }, { id: 'b' }, { id: 'c', variantOf: 'a' }];

    it('it is compared with that one, and not with the reference of the run', () => {
      expect(verdicts(cells, { reference: 'b', lanes })).toEqual(['a b higher', 'c a equivalent']);
    });

    it('its comparison with it is a family of its own', () => {
      const own = [{ id: 'a' }, { id: 'b' }, { id: 'c', variantOf: 'b' }];
      expect(verdicts(cells, { reference: 'b', lanes: own })).toEqual(['a b higher', 'c b higher']);
    });

    it('and that one was not measured there, it is compared with the reference', () => {
      const without = cells.filter(({ lane }) => lane !== 'a');
      expect(verdicts(without, { reference: 'b', lanes })).toEqual(['c b higher']);
    });

    it('and is the reference itself, it is compared with no lane', () => {
      expect(verdicts(cells, { reference: 'c', lanes }).map((one) => one.slice(0, 3))).toEqual(['a c', 'b c']);
    });
  });

  describe('where a lane is a duplicate', () => {
    const cells = [...roundsOf('a', near), ...roundsOf('b', flat), ...roundsOf('c', near)];
    const lanes = [{ id: 'a' }, { id: 'b' }, { id: 'c', duplicateOf: 'b' }];

    it('its comparison with it is a family of its own', () => {
      expect(verdicts(cells, { reference: 'b', lanes })).toEqual(['a b higher', 'c b higher']);
    });

    it('it is compared with it besides the reference of the run', () => {
      // Once c is decided, b is held against the whole level.
      expect(verdicts(cells, { reference: 'a', lanes })).toEqual(['b a lower', 'c a equivalent', 'c b higher']);
    });

    it('and is the reference itself, it is compared with it all the same', () => {
      expect(verdicts(cells, { reference: 'c', lanes })).toEqual(['a c equivalent', 'b c lower', 'c b higher']);
    });

    it('the same comparison turned round is no part of the others either', () => {
      const turned = [...roundsOf('a', near), ...roundsOf('b', near), ...roundsOf('c', flat)];
      expect(verdicts(turned, { reference: 'c', lanes })).toEqual(['a c higher', 'b c higher', 'c b lower']);
    });
  });
});

type Extras = Partial<Pick<CompletedCell, 'attempt' | 'run' | 'disturbance'>>;

/** With fields of a cell that was measured more than once, or comes from one of several runs. */
function attempted(lane: string, round: number, p50Us: number, extras: Extras): Cell {
  return { ...cell(lane, round, p50Us), ...extras };
}

const DISTURBED: Extras = { disturbance: { ...QUIET, exceeded: ['steal'] } };
const CALM: Extras = { disturbance: QUIET };

describe('where a round was measured more than once', () => {
  const cells = [
    attempted('a', 1, 900, { attempt: 1, ...DISTURBED }),
    attempted('b', 1, 100, { attempt: 1, ...CALM }),
    attempted('a', 1, 100, { attempt: 2, ...CALM }),
    attempted('b', 1, 50, { attempt: 2, ...CALM }),
    attempted('a', 2, 100, { attempt: 1, ...CALM }),
    attempted('b', 2, 100, { attempt: 1, ...CALM }),
  ];

  it('the attempt that counts makes the estimate, and that with all attempts stands beside it', () => {
    expect(of(cells, 'a', 'latency.p50Us')).toMatchObject({
      value: expect.closeTo(100, 9),
      rounds: 2,
      samples: 360,
      // The first round counts as 300, the geometric mean of 900 and 100.
      allAttempts: {
        value: expect.closeTo(Math.sqrt(300 * 100), 9),
        low: expect.any(Number),
        high: expect.any(Number),
      },
    });
    expect(of(cells.slice(4), 'a', 'latency.p50Us')).not.toHaveProperty('allAttempts');
  });

  it("a comparison pairs it with the other lane's attempt beside it", () => {
    expect(compared(cells, 'a', 'latency.p50Us')).toMatchObject({ ratio: expect.closeTo(Math.SQRT2, 9), rounds: 2 });
  });

  it('an attempt that is invalid does not count', () => {
    const [first, ...others] = cells;
    const lossy = { ...cells[2], delivery: { ...cell('a', 1, 1).delivery, missing: 1 } } as Cell;
    const one = of([first as Cell, lossy, ...others.slice(3)], 'a', 'latency.p50Us');
    expect(one?.value).toBeCloseTo(300, 9);
    expect(one).not.toHaveProperty('allAttempts');
  });

  it('bytes have the least and the most of the attempts that count', () => {
    const wired = (one: Cell, perDeliveryBytes: number) =>
      one.state === 'completed' ? { ...one, wire: { ...one.wire, perDeliveryBytes } } : one;
    const [disturbed, , again, , next] = cells;
    const varied = [wired(disturbed as Cell, 999), wired(again as Cell, 101), wired(next as Cell, 103)];
    expect(of(varied, 'a', 'wire.perDeliveryBytes')).toMatchObject({
      value: 102,
      low: 101,
      high: 103,
      allAttempts: { low: 101, high: 999 },
    });
  });
});

describe('where runs were joined', () => {
  const joined = (lane: string, factor: number) =>
    [100, 110, 130].flatMap((ofRun, at) =>
      [0.99, 1, 1.01].map((ofRound, index) => attempted(lane, index + 1, factor * ofRun * ofRound, { run: at + 1 })),
    );
  const cells = [...joined('a', 2), ...joined('b', 1)];

  it('an estimate is the mean of theirs, with the interval between them and the share of the variance that lies there', () => {
    const estimate = of(cells, 'b', 'latency.p50Us');
    const logs = [100, 110, 130].map(Math.log);
    const mean = Math.log(100 * 110 * 130) / 3;
    expect(Math.log(estimate?.value ?? 0)).toBeCloseTo(mean, 4);
    const sd = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / 2);
    // t(2) is 4.3027.
    expect(Math.log((estimate?.high ?? 0) / (estimate?.value ?? 1))).toBeCloseTo((4.3027 * sd) / Math.sqrt(3), 4);
    expect(estimate).toMatchObject({ rounds: 9, runs: 3 });
    expect(estimate?.betweenRunsShare).toBeGreaterThan(0.98);
  });

  it('a comparison pairs rounds of the same run, and is the mean of the runs', () => {
    expect(compared(cells, 'a', 'latency.p50Us')).toMatchObject({ ratio: expect.closeTo(2, 9), rounds: 9, runs: 3 });
    const drifted = [...joined('a', 2), ...joined('b', 1).map((one) => ({ ...one, round: 4 - one.round }))];
    expect(compared(drifted, 'a', 'latency.p50Us')?.ratio).toBeCloseTo(2, 9);
  });

  it('a lane that one run alone has is estimated by its rounds', () => {
    const alone = of(joined('a', 1).slice(0, 3), 'a', 'latency.p50Us');
    expect(alone?.rounds).toBe(3);
    expect(alone).not.toHaveProperty('runs');
    expect(alone).not.toHaveProperty('betweenRunsShare');
  });

  it('bytes have the least and the most of all', () => {
    const bytes = cells.map((one, at) =>
      one.state === 'completed' ? { ...one, wire: { ...one.wire, perDeliveryBytes: 100 + (at % 9) } } : one,
    );
    expect(of(bytes, 'a', 'wire.perDeliveryBytes')).toMatchObject({ value: 104, low: 100, high: 108, runs: 3 });
  });
});

describe('a percentile beyond the median', () => {
  /** A hundred deliveries, at 1, 2 … 100 times this many µs. */
  function recorded(lane: string, round: number, unitUs: number, extras: Extras = {}, events = 30): Cell {
    const recorder = new LatencyRecorder();
    for (let at = 1; at <= 100; at++) recorder.record(at * unitUs * 1e3);
    const window = { warmupEvents: 1, events, seconds: 3 };
    return { ...cell(lane, round, 1), latency: recorder.summary(), window, ...extras };
  }
  const ten = (lane: string, unitUs: number, events?: number) =>
    Array.from({ length: 10 }, (_, at) => recorded(lane, at + 1, unitUs * (1 + 0.05 * (at % 3)), {}, events));

  it('is that of all rounds together, quoted by the events of all of them', () => {
    const cells = ten('a', 10);
    const p99 = of(cells, 'a', 'latency.p99Us');
    // The most of a round is 1,000 µs (four times), 1,050 and 1,100: nine are above 97 hundredths of the last.
    expect(p99).toMatchObject({ value: expect.closeTo(1_067, -1), rounds: 10, samples: 1_000 });
    expect(p99?.low).toBeLessThan(1_067);
    expect(p99?.high).toBeGreaterThan(1_067);
    expect(of(cells, 'a', 'latency.p999Us')).toBeUndefined();
    expect(of(cells.slice(0, 9), 'a', 'latency.p99Us')).toBeUndefined();
    expect(of(cells.slice(0, 2), 'a', 'latency.p95Us')).toMatchObject({ rounds: 2 });
  });

  it('has a ratio of the merged rounds, paired by round', () => {
    const comparison = compared([...ten('a', 20), ...ten('b', 10)], 'a', 'latency.p99Us');
    expect(comparison).toMatchObject({ ratio: expect.closeTo(2, 2), rounds: 10 });
    expect((comparison?.high ?? 9) / (comparison?.low ?? 1)).toBeLessThan(1.01);
    expect(comparison).not.toHaveProperty('trimmed');
    expect(compared([...ten('a', 20), ...ten('b', 10).slice(1)], 'a', 'latency.p99Us')).toBeUndefined();
  });

  it('of a cell whose histogram can not be read is refused, with the name of the cell', () => {
    const [first, ...others] = ten('a', 10);
    const broken = { ...first, latency: { ...cell('a', 1, 1).latency, histogram: 'AAAA' } } as Cell;
    expect(() => summarise([...others, broken], LINEUP)).toThrow(/a histogram of a in test, round 1: it can't be read/);
  });

  it('is the mean of those of the rounds where a cell has no histogram', () => {
    const [, ...others] = ten('a', 10, 300);
    const bare = cell('a', 1, 100, { window: { warmupEvents: 1, events: 300, seconds: 3 } });
    const p99s = [bare, ...others].map((one) => (one.state === 'completed' ? one.latency.p99Us : 0));
    const logs = p99s.map(Math.log);
    const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
    expect(of([bare, ...others], 'a', 'latency.p99Us')?.value).toBeCloseTo(Math.exp(mean), 9);
  });

  it('is not there, nor its ratio, where nothing was delivered', () => {
    const empty = ten('a', 10).map((one) => ({ ...one, latency: new LatencyRecorder().summary() }) as Cell);
    expect(of(empty, 'a', 'latency.p99Us')).toBeUndefined();
    expect(compared([...empty, ...ten('b', 10)], 'a', 'latency.p99Us')).toBeUndefined();
  });

  it('is of the attempts that count, and of all of them beside that', () => {
    const [first, ...others] = ten('a', 10);
    const cells = [{ ...first, ...DISTURBED } as Cell, recorded('a', 1, 10, { attempt: 2, ...CALM }), ...others];
    const late = [recorded('a', 1, 1_000, { attempt: 1, ...DISTURBED }), ...cells.slice(1)];
    expect(of(late, 'a', 'latency.p99Us')?.value).toBeCloseTo(1_067, -1);
    expect(of(late, 'a', 'latency.p99Us')?.allAttempts?.value).toBeGreaterThan(9_000);
  });

  it('of joined runs is the mean of theirs; one with too few events does not count', () => {
    const runs = [10, 11, 13].flatMap((unitUs, at) => ten('a', unitUs).map((one) => ({ ...one, run: at + 1 })));
    const estimate = of(runs, 'a', 'latency.p99Us');
    expect(estimate).toMatchObject({ rounds: 30, runs: 3 });
    expect(estimate?.value).toBeCloseTo(106.7 * Math.cbrt(10 * 11 * 13), -1);
    expect(estimate?.betweenRunsShare).toBeGreaterThan(0.9);
    expect(of(runs.slice(1), 'a', 'latency.p99Us')).toMatchObject({ rounds: 20, runs: 2 });
  });
});
