import { describe, expect, it } from 'vitest';
import type { CompletedCell, Point } from '../contract/result.ts';
import { failed, makeResult, POINT, type ResultSpec } from '../tests/fixture.ts';
import { compareResults } from './compare.ts';
import { judgeThreshold, parseThreshold } from './threshold.ts';

const slower = (factor: number) => (cell: CompletedCell) => ({
  ...cell,
  latency: { ...cell.latency, p50Us: cell.latency.p50Us * factor },
});

const TWO_POINTS: Point[] = [POINT, { ...POINT, clients: 99 }];

function judge(text: string, a: ResultSpec, b: ResultSpec) {
  const results = [makeResult(a), makeResult(b)] as const;
  return judgeThreshold(parseThreshold(text, ...results), compareResults(...results));
}

const parse = (text: string) => parseThreshold(text, makeResult(), makeResult({ lanes: ['beta', 'gamma'] }));

describe('a threshold', () => {
  it('names lane, scenario and metric, and how far above the ratio may be', () => {
    expect(parse('beta.spread.latency.p99Us<5%')).toEqual({
      text: 'beta.spread.latency.p99Us<5%',
      lane: 'beta',
      scenario: 'spread',
      metric: 'latency.p99Us',
      limit: 1.05,
    });
    expect(parse(' beta.spread.wire.perDeliveryBytes < 0.5 % ')).toMatchObject({ limit: 1.005 });
    expect(parse('beta.spread.latency.p50Us<-20%')).toMatchObject({ limit: 0.8 });
  });

  it.each([
    ['beta.spread.latency.p50Us', /allowed is lane\.scenario\.metric<percent%/],
    ['beta.spread.latency.p50Us<5', /allowed is lane\.scenario\.metric<percent%/],
    ['beta.spread.latency.p50Us>5%', /allowed is/],
    ['beta.spread<5%', /allowed is/],
    ['', /allowed is/],
    ['delta.spread.latency.p50Us<5%', /there is no lane delta in both results, only beta, gamma$/],
    ['alpha.spread.latency.p50Us<5%', /there is no lane alpha in both results, only beta, gamma$/],
    ['beta.fanout.latency.p50Us<5%', /there is no scenario fanout in both results, only spread$/],
    ['beta.spread.latency.p98Us<5%', /there is no metric latency.p98Us in both results, only latency.p50Us, .*wire\./],
    ['beta.spread.latency.p50Us<-100%', /-100% would be less than nothing; allowed is a number above -100/],
  ])('%s is refused', (text, message) => {
    expect(() => parse(text)).toThrow(message);
    expect(() => parse(text)).toThrow(`threshold ${text}: `);
  });

  // The median varies by some per cent from round to round.
  it.each([
    [1, 'alpha.spread.latency.p50Us<20%', 'held'],
    [1.5, 'alpha.spread.latency.p50Us<20%', 'missed'],
    [1.2, 'alpha.spread.latency.p50Us<20%', 'undecided'],
    [0.5, 'alpha.spread.latency.p50Us<-20%', 'held'],
    [1, 'alpha.spread.latency.p50Us<-20%', 'missed'],
  ])('is judged by the whole interval: × %f, %s, %s', (factor, text, outcome) => {
    expect(judge(text, { rounds: 5 }, { rounds: 5, change: slower(factor) })).toMatchObject({
      outcome,
      threshold: { text },
      points: [{ outcome, row: { point: POINT } }],
    });
  });

  it('that is undecided says how many rounds of each would decide', () => {
    const [point] = judge('alpha.spread.latency.p50Us<5%', { rounds: 3 }, { rounds: 3 }).points;
    expect(point?.outcome).toBe('undecided');
    expect(point?.roundsNeeded).toBeGreaterThan(3);
    expect(point?.row.high).toBeGreaterThan(1.05);
  });

  it('is judged by the value alone where there is one round', () => {
    expect(judge('alpha.spread.latency.p50Us<5%', { rounds: 1 }, { rounds: 1, change: slower(1.04) }).outcome).toBe(
      'held',
    );
    expect(judge('alpha.spread.latency.p50Us<5%', { rounds: 1 }, { rounds: 1, change: slower(1.06) }).outcome).toBe(
      'missed',
    );
  });

  it('of bytes is judged by the range, and missed at the limit itself', () => {
    const bytes = (ofRound: (round: number) => number) => (cell: CompletedCell) => ({
      ...cell,
      wire: { ...cell.wire, perDeliveryBytes: ofRound(cell.round) },
    });
    const outcome = (ofRound: (round: number) => number) =>
      judge('alpha.spread.wire.perDeliveryBytes<25%', { change: bytes(() => 128) }, { change: bytes(ofRound) });
    expect(outcome(() => 159).outcome).toBe('held');
    expect(outcome(() => 160).outcome).toBe('missed');
    expect(outcome((round) => 159 + round)).toMatchObject({ outcome: 'missed' });
    expect(outcome((round) => 158 + round)).toMatchObject({ outcome: 'undecided' });
    expect(outcome((round) => 158 + round).points[0]).not.toHaveProperty('roundsNeeded');
  });

  it('is held when it is at all points, and missed when it is at any', () => {
    const at = (clients: number, factor: number) => (cell: CompletedCell) =>
      cell.point.clients === clients ? slower(factor)(cell) : cell;
    const text = 'alpha.spread.latency.p50Us<30%';
    const spec = { rounds: 5, points: TWO_POINTS };
    expect(judge(text, spec, spec).points.map(({ outcome }) => outcome)).toEqual(['held', 'held']);
    expect(judge(text, spec, spec).outcome).toBe('held');
    expect(judge(text, spec, { ...spec, change: at(99, 1.3) }).outcome).toBe('undecided');
    expect(judge(text, spec, { ...spec, change: at(99, 2) }).outcome).toBe('missed');
    const either = (cell: CompletedCell) => slower(cell.point.clients === 99 ? 2 : 1.3)(cell);
    expect(judge(text, spec, { ...spec, change: either })).toMatchObject({
      outcome: 'missed',
      points: [{ outcome: 'undecided' }, { outcome: 'missed' }],
    });
  });

  it('does not mind a point that one result alone has', () => {
    const spec = { rounds: 5 };
    expect(judge('alpha.spread.latency.p50Us<30%', spec, { ...spec, points: TWO_POINTS }).outcome).toBe('held');
  });
});

describe('a threshold without anything to judge is an error that says why', () => {
  const lost = (cell: CompletedCell) => (cell.point === POINT ? failed(cell) : cell);

  it.each<[string, ResultSpec, ResultSpec, RegExp]>([
    ['latency.p99Us', {}, {}, /neither result has a value above 0: it needs 299 events in the windows of a run/],
    ['latency.p99Us', { events: 300 }, {}, /no value in b: it needs 299 events in the windows of a run/],
    ['latency.p50Us', {}, { change: lost }, /no valid cell in b/],
    ['latency.p50Us', { points: TWO_POINTS }, { points: TWO_POINTS, change: lost }, /no valid cell in b/],
    ['latency.p50Us', {}, { change: slower(0) }, /not positive in every round/],
    ['latency.p50Us', {}, { points: TWO_POINTS.slice(1) }, /only in a/],
    ['wire.overheadPerDeliveryBytes', {}, {}, /neither result has a value above 0/],
    ['wire.emptyCycleBytes', {}, {}, /a relay that reads along, and polls that bring no event/],
  ])('%s', (metric, a, b, message) => {
    expect(() => judge(`alpha.spread.${metric}<5%`, a, b)).toThrow(message);
    expect(() => judge(`alpha.spread.${metric}<5%`, a, b)).toThrow(`threshold alpha.spread.${metric}<5%: `);
  });
});
