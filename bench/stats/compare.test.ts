import { describe, expect, it } from 'vitest';
import type { CompletedCell, Point } from '../contract/result.ts';
import { failed, makeResult, POINT, type ResultSpec } from '../tests/fixture.ts';
import { compareResults } from './compare.ts';

/** Changes the median of all, or of one lane, by a factor. */
const slower =
  (factor: number, lane?: string) =>
  (cell: CompletedCell): CompletedCell =>
    lane !== undefined && cell.lane !== lane
      ? cell
      : { ...cell, latency: { ...cell.latency, p50Us: cell.latency.p50Us * factor } };

const compare = (a: ResultSpec, b: ResultSpec) => compareResults(makeResult(a), makeResult(b));
const rowOf = (a: ResultSpec, b: ResultSpec, metric = 'latency.p50Us', lane = 'alpha') =>
  compare(a, b).rows.find((row) => row.metric === metric && row.lane === lane);

describe('two results', () => {
  it('are compared by lane, scenario, point and metric, the second to the first', () => {
    const row = rowOf({ rounds: 5 }, { rounds: 5, change: slower(1.5) });
    expect(row).toMatchObject({ lane: 'alpha', scenario: 'spread', point: POINT, metric: 'latency.p50Us', unit: 'µs' });
    expect(row).toMatchObject({ ratio: expect.closeTo(1.5, 9), spread: 'interval', margin: 0.05, verdict: 'higher' });
  });

  it('come with the estimate of either and the values of its rounds', () => {
    const [a, b] = [makeResult(), makeResult({ rounds: 5, change: slower(2) })];
    const row = compareResults(a, b).rows.find(({ metric, lane }) => metric === 'latency.p50Us' && lane === 'alpha');
    const estimateIn = ({ estimates }: typeof a) =>
      estimates.find(({ metric, lane }) => metric === 'latency.p50Us' && lane === 'alpha');
    const { value, low, high, rounds } = estimateIn(b) ?? {};
    expect(row?.b).toMatchObject({ value, low, high, rounds });
    expect([row?.a.values.length, row?.b.values.length]).toEqual([3, 5]);
    expect(row?.a.value).toBe(estimateIn(a)?.value);
  });

  it('that are the same differ in nothing', () => {
    const { rows, uncompared, differences } = compare({}, {});
    expect(rows.map(({ ratio }) => ratio)).toEqual(rows.map(() => expect.closeTo(1, 12)));
    expect([uncompared, differences]).toEqual([[], []]);
  });

  it('that both say 0 bytes lack nothing there', () => {
    const { rows, uncompared } = compare({}, {});
    const isOverhead = ({ lane, metric }: { lane?: string; metric?: string }) =>
      lane === 'alpha' && metric === 'wire.overheadPerDeliveryBytes';
    expect([...rows, ...uncompared].filter(isOverhead)).toEqual([]);
  });

  it('are compared in bytes by the range that any two rounds give', () => {
    const change = (cell: CompletedCell) => ({
      ...cell,
      wire: { ...cell.wire, perDeliveryBytes: 200 + 10 * cell.round },
    });
    const row = rowOf({ change }, { rounds: 2, change }, 'wire.perDeliveryBytes');
    expect(row).toMatchObject({ spread: 'range', low: 210 / 230, high: 220 / 210, verdict: 'inconclusive' });
    expect(row).not.toHaveProperty('roundsNeeded');
  });

  it('are compared whichever way their points are written', () => {
    const b = makeResult();
    const turned = (point: Point) => Object.fromEntries(Object.entries(point).reverse()) as Point;
    const cells = b.cells.map((cell) => ({ ...cell, point: turned(cell.point) }));
    expect(compareResults(makeResult(), { ...b, cells }).uncompared).toEqual([]);
  });

  it('with one round each have a ratio without interval and without verdict, but in bytes with one', () => {
    const row = rowOf({ rounds: 1 }, { rounds: 1, change: slower(3) });
    expect(row).toMatchObject({ ratio: expect.closeTo(3, 9), low: null, high: null, verdict: 'inconclusive' });
    expect(row).not.toHaveProperty('roundsNeeded');
    expect(rowOf({ rounds: 1 }, { rounds: 1 }, 'wire.perDeliveryBytes')).toMatchObject({ verdict: 'equivalent' });
  });

  it('say how many rounds of each would decide what is open', () => {
    const { verdict, roundsNeeded } = rowOf({}, { change: slower(1.1) }) ?? {};
    expect(verdict).toBe('inconclusive');
    expect(roundsNeeded).toBeGreaterThan(3);
  });

  it('have verdicts corrected over the lanes and points of a scenario', () => {
    const points: Point[] = [1, 2, 3, 4, 5].map((clients) => ({ ...POINT, clients }));
    const factor = 1.12;
    const alone = rowOf({ rounds: 5, lanes: ['alpha'] }, { rounds: 5, lanes: ['alpha'], change: slower(factor) });
    expect(alone?.verdict).toBe('higher');
    const all = compare({ rounds: 5, points }, { rounds: 5, points, change: slower(factor, 'alpha') });
    const mine = all.rows.find(({ metric, lane }) => metric === 'latency.p50Us' && lane === 'alpha');
    expect(mine?.verdict).toBe('inconclusive');
  });
});

describe('what can not be compared is told with the reason', () => {
  it('a lane that one of them has alone', () => {
    const { rows, uncompared } = compare({ lanes: ['alpha', 'beta'] }, { lanes: ['gamma', 'beta'] });
    expect(uncompared).toEqual([
      { lane: 'alpha', reason: 'only in a' },
      { lane: 'gamma', reason: 'only in b' },
    ]);
    expect(new Set(rows.map(({ lane }) => lane))).toEqual(new Set(['beta']));
  });

  it('a scenario, and a point', () => {
    const renamed = makeResult();
    const other = {
      ...renamed,
      scenarios: renamed.scenarios.map((one) => ({ ...one, id: 'other' })),
      cells: renamed.cells.map((one) => ({ ...one, scenario: 'other' })),
    };
    expect(compareResults(renamed, other).uncompared).toEqual([
      { scenario: 'spread', reason: 'only in a' },
      { scenario: 'other', reason: 'only in b' },
    ]);
    const point = { ...POINT, clients: 99 };
    expect(compare({}, { points: [POINT, point] }).uncompared).toEqual([
      { scenario: 'spread', point, reason: 'only in b' },
    ]);
  });

  it('cells that are all missing or invalid in one', () => {
    const change = (cell: CompletedCell) => (cell.lane === 'alpha' ? failed(cell) : cell);
    const place = { lane: 'alpha', scenario: 'spread', point: POINT };
    expect(compare({ change }, {}).uncompared).toEqual([{ ...place, reason: 'no valid cell in a' }]);
    const lossy = (cell: CompletedCell) =>
      cell.lane === 'alpha' ? { ...cell, delivery: { ...cell.delivery, missing: 1 } } : cell;
    expect(compare({ change: lossy }, {}).uncompared).toEqual([{ ...place, reason: 'no valid cell in a' }]);
    expect(compare({}, { change: lossy }).uncompared).toEqual([{ ...place, reason: 'no valid cell in b' }]);
    const whole = makeResult();
    const cells = whole.cells.filter(({ lane }) => lane !== 'alpha');
    expect(compareResults(whole, { ...whole, cells }).uncompared).toEqual([{ ...place, reason: 'only in a' }]);
  });

  it('a metric that one of them does not quote', () => {
    const { uncompared } = compare({ events: 299, lanes: ['alpha'] }, { events: 100, lanes: ['alpha'] });
    expect(uncompared).toEqual([
      {
        lane: 'alpha',
        scenario: 'spread',
        point: POINT,
        metric: 'latency.p99Us',
        reason: 'no value in b: it needs 299 events in the windows of a run, and a client that is not behind the relay',
      },
    ]);
  });

  it('a metric that is not positive', () => {
    const { uncompared } = compare({}, { change: (cell) => (cell.lane === 'beta' ? slower(0)(cell) : cell) });
    expect(uncompared).toMatchObject([
      { lane: 'beta', metric: 'latency.p50Us', reason: 'not positive in every round: there is no ratio' },
    ]);
  });
});

describe('settings that differ', () => {
  it('are told, and what ran with them is compared', () => {
    const change = (cell: CompletedCell) => (cell.lane === 'beta' ? { ...cell, options: { intervalMs: 500 } } : cell);
    const points = [POINT, { ...POINT, clients: 99 }];
    const b = makeResult({ points, change });
    const scenarios = b.scenarios.map((one) => ({ ...one, windowSeconds: 15, rounds: 9, rehearsalSeconds: 0.4 }));
    const environment = { ...b.environment, loadNodeFlags: ['--flag'] };
    const other = { ...b, scenarios, environment, workers: 3 };
    const { rows, differences } = compareResults(makeResult({ points }), other);
    expect(differences).toEqual([
      { setting: 'workers', a: 1, b: 3 },
      { setting: 'loadNodeFlags', a: '', b: '--flag' },
      { scenario: 'spread', setting: 'rehearsalSeconds', a: 0, b: 0.4 },
      { scenario: 'spread', setting: 'windowSeconds', a: 5, b: 15 },
      { lane: 'beta', setting: 'intervalMs', a: undefined, b: 500 },
    ]);
    expect(rows.some(({ lane }) => lane === 'beta')).toBe(true);
  });
});
