import { describe, expect, it } from 'vitest';
import {
  type Cell,
  type CompletedCell,
  type Disturbance,
  KINDS,
  type Kind,
  type Result,
  severe,
} from '../contract/result.ts';
import { summarise } from '../stats/summarise.ts';
import { failed, makeResult, QUIET } from '../tests/fixture.ts';
import { hasInvalidData, judge, runWarnings } from './citable.ts';
import { countingCells } from './counting.ts';
import { withStandings } from './standing.ts';

const against = (kinds: readonly Kind[], code = 'code') => severe(code, 'seen', 'hint', kinds);
const warned = (cell: CompletedCell, kinds: readonly Kind[], code?: string): CompletedCell => {
  return { ...cell, warnings: [...cell.warnings, against(kinds, code)] };
};
/** Of one lane, in its first rounds. */
const inRounds =
  (lane: string, rounds: number, kinds: readonly Kind[], code?: string) =>
  (cell: CompletedCell): CompletedCell =>
    cell.lane === lane && cell.round <= rounds ? warned(cell, kinds, code) : cell;
const refused = ({ citable }: Result) => KINDS.filter((kind) => !citable[kind].ok);
const standingOf = ({ estimates }: Result, lane: string, metric: string) =>
  estimates.find((one) => one.lane === lane && one.metric === metric)?.standing;
const comparedOf = ({ comparisons }: Result, lane: string, metric: string) =>
  comparisons.find((one) => one.lane === lane && one.metric === metric)?.standing;

describe('a kind of figures may be cited', () => {
  it('when nothing severe stands against it, and then each of its figures may', () => {
    const result = makeResult();
    expect(refused(result)).toEqual([]);
    for (const { standing } of [...result.estimates, ...result.comparisons]) {
      expect(standing).toEqual({ ok: true, reasons: [] });
    }
  });

  it('but not where a warning of the run is against it, and others may', () => {
    const result = makeResult({ replace: { warnings: [against(['cpu', 'latency'])] } });
    expect(refused(result)).toEqual(['cpu', 'latency']);
    expect(result.citable.cpu.reasons).toEqual(['code: seen']);
    expect(standingOf(result, 'alpha', 'latency.p50Us')).toEqual({ ok: false, reasons: ['code: seen'] });
    expect(standingOf(result, 'alpha', 'wire.perDeliveryBytes')?.ok).toBe(true);
  });

  it.each<[number, number, readonly Kind[]]>([
    [10, 1, ['bytes', 'packets', 'memory']],
    [10, 2, ['bytes', 'packets', 'memory']],
    [10, 3, KINDS],
    [5, 1, ['bytes', 'packets', 'memory']],
    [5, 2, KINDS],
    [3, 2, ['bytes', 'packets', 'memory']],
    [3, 3, KINDS],
  ])('of %i rounds, %i of which are warned of: not %j', (rounds, bad, kinds) => {
    expect(refused(makeResult({ rounds, change: inRounds('alpha', bad, KINDS) }))).toEqual(kinds);
  });

  it('not where the same place is warned of by several codes, each in few of its rounds', () => {
    const change = (cell: CompletedCell) => warned(cell, ['latency'], `code-${cell.round}`);
    const once = makeResult({ rounds: 10, change: (cell) => (cell.round <= 3 ? change(cell) : cell) });
    expect(refused(once)).toEqual(['latency']);
    const few = makeResult({ rounds: 10, change: (cell) => (cell.round <= 2 ? change(cell) : cell) });
    expect(refused(few)).toEqual([]);
  });

  it('with one reason for each code, which names the lanes and how many of their cells', () => {
    const change = (cell: CompletedCell) =>
      inRounds('gamma', 5, ['cpu'])(inRounds('alpha', 2, ['cpu'])(inRounds('beta', 1, ['cpu'])(cell)));
    expect(makeResult({ rounds: 5, change }).citable.cpu.reasons).toEqual([
      'code: in 2 of 5 cells of alpha, 5 of 5 cells of gamma.',
    ]);
  });

  it('without those of a scenario with a limit, which looks for what gives out', () => {
    const { scenarios } = makeResult();
    const limited = scenarios.map((one) => ({ ...one, limit: { metric: 'latency.p99Us', max: 1 } }));
    const { cells } = makeResult({ change: inRounds('alpha', 3, KINDS) });
    expect(judge([], { cells, scenarios: limited }).latency.ok).toBe(true);
    expect(judge([], { cells, scenarios }).latency.ok).toBe(false);
  });

  it('not where a cell failed, or lost events, in whichever of ten rounds: that is no chance of the machine', () => {
    const once = (change: (cell: CompletedCell) => Cell) =>
      makeResult({ rounds: 10, change: (cell) => (cell.lane === 'alpha' && cell.round === 1 ? change(cell) : cell) });
    const failing = once(failed);
    expect(refused(failing)).toEqual(KINDS);
    expect(failing.citable.latency.reasons).toEqual(['failed: in 1 of 10 cells of alpha.']);
    const lossy = once((cell) => ({ ...warned(cell, KINDS, 'lost'), delivery: { ...cell.delivery, missing: 1 } }));
    expect(refused(lossy)).toEqual(KINDS);
  });
});

describe('a figure', () => {
  const result = makeResult({ rounds: 10, change: inRounds('alpha', 3, ['latency'], 'disturbed') });

  it('is judged by its own place, and a comparison by those of both lanes', () => {
    const reasons = ['disturbed: in 3 of 10 rounds of alpha.'];
    expect(standingOf(result, 'alpha', 'latency.p50Us')).toEqual({ ok: false, reasons });
    expect(standingOf(result, 'beta', 'latency.p50Us')?.ok).toBe(true);
    expect(comparedOf(result, 'alpha', 'latency.p50Us')).toEqual({ ok: false, reasons });
    expect(comparedOf(result, 'gamma', 'latency.p50Us')?.ok).toBe(true);
    const reference = makeResult({ rounds: 10, change: inRounds('beta', 3, ['latency'], 'disturbed') });
    expect(comparedOf(reference, 'gamma', 'latency.p50Us')?.ok).toBe(false);
  });

  it('is judged by its own kind alone', () => {
    expect(standingOf(result, 'alpha', 'server.cpuPerDeliveryUs')?.ok).toBe(true);
    expect(standingOf(result, 'alpha', 'wire.perDeliveryBytes')?.ok).toBe(true);
  });

  it('that varies is not citable with fewer than three rounds, whatever is said of other scenarios', () => {
    const two = makeResult({ rounds: 2 });
    expect(standingOf(two, 'alpha', 'latency.p50Us')?.reasons).toEqual([
      'too-few-rounds: 2 rounds give no interval worth quoting.',
    ]);
    expect(standingOf(two, 'alpha', 'wire.perDeliveryBytes')?.ok).toBe(true);
    const elsewhere = makeResult({ replace: { warnings: [against(['cpu', 'latency'], 'too-few-rounds')] } });
    expect(refused(elsewhere)).toEqual(['cpu', 'latency']);
    expect(standingOf(elsewhere, 'alpha', 'latency.p50Us')?.ok).toBe(true);
  });

  it('that its workload does not tell is marked, and the run may be cited beside it', () => {
    const little = makeResult({ rounds: 5, change: inRounds('alpha', 5, ['cpu'], 'floor-share') });
    expect(standingOf(little, 'alpha', 'server.cpuPerDeliveryUs')?.ok).toBe(false);
    expect(little.citable.cpu.ok).toBe(true);
  });

  it('of a lane that polls is compared with one that was measured once for all intervals', () => {
    const [point] = makeResult().scenarios[0]?.points ?? [];
    if (!point) throw new Error('no point');
    const polled = { ...point, pollIntervalMs: 100 };
    const cellsOf = (lane: string, at: typeof point, change = (cell: CompletedCell) => cell) =>
      makeResult({ lanes: ['beta', 'alpha'], points: [at], change }).cells.filter((cell) => cell.lane === lane);
    const cells = [
      ...cellsOf('alpha', polled),
      ...cellsOf('beta', point, (cell) => warned(cell, ['latency'], 'disturbed')),
    ];
    const { standing } =
      withCells(cells).comparisons.find(({ lane, metric }) => lane === 'alpha' && metric === 'latency.p50Us') ?? {};
    expect(standing?.reasons).toEqual(['disturbed: in 3 of 3 rounds of beta.']);
  });
});

describe('a scenario of one round that is about bytes', () => {
  const { cells, scenarios } = makeResult({ rounds: 1, change: inRounds('alpha', 1, ['cpu', 'latency', 'bytes']) });
  const judged = (figures: Result['scenarios'][number]['figures']) => {
    const citable = judge([], { cells, scenarios: scenarios.map((one) => ({ ...one, figures })) });
    return KINDS.filter((kind) => !citable[kind].ok);
  };

  it('speaks against no times, which are quoted nowhere, but against bytes', () => {
    expect(judged(['layers', 'idle'])).toEqual(['bytes']);
    expect(judged(['layers', 'latency'])).toEqual(['bytes', 'cpu', 'latency']);
  });
});

function withCells(cells: readonly Cell[]): Result {
  const result = makeResult();
  const changed = { ...result, cells: [...cells], ...summarise(cells, result) };
  return withStandings(changed);
}

const DISTURBED: Disturbance = { ...QUIET, exceeded: ['run-delay-server'] };

describe('of several attempts at a cell', () => {
  const [cell] = makeResult().cells;
  if (cell?.state !== 'completed') throw new Error('no cell');
  const attempt = (number: 1 | 2 | 3, isDisturbed: boolean): CompletedCell => {
    return { ...cell, attempt: number, disturbance: isDisturbed ? DISTURBED : QUIET };
  };
  const chosen = (...cells: Cell[]) => countingCells(cells).map((one) => one.attempt);

  it('the first undisturbed one counts, else the last that completed; one that failed only where none did', () => {
    expect(chosen(attempt(1, true), attempt(2, false), attempt(3, false))).toEqual([2]);
    expect(chosen(attempt(1, false), attempt(2, false))).toEqual([1]);
    expect(chosen(attempt(1, true), attempt(2, true), attempt(3, true))).toEqual([3]);
    expect(chosen(attempt(1, true), failed(attempt(2, true)))).toEqual([1]);
    expect(chosen(failed(attempt(1, true)), failed(attempt(2, true)))).toEqual([2]);
  });

  it('only what is said of the one that counts speaks against its place', () => {
    const bad = warned(attempt(1, true), ['latency'], 'disturbed');
    const { scenarios } = makeResult();
    expect(judge([], { cells: [bad], scenarios }).latency.ok).toBe(false);
    expect(judge([], { cells: [bad, attempt(2, false)], scenarios }).latency.ok).toBe(true);
  });

  it('events that were lost in any of them are invalid data; a failure is where no attempt completed', () => {
    const { scenarios } = makeResult();
    const lossy = { ...attempt(1, true), delivery: { ...cell.delivery, missing: 1 } };
    expect(hasInvalidData({ cells: [lossy, attempt(2, false)], scenarios })).toBe(true);
    expect(hasInvalidData({ cells: [attempt(1, true), failed(attempt(2, true))], scenarios })).toBe(false);
    expect(hasInvalidData({ cells: [failed(attempt(1, true))], scenarios })).toBe(true);
  });

  it('have the events of their round once: the one that counts has those that its percentiles are told from', () => {
    const textOf = (all: readonly Cell[], result = makeResult({ events: 20 })) =>
      runWarnings({ ...result, cells: [...all] }).find(({ code }) => code === 'too-few-events')?.text;
    const { cells } = makeResult({ events: 20 });
    expect(textOf(cells)).toBe('All rounds of a lane at a point hold 60 events: p99, p99.9 are not quoted.');
    expect(textOf([...cells, ...cells.map((one) => ({ ...one, attempt: 2 }))])).toBe(textOf(cells));
    expect(textOf(cells.filter(({ round }) => round === 1))).toContain('hold 20 events: p90, p95, p99, p99.9 are');
    // Of joined runs each tells its own, and one that tells it is enough.
    const joined = [...cells, ...cells.filter(({ round }) => round === 1).map((one) => ({ ...one, run: 2 }))];
    expect(textOf(joined)).toBe(textOf(cells));
    expect(textOf(makeResult({ events: 1_000 }).cells)).toBeUndefined();
    expect(textOf(makeResult({ events: 5, rounds: 600 }).cells)).toContain('hold 3000 events: p50 are not quoted');
  });

  it('are told of, and apart from cells that failed', () => {
    const result = makeResult();
    const cells = [...result.cells.slice(1), attempt(1, true), attempt(2, false)];
    const codes = (all: readonly Cell[]) => runWarnings({ ...result, cells: [...all] }).map(({ code }) => code);
    expect(codes(cells)).toContain('repeated');
    expect(codes(cells)).not.toContain('retried');
    expect(codes([failed(attempt(1, false)), ...result.cells])).toContain('retried');
    expect(codes(result.cells)).not.toContain('repeated');
  });

  it('those of each run of a merged result count apart', () => {
    expect(countingCells([attempt(1, false), { ...attempt(1, false), run: 2 }])).toHaveLength(2);
  });
});

describe('lanes that were measured again more often than others', () => {
  /** Lanes by how many of ten rounds were disturbed and measured again. */
  const repeated = (rounds: Readonly<Record<string, number>>) => {
    const { cells } = makeResult({ rounds: 10 });
    return withCells(
      cells.flatMap((cell): Cell[] => {
        if (cell.state === 'failed' || cell.round > (rounds[cell.lane] ?? 0)) return [cell];
        return [
          { ...cell, disturbance: DISTURBED },
          { ...cell, attempt: 2 },
        ];
      }),
    );
  };

  it('by over 20 points: their latency is not citable, and both are named', () => {
    const result = repeated({ alpha: 3 });
    const reasons = [
      'repeat-rates: 30 % of the rounds of alpha in spread were disturbed and measured again, and 0 % of beta.',
    ];
    expect(standingOf(result, 'alpha', 'latency.p50Us')).toEqual({ ok: false, reasons });
    expect(judge([], result).latency.reasons).toContain(reasons[0]);
    expect(judge([], result).cpu.ok).toBe(true);
  });

  it('by 20 points: that is chance', () => {
    expect(judge([], repeated({ alpha: 2 })).latency.ok).toBe(true);
    expect(judge([], repeated({ alpha: 5, beta: 4, gamma: 4 })).latency.ok).toBe(true);
  });

  it('but not a reference that was measured again for the sake of others', () => {
    const { cells, scenarios } = makeResult({ rounds: 10 });
    const again = cells.flatMap((cell): Cell[] => (cell.lane === 'beta' ? [cell, { ...cell, attempt: 2 }] : [cell]));
    expect(judge([], { cells: again, scenarios }).latency.ok).toBe(true);
  });
});
