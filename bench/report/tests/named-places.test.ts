import { describe, expect, it } from 'vitest';
import type { CompletedCell } from '../../contract/result.ts';
import { failed, makeResult, POINT, withLedger } from '../../tests/fixture.ts';
import { summaryMarkdown } from '../export/summary.ts';
import { renderReport } from '../page/render.ts';
import { describeResult } from '../terminal/terminal.ts';
import { citationSentence } from '../view/citation.ts';
import { pageModel } from '../view/model.ts';
import { Anchors } from '../view/words/anchors.ts';
import { viewsOf } from '../view/words/places.ts';
import { makeFanOut } from './test-fan-out.ts';

const change = (cell: CompletedCell): CompletedCell => (cell.point.clients > 1 ? withLedger(cell) : cell);
const result = makeFanOut({ change });
const [view] = viewsOf(result, new Anchors());
const BURST = 'a place in a burst of 100';

describe('places of points that share their processes', () => {
  it('are one client and a place in a burst, with a row for each poll interval', () => {
    expect(view?.places.map(({ varied, lanes }) => [varied, lanes.map(({ label }) => label.title)])).toEqual([
      ['one client', ['Lane beta', 'Lane gamma']],
      [BURST, ['Lane alpha, 20 events a poll', 'Lane alpha, 1 event a poll', 'Lane beta', 'Lane gamma']],
    ]);
    const indices = view?.places.flatMap(({ lanes }) => lanes.map(({ label }) => label.index)) ?? [];
    expect(new Set(indices).size).toBe(4);
  });

  it('have the estimates and ratios of each row’s own point', () => {
    const [, burst] = view?.places ?? [];
    const [slow, fast] = burst?.lanes ?? [];
    expect(slow?.estimates.get('latency.p50Us')?.point.pollIntervalMs).toBeUndefined();
    expect(fast?.estimates.get('latency.p50Us')?.point.pollIntervalMs).toBe(50);
    expect(fast?.comparisons.get('latency.p50Us')?.point.pollIntervalMs).toBe(50);
    expect(fast?.baseline?.title).toBe('Lane beta');
  });

  it('are points by their settings where they do not share processes, differ in another setting, or have no latency', () => {
    const [scenario] = result.scenarios;
    if (!scenario) throw new Error('no scenario');
    const titles = (changed: Partial<typeof scenario>) =>
      viewsOf({ ...result, scenarios: [{ ...scenario, ...changed }] }, new Anchors()).flatMap(({ places }) =>
        places.map(({ name, varied }) => [name, varied]),
      );
    expect(titles({ sharesProcesses: false })).toContainEqual([undefined, '1 client']);
    expect(titles({ figures: ['layers'] })).toContainEqual([undefined, '1 client']);
    expect(titles({ points: [...scenario.points, { ...POINT, payloadBytes: 64 }] })).toContainEqual([
      undefined,
      '1 client',
    ]);
  });

  it('say in titles of cells which poll interval they had', () => {
    const cells = result.cells.map((cell) =>
      cell.state === 'completed' && cell.point.pollIntervalMs === 50 && cell.round === 1 ? failed(cell) : cell,
    );
    const page = pageModel({ ...result, cells });
    expect(page.checks.rejected?.rows.map(({ cells: [title] }) => title?.text)).toEqual([
      `Fan-out, ${BURST}, polled every 50 ms`,
    ]);
  });
});

describe('the terminal', () => {
  const text = describeResult(result);
  const tableOf = (heading: string) => text.slice(text.indexOf(`\n${heading}\n`)).split('\n\n')[0] ?? '';

  it('has tables of both places, with intervals, within 100 columns', () => {
    expect(text).toMatch(/^One client\n +latency p50, ms +latency p99, ms .*rounds$/m);
    expect(text).toMatch(/^A place in a burst of 100\n/m);
    expect(tableOf('One client')).toMatch(/^Lane gamma +[\d.]+ \[[\d.]+, [\d.]+\] .* 4$/m);
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('has both rows of a lane that polls next to each other, and no push lane twice', () => {
    expect(tableOf('A place in a burst of 100')).toMatch(
      /^Lane alpha, 20 events a poll .*\nLane alpha, 1 event a poll /m,
    );
    expect(tableOf('A place in a burst of 100').match(/^Lane beta /gm)).toHaveLength(1);
    expect(text).not.toContain('Poll interval');
  });

  it('leaves out columns that a place lacks', () => {
    const [one = '', burst = ''] = text.split('\nA place in a burst of 100\n');
    expect(one).not.toContain('with TCP/IP, B');
    expect(burst).toContain('with TCP/IP, B');
  });

  it('says of a lane without a cell that it was not measured', () => {
    const cells = result.cells.filter(({ lane }) => lane !== 'gamma');
    expect(describeResult({ ...result, cells }).match(/^Lane gamma +not measured$/gm)?.length).toBeGreaterThan(1);
  });

  it('says of the time at the server that it holds the wait for a poll', () => {
    const latencyParts = { feedUs: 100, serverUs: 200, wireUs: 300, clientUs: 20 };
    const divided = makeFanOut({ change: (cell) => ({ ...cell, latencyParts }) });
    expect(describeResult(divided)).toMatch(/^server: until written; of polls, the wait for the poll\.$/m);
    expect(renderReport(divided)).toContain('Until written; of polls, the wait for the poll');
    expect(text).not.toContain('until written');
  });
});

describe('page and sentences', () => {
  const page = pageModel(result);

  it('have a chart for each place, headed so, and none that is empty', () => {
    const [latency] = page.time?.figures ?? [];
    expect(latency?.charts?.flatMap(({ panels }) => panels.map(({ title }) => title))).toEqual(['one client', BURST]);
    const charts = page.sections.flatMap(({ figures }) =>
      figures.flatMap(({ charts = [] }) => charts.flatMap(({ panels }) => panels)),
    );
    expect(charts.length).toBe(3);
    for (const { chart } of charts) expect(chart.lanes.length).toBeGreaterThan(0);
  });

  it('name it in citations', () => {
    for (const estimate of result.estimates) {
      const place = estimate.point.clients === 1 ? 'one client' : BURST;
      expect(citationSentence(result, estimate)).toContain(`in the scenario Fan-out, ${place} (`);
    }
  });
});

describe('attempts', () => {
  const disturbed = (cell: CompletedCell, attempt: number): CompletedCell => ({
    ...cell,
    attempt,
    latency: { ...cell.latency, p50Us: cell.latency.p50Us * 10 },
    disturbance: { ...cell.disturbance, exceeded: ['steal'] },
  });
  const repeated = (isLastQuiet: boolean) => {
    const made = makeFanOut();
    const cells = made.cells.flatMap((cell) => {
      if (cell.state === 'failed' || cell.lane !== 'gamma' || cell.round !== 2) return [cell];
      return [disturbed(cell, 1), isLastQuiet ? { ...cell, attempt: 2 } : disturbed(cell, 2)];
    });
    return { ...made, cells };
  };
  const dotsOf = (shown: ReturnType<typeof repeated>) => {
    const chart = pageModel(shown).sections[0]?.figures[0]?.charts?.[0]?.panels[0]?.chart;
    return chart?.kind === 'dots' ? chart.series[0]?.rounds.map(({ round }) => round) : [];
  };

  it('that do not count are in no chart', () => {
    const dots = dotsOf(repeated(true));
    expect(dots).toHaveLength(8);
    expect(dots).toContain('2, attempt 2');
  });

  it('that count although they were disturbed say so', () => {
    expect(dotsOf(repeated(false))).toContain('2, attempt 2, disturbed');
  });

  it('stand beside the value where they change it', () => {
    const { estimates, ...rest } = makeResult();
    const withAll = (factor: number) => ({
      ...rest,
      estimates: estimates.map(({ value, low, high, ...one }) => ({
        ...one,
        value,
        low,
        high,
        allAttempts: { value: value * factor, low, high },
      })),
    });
    const changed = withAll(1.01);
    expect(summaryMarkdown(changed, viewsOf(changed, new Anchors()))).toMatch(/\]; with disturbed attempts: [\d.]+ \[/);
    expect(renderReport(changed)).toContain('with disturbed attempts: ');
    expect(renderReport(withAll(1))).not.toContain('with disturbed attempts');
  });
});

it('the summary has the trimmed mean beside a ratio', () => {
  const { comparisons, ...rest } = makeResult();
  const shown = {
    ...rest,
    comparisons: comparisons.map((one) => ({ ...one, trimmed: { ratio: 1.5, low: 1.4, high: 1.6 } })),
  };
  expect(summaryMarkdown(shown, viewsOf(shown, new Anchors()))).toContain('; 20 % trimmed mean: × 1.50 [1.40, 1.60]');
});
