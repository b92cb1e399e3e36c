import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { scenarios } from '../../../../catalogue/scenarios.ts';
import { addBenchFlags, type BenchFlags, configure } from '../../../../cli/configure.ts';
import type { CompletedCell, Estimate, Point, Result } from '../../../../contract/result.ts';
import { metricOf } from '../../../../stats/metrics/metrics.ts';
import { makeResult, POINT, type ResultSpec } from '../../../../tests/fixture.ts';
import { Anchors } from '../../words/anchors.ts';
import { reportOf } from '../../words/quotes.ts';
import { QUESTIONS } from '../limits.ts';
import { trafficFinding } from './byte-claims.ts';
import { claims, claimsOf, type JudgedClaim } from './claims.ts';

const LANES = ['websocket', 'sse', 'polling', 'long-polling', 'polling-close', 'websocket-binary'];
const SPEC: ResultSpec = { lanes: LANES, reference: 'websocket' };

function judge(id: string, result: Result): JudgedClaim {
  const { shown, folded } = claimsOf(reportOf(result, new Anchors()));
  const found = [...shown, ...folded].find((claim) => claim.id === `claim_${id}`);
  if (!found) throw new Error(`no claim ${id}`);
  return found;
}

type Values = Readonly<Record<string, Readonly<Record<string, number>>>>;

const timed = (result: Result, options: Partial<Result['lanes'][number]> = {}): Result['lanes'] =>
  result.lanes.map((lane) => ({
    ...lane,
    ...(lane.id.startsWith('polling') && { polls: 'timed' as const, idlePeriodMs: 1_000 }),
    ...(lane.id === 'long-polling' && { polls: 'parked' as const, idlePeriodMs: 30_000 }),
    ...(lane.id === 'websocket' && { idlePeriodMs: 30_000 }),
    ...options,
  }));

/** A result that holds these figures and no others, by metric and lane, exact, at the same point. */
function measured(values: Values, point: Point = POINT): Result {
  const made = makeResult({ ...SPEC, points: [point] });
  const estimates = Object.entries(values).flatMap(([metric, lanes]) =>
    Object.entries(lanes).map(([lane, value]): Estimate => {
      const { unit, spread } = metricOf(metric);
      const bounds = { value, low: value, high: value, spread, rounds: 3, samples: 60 };
      return { lane, scenario: 'spread', point, metric, unit, ...bounds, standing: { ok: true, reasons: [] } };
    }),
  );
  return { ...made, lanes: timed(made), comparisons: [], estimates };
}

const FAR: Point = { ...POINT, rttMs: 100 };
const ONE: Point = { ...POINT, clients: 1 };
const both = (metric: string, lane: string, value: number, other: string, at: number): Values => ({
  [metric]: { [lane]: value, [other]: at },
});
const p50 = 'latency.p50Us';
const overhead = 'wire.overheadPerDeliveryBytes';
const socket = 'wire.perDeliveryBytes';
const empty = 'wire.emptyCycleBytes';
const heads = 'wire.headsPerDeliveryBytes';
const opening = 'wire.handshakeBytes';
const pageCost = 'browser.costUs';
const streams = 'browser.openStreams';
const cpu = 'server.cpuPerDeliveryUs';

/** For each claim figures by which it holds, and figures by which it does not. */
const FLIPS: readonly (readonly [id: string, holds: Result, fails: Result])[] = [
  [
    'large-margins',
    measured({ [p50]: { websocket: 100, sse: 300, polling: 500 } }),
    measured({ [p50]: { websocket: 100, sse: 101, polling: 110 } }),
  ],
  [
    'sse-and-websocket-alike',
    measured(both(p50, 'sse', 101, 'websocket', 100)),
    measured(both(p50, 'sse', 150, 'websocket', 100)),
  ],
  [
    'times-of-tutorials',
    measured({ [p50]: { websocket: 2e3, sse: 5e3, 'long-polling': 31e6 } }, ONE),
    measured({ [p50]: { websocket: 2e3, sse: 400, 'long-polling': 500 } }, ONE),
  ],
  [
    'latency-3-to-1',
    measured(both(p50, 'long-polling', 150e3, 'websocket', 50e3), FAR),
    measured(both(p50, 'long-polling', 52e3, 'websocket', 50e3), FAR),
  ],
  [
    'long-poll-transits',
    measured({ [p50]: { 'long-polling': 52e3 }, 'latency.p95Us': { 'long-polling': 150e3 } }, FAR),
    measured({ [p50]: { 'long-polling': 110e3 }, 'latency.p95Us': { 'long-polling': 150e3 } }, FAR),
  ],
  ['stream-transits', measured({ [p50]: { sse: 52e3 } }, FAR), measured({ [p50]: { sse: 101e3 } }, FAR)],
  [
    'p95-under-load',
    measured(both('latency.p95Us', 'long-polling', 22, 'websocket', 82), { ...POINT, eventsPerSecond: 1_000 }),
    measured(both('latency.p95Us', 'long-polling', 82, 'websocket', 22), { ...POINT, eventsPerSecond: 1_000 }),
  ],
  [
    'open-once',
    measured(both(p50, 'polling-close', 650e3, 'polling', 550e3), FAR),
    measured(both(p50, 'polling-close', 550e3, 'polling', 550e3), FAR),
  ],
  [
    'full-duplex',
    measured(both('upstream.bytesPerMessage', 'sse', 900, 'websocket', 300)),
    measured(both('upstream.bytesPerMessage', 'sse', 300, 'websocket', 300)),
  ],
  ['frame-2-bytes', measured({ [overhead]: { websocket: 2 } }), measured({ [overhead]: { websocket: 4 } })],
  [
    'heads-500-to-1',
    measured({ [empty]: { polling: 1_200 }, [overhead]: { websocket: 2 } }),
    measured({ [empty]: { polling: 640 }, [overhead]: { websocket: 4 } }),
  ],
  ['poll-871-bytes', measured({ [empty]: { polling: 880 } }), measured({ [empty]: { polling: 640 } })],
  ['sse-5-bytes', measured({ [overhead]: { sse: 5 } }), measured({ [overhead]: { sse: 24 } })],
  [
    'head-every-request',
    measured({ [heads]: { polling: 690, websocket: 0 }, [opening]: { websocket: 635 } }),
    measured({ [heads]: { polling: 690, websocket: 300 }, [opening]: { websocket: 635 } }),
  ],
  [
    'half-the-bandwidth',
    measured(both(socket, 'polling', 200, 'websocket', 100)),
    measured(both(socket, 'polling', 800, 'websocket', 100)),
  ],
  [
    'idle-600-times',
    // A minute of polls each second has five times as many as one of polls every 5 s.
    measured(both('idle.bytesPerClientMinute', 'polling', 3_000, 'websocket', 1)),
    measured(both('idle.bytesPerClientMinute', 'polling', 3_000, 'websocket', 10)),
  ],
  ['frame-2-to-14-bytes', measured({ [overhead]: { websocket: 10 } }), measured({ [overhead]: { websocket: 20 } })],
  [
    'sse-87-websocket-14',
    measured({ [overhead]: { sse: 87, websocket: 14 } }),
    measured({ [overhead]: { sse: 24, websocket: 14 } }),
  ],
  [
    'binary-is-smaller',
    measured(both(socket, 'websocket-binary', 60, 'sse', 150)),
    measured(both(socket, 'websocket-binary', 160, 'sse', 150)),
  ],
  [
    'push-7-times-the-cpu',
    measured({ [cpu]: { sse: 70, polling: 10 } }),
    measured({ [cpu]: { sse: 10, polling: 10 } }),
  ],
  [
    'most-polls-bring-nothing',
    cells('polling', () => ({ polls: { answered: 10, empty: 9 } })),
    cells('polling', () => ({ polls: { answered: 10, empty: 1 } })),
  ],
  ['polling-opens-connections', opened(200), opened(10)],
  ['streaming-drops-messages', lost('sse'), lost('long-polling')],
  ['frames-in-order', cells('websocket', () => ({})), disordered()],
  [
    'long-polls-held',
    measured(both('server.heapPerClientBytes', 'long-polling', 9_000, 'polling', 3_000)),
    measured(both('server.heapPerClientBytes', 'long-polling', 3_000, 'polling', 3_000)),
  ],
  ['interval-of-events', polledAt([25e3, 100], [500e3, 200]), polledAt([500e3, 200], [25e3, 100])],
  ['browser-costs-more', measured({ [pageCost]: { sse: 700 } }), measured({ [pageCost]: { sse: -20 } })],
  ['six-connections', measured({ [streams]: { sse: 6 } }), measured({ [streams]: { sse: 12 } })],
  ['client-cpu', clientCpu(0.8), clientCpu(1.3)],
];

function cells(lane: string, change: (cell: CompletedCell) => Partial<CompletedCell>): Result {
  const result = makeResult({ ...SPEC, change: (cell) => (cell.lane === lane ? { ...cell, ...change(cell) } : cell) });
  return { ...result, lanes: timed(result) };
}

function opened(connections: number): Result {
  return cells('polling', ({ wire }) => ({
    polls: { answered: 100, empty: 0 },
    wire: { ...wire, cell: { ...wire.cell, server: { ...wire.cell.server, connections } } },
  }));
}

function lost(lane: string): Result {
  return cells(lane, ({ delivery }) => ({ delivery: { ...delivery, missing: 3, delivered: delivery.delivered - 3 } }));
}

function disordered(): Result {
  return cells('websocket', ({ delivery }) => ({ delivery: { ...delivery, outOfOrder: 2 } }));
}

/** Polled every 50 ms, as often as events come, and every second, with the delay and the bytes an event of each. */
function polledAt(often: readonly [us: number, bytes: number], seldom: readonly [us: number, bytes: number]): Result {
  const sides = [
    { point: { ...POINT, pollIntervalMs: 50 }, values: often },
    { point: { ...POINT, pollIntervalMs: 1_000 }, values: seldom },
  ];
  const made = makeResult({ ...SPEC, points: sides.map(({ point }) => point) });
  const estimates = sides.flatMap(
    ({ point, values: [us, bytes] }) =>
      measured({ [p50]: { polling: us }, [socket]: { polling: bytes } }, point).estimates,
  );
  return { ...made, lanes: timed(made), comparisons: [], estimates };
}

function clientCpu(factor: number): Result {
  const usage = (cell: CompletedCell, share: number) => cell.workers.map((one) => ({ ...one, cpuUs: 1e6 * share }));
  const result = makeResult({
    ...SPEC,
    change: (cell) => ({ ...cell, workers: usage(cell, cell.lane === 'websocket' ? factor : 1) }),
  });
  return { ...result, lanes: timed(result) };
}

describe('a claim', () => {
  test.each(FLIPS)('holds or not by the figures of the run: %s', (id, holds, fails) => {
    expect(judge(id, holds)).toMatchObject({ outcome: 'holds', word: 'holds', command: undefined });
    expect(judge(id, fails)).toMatchObject({ outcome: 'fails', word: 'does not hold', command: undefined });
  });

  test('that is arithmetic is computed from its own numbers, and so is its unit', () => {
    expect(trafficFinding([[1_000, 6.968, 0.016]]).outcome).toBe('holds');
    expect(trafficFinding([[1_000, 6.6, 0.015]])).toMatchObject({
      outcome: 'depends',
      text: expect.stringContaining('6.97 Mbit/s, or 6.65 Mibit/s: its unit is the Mibit'),
    });
    expect(trafficFinding([[1_000, 3, 0.015]]).outcome).toBe('fails');
  });

  test('of HTTP’s port depends on proxies at best', () => {
    expect(judge('reuses-the-port', measured({ [opening]: { websocket: 635 } })).outcome).toBe('depends');
    expect(judge('reuses-the-port', measured({ [opening]: { websocket: 0 } })).outcome).toBe('fails');
  });

  test('is among those that are flipped here', () => {
    const others = ['bandwidth-of-100000', 'reuses-the-port'];
    expect(claims).toHaveLength(31);
    expect([...FLIPS.map(([id]) => id), ...others].toSorted()).toEqual(claims.map(({ id }) => id).toSorted());
  });

  test('depends where points of the run lie on both sides, and says the least and the most', () => {
    const points = [64, 128].map((payloadBytes) => ({ ...POINT, payloadBytes }));
    const at = ({ payloadBytes }: Point) => (payloadBytes === 64 ? 2 : 4);
    const estimates = points.flatMap((point) => measured({ [overhead]: { websocket: at(point) } }, point).estimates);
    const result = { ...makeResult({ ...SPEC, points }), comparisons: [], estimates };
    expect(judge('frame-2-bytes', result)).toMatchObject({
      outcome: 'depends',
      sentence: '2\u00a0B (64 B payload) to 4\u00a0B (128 B payload).',
    });
  });

  test('is not decided by a figure that may not be cited, and says why', () => {
    const result = measured({ [overhead]: { websocket: 2 } });
    const standing = { ok: false, reasons: ['dirty-tree: The code differed.'] };
    const refused = { ...result, estimates: result.estimates.map((one) => ({ ...one, standing })) };
    expect(judge('frame-2-bytes', refused)).toMatchObject({
      outcome: 'undecided',
      sentence: 'Its figures decide nothing: dirty-tree: The code differed.',
      command: 'npm run bench -- --scenarios anatomy --lanes websocket',
    });
  });

  test('is not decided by times of a single round, or by an interval that its bound falls into', () => {
    const result = measured(both(p50, 'sse', 101, 'websocket', 100));
    const wide = (low: number | null, high: number | null) => ({
      ...result,
      estimates: result.estimates.map((one) => ({ ...one, low, high })),
    });
    expect(judge('sse-and-websocket-alike', wide(null, null)).outcome).toBe('undecided');
    expect(judge('sse-and-websocket-alike', wide(60, 160)).outcome).toBe('undecided');
  });

  test('goes by the run’s own comparison of the two lanes, which is paired by round', () => {
    const result = measured(both(p50, 'sse', 101, 'websocket', 100));
    const estimates = result.estimates.map((one) => ({ ...one, low: 60, high: 160 }));
    const paired = { low: 0.99, high: 1.02, spread: 'interval' as const, rounds: 3, margin: 0.05 };
    const one = { scenario: 'spread', point: POINT, metric: p50, lane: 'sse', reference: 'websocket', ratio: 1.01 };
    const standing = { ok: true, reasons: [] };
    const comparisons = [{ ...one, ...paired, verdict: 'equivalent' as const, standing }];
    expect(judge('sse-and-websocket-alike', { ...result, estimates, comparisons })).toMatchObject({
      outcome: 'holds',
      sentence: expect.stringContaining('×\u00a01.010 [0.990, 1.020]'),
    });
  });
});

const everything: readonly [string, Result][] = [
  ['usual lanes', makeResult(SPEC)],
  ['other lanes', makeResult()],
  ['one round', makeResult({ ...SPEC, rounds: 1 })],
  ['no cell', makeResult({ ...SPEC, replace: { cells: [], estimates: [], comparisons: [] } })],
];

test.each(everything)('all have a verdict or say what they lack: %s', (_, result) => {
  const { shown, folded } = claimsOf(reportOf(result, new Anchors()));
  expect([...shown, ...folded]).toHaveLength(31);
  for (const { id, outcome, sentence, command } of [...shown, ...folded]) {
    expect(sentence, id).toMatch(/^\S.*\.$/);
    expect(sentence, id).not.toMatch(/NaN|undefined|Infinity/);
    if (outcome === 'unmeasured') expect(command, id).toMatch(/^npm run bench -- /);
  }
});

test('each command is one that the command line takes', () => {
  const machine = { workers: 6, fileDescriptors: null, localPorts: null };
  const commands = claims.flatMap(({ command }) => command ?? []);
  expect(commands.length).toBeGreaterThan(25);
  for (const command of commands) {
    const parser = addBenchFlags(new Command()).exitOverride();
    const flags = parser.parse(command.replace('npm run bench -- ', '').split(' '), { from: 'user' });
    const config = configure(flags.opts<BenchFlags>(), machine);
    for (const { lanes } of config.scenarios) expect(lanes.length, command).toBeGreaterThan(0);
  }
});

test('what limits say was not asked is a scenario of the table', () => {
  const ids = scenarios.map(({ id }) => id);
  for (const [scenario] of QUESTIONS) expect(ids).toContain(scenario);
});
