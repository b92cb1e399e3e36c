import { describe, expect, it } from 'vitest';
import type { CompletedCell } from '../../contract/result.ts';
import { failed, makeResult, POINT, withLedger } from '../../tests/fixture.ts';
import { summaryCsv } from '../export/summary-csv.ts';
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

  it.each([80, 100])('has a matrix of both places within %i columns', (width) => {
    const lines = describeResult(result, width).split('\n');
    expect(lines.find((line) => line.startsWith('Lane gamma '))).toMatch(/^Lane gamma( +[\d.,]+){6,}$/);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(width);
  });

  it('has both rows of a lane that polls next to each other, and a dash where it was not measured alone', () => {
    expect(text).toMatch(/^Lane alpha, 20 events a poll +– .*\nLane alpha, 1 event a poll +– /m);
    expect(text.match(/^Lane beta /gm)).toHaveLength(1);
  });

  it('compares latencies at each place, and costs in the burst', () => {
    const heads = [...text.slice(text.indexOf('\nLane beta\n')).matchAll(/^ {2}(\S.*)$/gm)]
      .map(([, head]) => head)
      .slice(0, 4);
    expect(heads).toEqual([
      'latency p50, one client',
      'latency p50, a burst of 100',
      'bytes per delivery with TCP/IP',
      'server CPU per delivery',
    ]);
  });

  it('says of a lane without a cell that it was not measured', () => {
    const isOther = ({ lane }: { readonly lane: string }) => lane !== 'gamma';
    const { cells, estimates } = result;
    const lacking = { ...result, cells: cells.filter(isOther), estimates: estimates.filter(isOther) };
    expect(describeResult(lacking)).toContain('\nNot measured: Lane gamma.\n');
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
    expect(summaryCsv(changed, viewsOf(changed, new Anchors()))).toContain(',mean_of_all_attempts\r\n');
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
  expect(summaryCsv(shown, viewsOf(shown, new Anchors()))).toMatch(/,ratio_trimmed\r\n.*,1\.5\r\n/);
});
