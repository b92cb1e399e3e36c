import { expect, it } from 'vitest';
import type { CompletedCell, Result } from '../../../../contract/result.ts';
import { LatencyRecorder } from '../../../../measure/latency.ts';
import { failed, makeResult, POINT, REFUSED, SCENARIO } from '../../../../tests/fixture.ts';
import { makeSurvey, silent } from '../../../../tests/survey.ts';
import { renderReport } from '../../../page/render.ts';
import { makeFanOut } from '../../../tests/test-fan-out.ts';
import { keyOf } from '../../charts/key.ts';
import { pageModel } from '../../model.ts';
import type { Chart, Section } from '../../page-model.ts';
import { proseText } from '../../words/verdicts.ts';

const latencyParts = { feedUs: 100, serverUs: 200, wireUs: 300, clientUs: 20 };
const floor = { cpuUs: 40_000, elapsedUs: 5_000_000 };

/** Deliveries of 1, 2, 3 … times a lane's own step. */
function timed(cell: CompletedCell): CompletedCell {
  const recorder = new LatencyRecorder();
  for (let at = 1; at <= cell.window.events; at++) recorder.record(at * cell.latency.p50Us * 10);
  const latency = { ...recorder.summary(), histogram: recorder.encode() };
  return { ...cell, latencyParts, floor, latency };
}
const fanOut = makeFanOut({ change: timed });
const textOf = (section: Section | undefined) =>
  (section?.figures ?? []).map(({ finding = [] }) => proseText(finding).replaceAll('\u00a0', ' ')).join(' ');
const chartsOf = (section: Section | undefined): Chart[] =>
  (section?.figures ?? []).flatMap(({ charts = [] }) =>
    charts.flatMap(({ panels }) => panels.map(({ chart }) => chart)),
  );
const commandsOf = (section: Section | undefined) => section?.missing?.map(({ command }) => command);

it('the time of an event is told for one client and in a burst, with the wait of polls apart', () => {
  const { time } = pageModel(fanOut);
  expect(textOf(time)).toMatch(
    /^p50, one client: Lane beta [\d.]+ \w+ \[.+\]; Lane gamma [\d.]+ \w+ \(slower\)\. p50, a place/,
  );
  expect(textOf(time)).toMatch(
    /Lane alpha waits for its next poll, by design half the interval: p50 [\d.]+ m?s at 1,000 ms, [\d.]+ m?s at 50 ms\./,
  );
  const [one, burst] = chartsOf(time);
  expect(one?.lanes.map(({ title }) => title)).toEqual(['Lane beta', 'Lane gamma']);
  expect(burst?.kind === 'dots' && burst.series.map(({ label }) => label)).toEqual(['p50', 'p95', 'p99']);
});

it('the parts of a latency sum to its mean, without lanes whose part at the server is a wait for a poll', () => {
  const stacks = chartsOf(pageModel(fanOut).time).filter((chart) => chart.kind === 'stack');
  expect(stacks.map(({ lanes }) => lanes.map(({ title }) => title))).toEqual([
    ['Lane beta', 'Lane gamma'],
    ['Lane beta', 'Lane gamma'],
  ]);
  expect(stacks[0]?.parts.map(({ values }) => values[0])).toEqual([0.1, 0.2, 0.3, 0.02]);
  expect(stacks[0]?.totals[0]).toBe('0.620\u00a0ms');
  expect(textOf(pageModel(makeFanOut()).time)).not.toContain('Largest part');
});

it('a distribution ends at the furthest percentile that its events allow', () => {
  const lines = (result: Result) => chartsOf(pageModel(result).time).find((chart) => chart.kind === 'lines');
  const [first] = lines(fanOut)?.lines ?? [];
  expect(first?.points.at(-1)?.x).toBeCloseTo(2, 9);
  const p99 = fanOut.estimates.find(
    ({ lane, metric, point }) =>
      lane === 'alpha' && metric === 'latency.p99Us' && point.clients > 1 && point.pollIntervalMs === undefined,
  );
  const unit = lines(fanOut)?.unit === 'ms' ? 1e3 : 1;
  expect(first?.points.at(-1)?.y).toBeCloseTo((p99?.value ?? 0) / unit, 6);
  expect(lines(makeFanOut({ change: timed, events: 20 }))?.lines[0]?.points.at(-1)?.x).toBeCloseTo(
    -Math.log10(0.05),
    9,
  );
  expect(lines(makeFanOut())).toBeUndefined();
  const figure = pageModel(fanOut).time?.figures.find(({ id }) => id === 'fanout-distribution');
  expect(keyOf(figure?.charts ?? []).map(({ text }) => text)).toEqual([
    'Lane alpha, 20 events a poll',
    'Lane alpha, 1 event a poll',
    'Lane beta',
    'Lane gamma',
  ]);
});

it('the CPU of a server without clients stands below that of a delivery, over as many of them', () => {
  const { server } = pageModel(fanOut);
  const [cpu] = chartsOf(server);
  if (cpu?.kind !== 'dots') throw new Error('no dots');
  // 40 ms in 5 s are 0.8 % of a core; 100 clients get 2,000 deliveries a second.
  for (const { value } of cpu.series[1]?.estimates ?? []) expect(value).toBeCloseTo(4, 6);
  expect(textOf(server)).toContain('Without clients the server takes 0.800 % of a core, not counted here.');
});

it('silence is told with one keep-alive for all, and at the usual ones', () => {
  const keepAlive = { periodMs: 2_000, usualPeriodMs: 20_000 };
  const scenarios = [{ ...SCENARIO, figures: ['idle' as const], keepAliveSeconds: 2 }];
  const made = makeResult({
    lanes: ['beta'],
    points: [{ ...POINT, eventsPerSecond: 0 }],
    change: (cell) => ({ ...silent(cell), keepAlive }),
    replace: { scenarios },
  });
  const { silence } = pageModel(made);
  const bytes = (metric: string) => made.estimates.find((one) => one.metric === metric)?.value ?? 0;
  const group = (value: number) => value.toLocaleString('en');
  const all = bytes('idle.tcpIpBytesPerClientMinute');
  expect(all).toBeGreaterThan(0);
  expect(textOf(silence)).toBe(
    'A silent client takes per minute, TCP/IP headers included, at the usual periods: ' +
      `Lane beta ${group(Math.round(all / 10))} B (20 s); with a keep-alive every 2 s for all: Lane beta ${group(all)} B.`,
  );
});

it('what was not measured is said with the command that measures it', () => {
  const { time, silence, server, further } = pageModel(makeSurvey({ parts: [loneSweep()] }));
  expect(commandsOf(time)).toEqual([
    'npm run bench -- --scenarios fanout',
    'npm run bench -- --scenarios distance,gap',
  ]);
  expect(commandsOf(silence)).toEqual(['npm run bench -- --scenarios idle']);
  expect(commandsOf(server)).toEqual(['npm run bench -- --scenarios fanout', 'npm run bench -- --scenarios idle']);
  expect(further.map(({ id }) => id)).toEqual(['fast']);
  expect(commandsOf(pageModel(makeSurvey()).time)).toEqual([]);
});

it('what misses its poll is drawn beside how many do, where no section on the wire draws it', () => {
  const survey = makeSurvey();
  const lanes = survey.lanes.map((lane) =>
    lane.title === 'Lane waiting' ? { ...lane, polls: 'parked' as const } : lane,
  );
  const { time, wire } = pageModel({ ...survey, lanes });
  expect(wire).toBeUndefined();
  expect(time?.figures.flatMap(({ diagram }) => diagram?.text ?? [])).toEqual([
    'Lane waiting: an event that finds no request parked waits for the next one, up to a whole RTT.',
  ]);
  expect(renderReport({ ...survey, lanes })).toContain('aria-label="Lane waiting: 50, 90, 50 ms');
});

function loneSweep() {
  const points = [1, 10, 100].map((eventsPerSecond) => ({ ...POINT, eventsPerSecond }));
  return { id: 'fast', figures: ['bytes' as const], points };
}

it('each kind of figures of each scenario stands once', () => {
  const ids = pageModel(makeSurvey()).sections.flatMap(({ figures }) => figures.map(({ id }) => id));
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ['crowd-latency', 'far-distance', 'missed-gap', 'silent-idle', 'crowd-cpu', 'crowd-memory']) {
    expect(ids).toContain(id);
  }
  expect(ids.filter((id) => id.endsWith('-latency'))).toEqual(['crowd-latency', 'fast-latency', 'many-latency']);
});

it.each<[string, Result]>([
  ['one lane', makeFanOut({ lanes: ['beta'], change: timed })],
  ['one round', makeFanOut({ rounds: 1, change: timed })],
  ['no lane with a valid round', makeFanOut({ change: failed })],
  ['nothing that may be cited', makeFanOut({ change: timed, replace: REFUSED })],
  ['a scenario for each thing that can vary', makeSurvey()],
])('nothing without a value is printed of %s', (_, result) => {
  const { time, silence, server, further } = pageModel(result);
  expect(JSON.stringify([time, silence, server, further])).not.toMatch(/NaN|undefined|Infinity/);
  expect(renderReport(result).replace(/<script[\s\S]*?<\/script>/g, '')).not.toMatch(/NaN|undefined|Infinity|\[object/);
});
