import { describe, expect, test } from 'vitest';
import type { CompletedCell, Result, Verdict } from '../../../../contract/result.ts';
import { severe } from '../../../../contract/result.ts';
import { failed, makeResult, POINT, withLedger } from '../../../../tests/fixture.ts';
import { makeFanOut } from '../../../tests/test-fan-out.ts';
import { markup } from '../../svg/markup.ts';
import { Anchors } from '../../words/anchors.ts';
import { reportOf } from '../../words/quotes.ts';
import { heroOf } from './hero.ts';
import { type Matrix, type MatrixCell, matrixOf } from './matrix.ts';
import { matrixSvg } from './matrix-svg.ts';
import { keyText, matrixCsv, matrixMarkdown } from './matrix-text.ts';
import { refusedFigures } from './trust.ts';

const read = (result: Result) => heroOf(reportOf(result, new Anchors()));
/** With usual spaces. */
const headlineOf = (result: Result) => read(result).headline.replaceAll('\u00a0', ' ');
const matrix = (result: Result): Matrix => {
  const found = matrixOf(reportOf(result, new Anchors()));
  if (!found) throw new Error('no matrix');
  return found;
};
const cellOf = ({ columns, rows }: Matrix, lane: string, column: string): MatrixCell | undefined =>
  rows.find((row) => row.lane.id === lane)?.cells[columns.findIndex(({ id }) => id === column)];

/** Alpha polls every second or every 50 ms, beta is the reference, gamma pushes. */
const pollsOf = (cell: CompletedCell): CompletedCell => {
  if (cell.lane !== 'alpha') return cell;
  const { windowDeliveries } = cell.wire;
  const eventsPerPoll = cell.point.pollIntervalMs === 50 ? 1 : 20;
  const perDeliveryBytes = cell.point.pollIntervalMs === 50 ? 974 : 172;
  const polls = { answered: windowDeliveries / eventsPerPoll, empty: 0 };
  return { ...cell, polls, wire: { ...cell.wire, perDeliveryBytes } };
};
const fanOut = makeFanOut({ change: pollsOf });
const judged = (result: Result, verdict: Verdict): Result => ({
  ...result,
  comparisons: result.comparisons.map((one) => ({ ...one, verdict })),
});

describe('the headline', () => {
  test('says what push takes, and asking by how many events a poll fetches', () => {
    expect(headlineOf(fanOut)).toBe(
      'Push takes 134–140 B an event at the socket. Lane alpha takes 974 B, or 172 B when a poll fetches 20.',
    );
  });

  test('changes with the values of the result', () => {
    const estimates = fanOut.estimates.map((one) =>
      one.lane === 'gamma' && one.metric === 'wire.perDeliveryBytes' ? { ...one, value: 500 } : one,
    );
    expect(headlineOf({ ...fanOut, estimates })).toContain('Push takes 134–500 B an event');
  });

  test('names a lane that is alone, and says one value of lanes that are equal', () => {
    expect(headlineOf(makeResult({ lanes: ['beta'] }))).toBe('Lane beta takes 128 B an event at the socket.');
    const same = makeResult({ change: (cell) => ({ ...cell, wire: { ...cell.wire, perDeliveryBytes: 200 } }) });
    expect(headlineOf(same)).toBe('Push takes 200 B an event at the socket.');
  });

  test('names the level that was counted', () => {
    expect(headlineOf(makeResult({ change: withLedger }))).toMatch(/^Push takes [\d,–]+ B an event on the wire\.$/);
  });

  test('does not depend on the reference, which may be any lane or none of the run', () => {
    const { headline } = read(makeResult());
    for (const reference of ['alpha', 'gamma', 'omega'])
      expect(read(makeResult({ reference })).headline).toBe(headline);
  });

  test('marks what may not be cited', () => {
    const refused = makeResult({ replace: { warnings: [severe('code', 'why', 'hint', ['bytes'])] } });
    expect(headlineOf(refused)).toBe('Push takes 128–140 B† an event at the socket.');
  });

  test('is the question of a run that measured nothing', () => {
    expect(read(makeResult({ change: failed })).headline).toBe('What does spreading cost?');
    const none = read(makeResult({ replace: { cells: [], estimates: [], comparisons: [] } }));
    expect(none.headline).toBe('What does spreading cost?');
    expect(none.nothingMeasured).toContain('No cell was measured');
  });
});

describe('what may not be cited', () => {
  const refused = makeResult({
    change: (cell) => (cell.lane === 'gamma' ? { ...cell, warnings: [severe('code', 'why', 'hint', ['cpu'])] } : cell),
  });
  const whole = makeResult({ replace: { warnings: [severe('code', 'why', 'hint', ['cpu'])] } });

  test('is counted beside its kind, and listed with its reasons', () => {
    expect(read(refused).trust.find(({ kind }) => kind === 'cpu')).toMatchObject({
      but: '1 of 3 figures not',
    });
    expect(refusedFigures(reportOf(refused, new Anchors()))).toEqual([
      { term: 'Server CPU per delivery, Lane gamma, Spread', text: 'code: in 3 of 3 rounds of gamma.' },
    ]);
  });

  test('is said once where it is all of a kind', () => {
    expect(read(whole).trust.find(({ kind }) => kind === 'cpu')).toMatchObject({ isCitable: false, but: undefined });
    expect(read(whole).reasons).toEqual(['CPU: code: why']);
    expect(refusedFigures(reportOf(whole, new Anchors()))).toEqual([]);
  });
});

describe('below it', () => {
  test.each([
    ['lower', /^Lane gamma is faster than Lane beta by [\d.]+\sms at p50 \(×\s[\d.]+\)\. From a round trip of/],
    ['higher', /^Lane gamma is slower than Lane beta by [\d.]+\sms at p50/],
    ['equivalent', /^Lane gamma and Lane beta are within ±5\s% of one another at p50\.$/],
    ['inconclusive', /^these rounds do not decide which of Lane gamma and Lane beta is faster\.$/],
  ] as const)('a verdict is said as it is: %s', (verdict, said) => {
    expect(read(judged(fanOut, verdict)).lead?.split('In a burst, ')[1]).toMatch(said);
  });

  test('the round trip is the one at which the difference is the margin of the delay', () => {
    const values = (value: number, lane: string) =>
      fanOut.estimates.map((one) => (one.lane === lane && one.metric === 'latency.p50Us' ? { ...one, value } : one));
    const changed = { ...fanOut, estimates: values(1_000, 'beta') };
    const estimates = changed.estimates.map((one) =>
      one.lane === 'gamma' && one.metric === 'latency.p50Us' ? { ...one, value: 1_200 } : one,
    );
    // 0.2 ms of 1 ms + half of 6 ms is 5 %.
    expect(read(judged({ ...changed, estimates }, 'higher')).lead).toContain('From a round trip of 6\u00a0ms on');
  });

  test('nothing is said of a comparison that may not be cited', () => {
    const standing = { ok: false, reasons: ['why'] };
    const comparisons = fanOut.comparisons.map((one) => ({ ...one, standing }));
    expect(read({ ...fanOut, comparisons }).lead).not.toContain('In a burst');
  });
});

describe('the matrix', () => {
  test('has the reference first, who polls last, and repeats and variants not at all', () => {
    expect(matrix(fanOut).rows.map(({ lane }) => lane.id)).toEqual(['beta', 'gamma', 'alpha']);
    const lanes = ['tcp', 'beta', 'again', 'variant', 'gamma'];
    const crowded = makeResult({ lanes, duplicates: { again: 'beta' }, variants: { variant: 'gamma' } });
    const { rows } = matrix(crowded);
    expect(rows.map(({ lane }) => lane.id)).toEqual(['beta', 'gamma', 'tcp']);
    expect(rows.map(({ isControl }) => isControl)).toEqual([false, false, true]);
  });

  test('takes each column from one place: one client, or many', () => {
    const { columns, rows } = matrix(fanOut);
    const clientsIn = (id: string) =>
      rows.flatMap(({ cells }) =>
        (cells[columns.findIndex((column) => column.id === id)]?.figures ?? []).map(({ estimate }) => estimate.point),
      );
    expect(new Set(clientsIn('alone').map(({ clients }) => clients))).toEqual(new Set([1]));
    for (const id of ['burst', 'wire', 'cpu']) {
      expect(new Set(clientsIn(id).map(({ clients }) => clients)), id).toEqual(new Set([100]));
    }
  });

  test('has the values, differences and ratios of the result', () => {
    const p50Of = (lane: string) =>
      fanOut.estimates.find((one) => one.lane === lane && one.metric === 'latency.p50Us' && one.point.clients === 100)
        ?.value ?? 0;
    const cell = cellOf(matrix(fanOut), 'gamma', 'burst');
    expect(Number(cell?.value?.split('\u00a0')[0])).toBeCloseTo(p50Of('gamma') / 1e3, 1);
    expect(Number(cell?.difference?.slice(1).split('\u00a0')[0])).toBeCloseTo(
      (p50Of('gamma') - p50Of('beta')) / 1e3,
      1,
    );
    const compared = fanOut.comparisons.find(
      (one) => one.lane === 'gamma' && one.metric === 'latency.p50Us' && one.point.clients === 100,
    );
    expect(Number(cell?.ratio?.slice(2))).toBeCloseTo(compared?.ratio ?? 0, 1);
    expect(cellOf(matrix(fanOut), 'beta', 'burst')).toMatchObject({ ratio: undefined, difference: undefined });
  });

  test('has polling as its range over events per poll', () => {
    const cell = cellOf(matrix(fanOut), 'alpha', 'wire');
    expect(cell).toMatchObject({ value: '172–974\u00a0B', beside: '20–1 events a poll', difference: undefined });
    expect(cell?.figures.map(({ eventsPerPoll }) => eventsPerPoll)).toEqual([20, 1]);
    expect(matrix(fanOut).rows.at(-1)?.polls).toBe('every 1\u00a0s, or 50\u00a0ms');
    expect(cellOf(matrix(fanOut), 'alpha', 'alone')).toMatchObject({ value: undefined, beside: 'waits as in a burst' });
  });

  test.each([
    ['lower', 'faster', 'less'],
    ['higher', 'slower', 'more'],
    ['equivalent', 'within ±5\u00a0%', 'within ±1\u00a0%'],
    ['inconclusive', 'not decided', 'not decided'],
  ] as const)('tells a verdict by a word: %s', (verdict, time, bytes) => {
    const shown = matrix(judged(fanOut, verdict));
    expect(cellOf(shown, 'gamma', 'burst')?.verdict).toMatchObject({ is: verdict, words: time });
    expect(cellOf(shown, 'gamma', 'wire')?.verdict).toMatchObject({ is: verdict, words: bytes });
  });

  test('says that it depends where the ends of a range are judged differently', () => {
    const comparisons = fanOut.comparisons.map((one) => ({
      ...one,
      verdict: one.point.pollIntervalMs === 50 ? ('higher' as const) : ('lower' as const),
    }));
    expect(cellOf(matrix({ ...fanOut, comparisons }), 'alpha', 'wire')?.verdict?.words).toBe('depends');
  });

  test('marks what may not be cited, and judges it not', () => {
    const refused = makeFanOut({ replace: { warnings: [] }, change: pollsOf });
    const standing = { ok: false, reasons: ['why: here.'] };
    const shown = matrix({
      ...refused,
      estimates: refused.estimates.map((one) => ({ ...one, standing })),
      comparisons: refused.comparisons.map((one) => ({ ...one, standing })),
    });
    expect(cellOf(shown, 'gamma', 'burst')).toMatchObject({ refusal: 'why: here.', verdict: undefined });
    expect(keyText(shown)).toContain('† not citable.');
    expect(matrixMarkdown(shown, 'source')).toContain('†');
  });

  test('names what the run lacks, and the command that measures it', () => {
    expect(matrix(fanOut).missing).toEqual([
      { titles: ['Silence'], command: 'npm run bench -- --scenarios idle' },
      { titles: ['Opening'], command: undefined },
    ]);
  });

  test('of one round has values without intervals', () => {
    const { rows } = matrix(makeResult({ rounds: 1 }));
    expect(rows.flatMap(({ cells }) => cells.flatMap(({ interval }) => interval ?? []))).toEqual([]);
    expect(rows.flatMap(({ cells }) => cells.flatMap(({ value }) => value ?? [])).length).toBeGreaterThan(8);
  });
});

describe('the matrix, taken along,', () => {
  const hostile = makeResult({
    points: [POINT],
    replace: { lanes: makeResult().lanes.map((lane) => ({ ...lane, title: '=1+1|<b>"x"</b>\u0007' })) },
  });

  test('is Markdown with a row for each lane, the source below', () => {
    const lines = matrixMarkdown(matrix(fanOut), 'Pushlab, run 7.').trim().split('\n');
    expect(lines).toHaveLength(2 + 3 + 2);
    expect(lines[4]).toMatch(/^\| Lane alpha, every 1\sms|^\| Lane alpha, every 1\ss, or 50\sms \|/);
    expect(lines.at(-1)).toBe('Pushlab, run 7.');
    expect(matrixMarkdown(matrix(hostile), '')).toContain('=1+1\\|\\<b\\>');
  });

  test('is CSV with a line for each figure, and no formula', () => {
    const lines = matrixCsv(matrix(fanOut)).trim().split('\r\n');
    const figures = matrix(fanOut).rows.flatMap(({ cells }) => cells.flatMap((cell) => cell.figures));
    expect(lines).toHaveLength(1 + figures.length);
    const estimates = fanOut.estimates.map((one) => ({ ...one, scenario: '=cmd' }));
    const renamed = { ...fanOut, scenarios: fanOut.scenarios.map((one) => ({ ...one, id: '=cmd' })), estimates };
    const cells = fanOut.cells.map((one) => ({ ...one, scenario: '=cmd' }));
    const [, first] = matrixCsv(matrix({ ...renamed, cells })).split('\r\n');
    expect(first).toMatch(/^beta,'=cmd,/);
  });

  test('is SVG that is text and nothing else, whatever a result says', () => {
    const colour = (name: string) => `var(${name})`;
    const { headline } = read(hostile);
    const drawn = markup(matrixSvg(headline, matrix(hostile), { source: 'run', colour }));
    expect(drawn).not.toContain('<b>');
    expect(drawn).not.toMatch(/NaN|undefined|href/);
    expect(markup(matrixSvg(headline, matrix(hostile), { source: 'run', colour }))).toBe(drawn);
    for (const row of matrix(fanOut).rows.flatMap(({ cells }) => cells)) {
      const own = markup(matrixSvg(headline, matrix(fanOut), { source: 'run', colour }));
      if (row.value) expect(own).toContain(`>${row.value}<`);
    }
  });
});
