import { describe, expect, test } from 'vitest';
import { type Comparison, FIGURES, type Result } from '../../contract/result.ts';
import { makeResult, POINT, type ResultSpec, SCENARIO, withLedger } from '../../tests/fixture.ts';
import { renderReport } from '../page/render.ts';
import { drawingOf } from '../view/charts/plots.ts';
import { noiseFloorOf } from '../view/findings/noise-floor.ts';
import { figuresOf, pageModel } from '../view/model.ts';
import type { Figure } from '../view/page-model.ts';
import { proseText } from '../view/words/verdicts.ts';

const LANES = { lanes: ['beta', 'gamma', 'again'], duplicates: { again: 'beta' } };
const repeated = (spec: ResultSpec = {}) => makeResult({ ...LANES, ...spec });
const floorOf = (result: Result) => noiseFloorOf(result).map((prose) => proseText(prose).replaceAll('\u00a0', ' '));

/** Sets the A/A comparisons of a metric. */
function setFloor(result: Result, metric: string, change: Partial<Comparison>): Result {
  const isMeant = (one: Comparison) => one.lane === 'again' && one.reference === 'beta' && one.metric === metric;
  return { ...result, comparisons: result.comparisons.map((one) => (isMeant(one) ? { ...one, ...change } : one)) };
}

describe('the noise floor', () => {
  test('is told in p50, p95 and server CPU, each with its interval', () => {
    expect(floorOf(repeated())).toEqual([
      expect.stringMatching(
        /^The same lane measured twice \(Lane beta; Lane again\) differs by × [\d.]+ \[[\d.]+, [\d.]+\] in p50, × [\d.]+ \[[\d.]+, [\d.]+\] in p95 and × [\d.]+ \[[\d.]+, [\d.]+\] in server CPU\.$/,
      ),
    ]);
  });

  test('says plainly where its interval leaves 1', () => {
    const result = setFloor(repeated(), 'latency.p95Us', { ratio: 1.1, low: 1.05, high: 1.15 });
    expect(floorOf(result)[0]).toMatch(
      /server CPU\. The interval leaves 1 in p95: a difference of that size may be noise\.$/,
    );
  });

  test('is told by its least and its most where there are many points', () => {
    const points = [10, 100].map((clients) => ({ ...POINT, clients }));
    const first = setFloor(repeated({ points }), 'latency.p50Us', { ratio: 1.01, low: 0.9, high: 1.1 });
    const comparisons = first.comparisons.map((one) =>
      one.lane === 'again' && one.metric === 'latency.p50Us' && one.point.clients === 100
        ? { ...one, ratio: 1.2, low: 1.1, high: 1.3 }
        : one,
    );
    const [text] = floorOf({ ...first, comparisons });
    expect(text).toContain('differs by × 1.01 to × 1.20 in p50 (2 points)');
    expect(text).toContain('The interval leaves 1 in p50 at 100 clients');
  });

  test('of one round has no interval, and claims nothing', () => {
    const [text] = floorOf(repeated({ rounds: 1 }));
    expect(text).toMatch(/differs by × [\d.]+ in p50/);
    expect(text).not.toContain('leaves 1');
  });

  test('is told once for each duplicate, and for each scenario that times lanes', () => {
    const spec = { lanes: ['beta', 'again', 'third'], duplicates: { again: 'beta', third: 'beta' } };
    expect(floorOf(makeResult(spec))).toHaveLength(2);
    expect(floorOf(repeated({ replace: { scenarios: [{ ...SCENARIO, figures: ['bytes', 'layers'] }] } }))).toEqual([]);
  });

  test('is there although others are compared with a third lane, and then ratios are still to that one', () => {
    const result = repeated({ reference: 'gamma' });
    expect(floorOf(result)).toHaveLength(1);
    const [latency] = pageModel(result).time?.figures ?? [];
    const row = latency?.tables[0]?.rows.find(({ header }) => header === 'Lane again');
    expect(row?.cells[1]?.text).toMatch(/^0\.3/);
  });

  test.each<[string, ResultSpec]>([
    ['no lane is a duplicate', {}],
    ['its original was not run', { lanes: ['alpha', 'beta'], duplicates: { beta: 'omega' } }],
  ])('is not mentioned where %s', (_, spec) => {
    expect(pageModel(makeResult(spec)).checks.noiseFloor).toEqual([]);
    expect(renderReport(makeResult(spec))).not.toContain('measured twice');
  });
});

describe('a duplicate lane', () => {
  const scenarios = [{ ...SCENARIO, figures: [...FIGURES] }];
  const model = pageModel(repeated({ change: withLedger, replace: { scenarios } }));
  const figures = new Map(model.sections.flatMap((section) => section.figures.map((one) => [one.id, one] as const)));
  const rowsOf = (figure: Figure | undefined) => figure?.tables[0]?.rows.map(({ header }) => header);

  test('follows it in times and memory', () => {
    for (const name of ['latency', 'cpu', 'memory']) {
      expect(rowsOf(figures.get(`spread-${name}`)), name).toEqual(['Lane beta', 'Lane again', 'Lane gamma']);
    }
  });

  test('is not said twice in bytes', () => {
    const [bytes] = pageModel(repeated()).further[0]?.figures ?? [];
    expect(rowsOf(bytes)).toEqual(['Lane beta', 'Lane gamma']);
  });

  test('is shown in bytes where they differ by more than the margin', () => {
    const result = repeated();
    const estimates = result.estimates.map((one) =>
      one.lane === 'again' && one.metric === 'wire.perDeliveryBytes' ? { ...one, value: one.value * 1.02 } : one,
    );
    const [bytes] = pageModel({ ...result, estimates }).further[0]?.figures ?? [];
    expect(rowsOf(bytes)).toContain('Lane again');
  });

  test('has the colour of that lane, and is hollow', () => {
    const { lanes } = drawingOf(figuresOf(model));
    expect(Object.values(lanes).map(({ colour, isRepeat }) => [colour, isRepeat])).toEqual([
      ['--lane-1', false],
      ['--lane-2', false],
      ['--lane-1', true],
    ]);
  });

  test('is audited like any other', () => {
    expect(model.checks.audit?.rows.map(({ header }) => header)).toContain('Lane again');
  });
});
