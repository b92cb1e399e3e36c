import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../contract/paths.ts';
import { parseResult, type Result } from '../../../contract/result.ts';
import { withStandings } from '../../../record/standing.ts';
import { summarise } from '../../../stats/summarise.ts';
import { makeResult, POINT, withLedger } from '../../../tests/fixture.ts';
import { Anchors } from '../words/anchors.ts';
import { reportOf } from '../words/quotes.ts';
import { breakEvenOf } from './break-even.ts';
import { comparedLanes, constantsOf, NO_CONSTANTS } from './constants.ts';
import { bytesPerSecond, ETHERNET_MSS_BYTES } from './formulas.ts';
import { residualsOf } from './residuals.ts';

const report = (result: Result) => reportOf(result, new Anchors());

/** Alpha is bare, beta frames, gamma polls every 25 ms: each second of its polls brings an event. */
function makePolled(change: (result: Result) => Result = (result) => result): Result {
  const points = [POINT, { ...POINT, payloadBytes: 256 }];
  const made = makeResult({
    points,
    change: (cell) => {
      const read = withLedger(cell);
      return cell.lane === 'gamma'
        ? { ...read, options: { intervalMs: 25 }, polls: { answered: 2 * read.wire.windowDeliveries } }
        : read;
    },
  });
  const lanes = made.lanes.map((lane) => (lane.id === 'gamma' ? { ...lane, polls: 'timed' as const } : lane));
  return parseResult(JSON.stringify(change({ ...made, lanes })));
}

describe('constants of a run', () => {
  const run = constantsOf(report(makePolled()));

  it('are read off its ledger: framing, heads of polls that brought something, answers that brought nothing', () => {
    expect(run.lanes.map(({ id, way, framingBytes }) => [id, way, framingBytes])).toEqual([
      ['alpha', 'pushed', 1],
      ['beta', 'pushed', 2],
      ['gamma', 'timed', 3],
    ]);
    // The head has the three digits of the body's length.
    expect(run.lanes[2]?.polls).toEqual({
      requestHeadBytes: { browser: 70 },
      answerHeadBytes: 57,
      emptyAnswerBytes: 40,
    });
    expect(run.lanes.map(({ packets }) => packets)).toEqual([2, 2, 1]);
    expect(run.missing).toEqual([]);
  });

  it('say what the run does not tell: silence, TLS, lanes without a ledger', () => {
    expect(run.isSilenceMeasured).toBe(false);
    expect(run.isTlsMeasured).toBe(false);
    expect(run.tlsRecordBytes).toBe(22);
    const some = makeResult({ change: (cell) => (cell.lane === 'alpha' ? cell : withLedger(cell)) });
    expect(constantsOf(report(some)).missing).toEqual(['Lane alpha']);
  });

  it('tell what TLS adds to a record where a lane has it, and else what its specification says', () => {
    const result = makeResult({
      change: (cell) => {
        const read = withLedger(cell);
        const { ledger } = read.wire;
        if (cell.lane !== 'alpha' || !ledger) return read;
        const down = { ...ledger.window.down, tls: 25 * ledger.window.events };
        const wire = { ...read.wire, ledger: { ...ledger, window: { ...ledger.window, down } } };
        return { ...read, options: { over: 'https' }, wire };
      },
    });
    const secure = constantsOf(report(result));
    expect([secure.isTlsMeasured, secure.tlsRecordBytes]).toEqual([true, 25]);
    expect(secure.lanes.find(({ id }) => id === 'alpha')?.framingBytes).toBe(1);
  });

  it('leave lanes out of comparisons that differ from another one in an option', () => {
    const result = makeResult({ change: withLedger, variants: { gamma: 'alpha' } });
    const variant = report(result);
    expect(comparedLanes(variant, constantsOf(variant)).map(({ id }) => id)).toEqual(['alpha', 'beta']);
  });

  it('are none without a ledger, and each part says how to get them', () => {
    const bare = report(makeResult());
    const none = constantsOf(bare);
    expect(none.lanes).toEqual([]);
    expect([breakEvenOf(bare, none), residualsOf(bare, none)]).toEqual([NO_CONSTANTS, NO_CONSTANTS]);
  });
});

describe('what was measured beside the formulas', () => {
  const result = makePolled();

  it('is flagged with its size where it leaves them', () => {
    const shifted = makePolled((made) => {
      const cells = made.cells.map((cell) =>
        cell.state === 'completed' && cell.lane === 'alpha' && cell.point.payloadBytes === 256
          ? { ...cell, wire: { ...cell.wire, perDeliveryBytes: 257 * 1.05 } }
          : cell,
      );
      return withStandings({ ...made, cells, ...summarise(cells, made) });
    });
    const figure = residualsOf(report(shifted), constantsOf(report(shifted)));
    if (!figure || 'command' in figure) throw new Error('no figure');
    const rows = figure.tables[0]?.rows.filter(({ header }) => header === 'Lane alpha') ?? [];
    expect(rows.map(({ cells }) => cells.slice(1).map(({ text }) => text))).toContainEqual([
      'Bytes on the sockets',
      '269.85 B',
      '257 B',
      '▲ +5.00 %',
    ]);
    expect(figure.finding).toContainEqual({ strong: 'Outside: ' });
  });

  it('leaves out the points that the constants were read off', () => {
    const figure = residualsOf(report(result), constantsOf(report(result)));
    if (!figure || 'command' in figure) throw new Error('no figure');
    const points = figure.tables[0]?.rows.map(({ cells }) => cells[0]?.text) ?? [];
    expect(new Set(points)).toEqual(new Set(['Spread, 256 B payload']));
  });
});

describe('the published run', () => {
  const published = report(parseResult(readFileSync(join(projectRoot, 'results/reference/result.json'), 'utf8')));
  const run = constantsOf(published);

  it('has constants of all its lanes', () => {
    expect(run.missing).toEqual([]);
    expect(run.isSilenceMeasured).toBe(true);
    expect(run.profiles).toContain('browser');
  });

  it('takes the bytes that the formulas say at every point of its anatomy', () => {
    const estimates = published.result.estimates.filter(
      ({ scenario, metric, lane }) =>
        scenario === 'anatomy' && metric === 'wire.perDeliveryBytes' && run.sources.has(lane),
    );
    expect(estimates.length).toBeGreaterThan(10);
    for (const { lane: id, point, value } of estimates) {
      const lane = run.lanes.find((one) => one.id === id);
      if (!lane) throw new Error(`no constants of ${id}`);
      const { keepAlive: _, ...awake } = lane;
      const load = {
        ...point,
        rttMs: 0,
        intervalMs: point.pollIntervalMs ?? 1_000,
        keepAliveMs: 0,
        isTls: false,
        mssBytes: ETHERNET_MSS_BYTES,
      };
      const model = bytesPerSecond(awake, load, run, 'sockets') / point.eventsPerSecond;
      expect(value / model, `${id} at ${point.payloadBytes} B`).toBeCloseTo(1, 2);
    }
  });
});
