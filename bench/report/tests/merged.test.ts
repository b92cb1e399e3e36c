/** A merged result in all that is made of results: what tells its runs apart is said wherever a round is. */

import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import type { CompletedCell, Result } from '../../contract/result.ts';
import { mergeResults } from '../../record/runs/merge.ts';
import { compareResults } from '../../stats/compare.ts';
import { failed, makeResult, type ResultSpec } from '../../tests/fixture.ts';
import { cellsCsv } from '../export/cells-csv.ts';
import { exportResult } from '../export/export.ts';
import { histogramFiles } from '../export/histograms.ts';
import { describeResult } from '../terminal/terminal.ts';
import { citationSentence } from '../view/citation.ts';
import { pageModel } from '../view/model.ts';
import type { DotChart } from '../view/page-model.ts';
import { earlierTable } from '../view/tables/earlier-table.ts';
import { Anchors } from '../view/words/anchors.ts';
import { viewsOf } from '../view/words/places.ts';

const run = (hour: number, { replace = {}, ...spec }: ResultSpec = {}): Result =>
  makeResult({
    ...spec,
    replace: {
      id: `run-${hour}`,
      startedAt: `2026-01-02T0${hour}:00:00.000Z`,
      finishedAt: `2026-01-02T0${hour}:05:00.000Z`,
      seed: hour,
      ...replace,
    },
  });
const EMPTY_HISTOGRAM = encodeIntoCompressedBase64(build({ bitBucketSize: 64 }));
const withHistogram = (cell: CompletedCell): CompletedCell => ({
  ...cell,
  latency: { ...cell.latency, histogram: EMPTY_HISTOGRAM },
});
const slower = (cell: CompletedCell): CompletedCell => ({
  ...cell,
  latency: { ...cell.latency, p50Us: cell.latency.p50Us * 1.1 },
});
const merged = mergeResults([run(1), run(2, { change: slower })]);

describe('a merged result', () => {
  it('names the round and the run of each dot', () => {
    const [chart] = pageModel(merged)
      .sections.flatMap(({ figures }) => figures)
      .flatMap(({ charts = [] }) => charts)
      .flatMap(({ panels }) => panels.map((panel) => panel.chart))
      .filter((one): one is DotChart => one.kind === 'dots');
    const rounds = chart?.series[0]?.rounds.filter(({ row }) => row === 0).map(({ round }) => round);
    expect(rounds).toEqual(['1 of run 1', '2 of run 1', '3 of run 1', '1 of run 2', '2 of run 2', '3 of run 2']);
  });

  it('says of how many runs its rounds are, and which', () => {
    const { facts, sections, conditions } = pageModel(merged);
    expect(sections[0]?.setting).toContain('3 rounds in each of 2 runs');
    expect(facts).toContainEqual({ term: 'Joined from', text: 'run-1 run-2', code: true });
    expect(facts.map(({ term }) => term)).not.toContain('Seed');
    expect(conditions.sessions.definition).toMatch(/^2 runs were joined, of 2 sessions in all\./);
  });

  it('is measured again by its own command, without a seed', () => {
    expect(pageModel(merged).reproduce.lines.at(-1)).toBe('npm run bench -- merge run-1 run-2');
  });

  it('names in the CSV the run that each cell was measured in', () => {
    const lines = cellsCsv(merged).trim().split('\r\n').slice(1);
    expect(new Set(lines.map((line) => line.split(',')[0]))).toEqual(new Set(['run-1', 'run-2']));
  });

  it('has a histogram for each cell, under a name that says its run and attempt', () => {
    const second = (cell: CompletedCell) => withHistogram(cell.round === 3 ? { ...cell, attempt: 2 } : cell);
    const both = mergeResults([run(1, { change: withHistogram }), run(2, { change: second })]);
    const paths = histogramFiles(both).map(([path]) => path);
    expect(new Set(paths).size).toBe(both.cells.length);
    expect(paths.some((path) => path.endsWith('alpha-round-1-of-run-1.hgrm'))).toBe(true);
    expect(paths.some((path) => path.endsWith('alpha-round-3-of-run-2-attempt-2.hgrm'))).toBe(true);
  });

  it('has a failed cell measured again only by a cell of its own run', () => {
    const change = (cell: CompletedCell) => (cell.lane === 'alpha' && cell.round === 1 ? failed(cell) : cell);
    const text = describeResult(mergeResults([run(1, { change }), run(2)]));
    expect(text).toContain('failed: alpha, round 1 of run 1: worker 1 ended');
  });

  it('says how much of the variance lies between its runs, of values and of ratios', () => {
    const withShares = {
      ...merged,
      estimates: merged.estimates.map((one) => ({ ...one, betweenRunsShare: 0.9 })),
      comparisons: merged.comparisons.map((one) => ({ ...one, betweenRunsShare: 0.25 })),
    };
    const [table] = pageModel(withShares).runs;
    const row = table?.rows.find(({ header }) => header === 'Lane alpha');
    expect(row?.cells.slice(0, 2)).toEqual([{ text: '90' }, { text: '25' }]);
    const ofReference = table?.rows.find(({ header }) => header === 'Lane beta');
    expect(ofReference?.cells.slice(0, 2)).toEqual([{ text: '90' }, { text: 'none', isRemark: true }]);
    const withoutShares = {
      ...merged,
      estimates: merged.estimates.map(({ betweenRunsShare: _, ...one }) => one),
      comparisons: merged.comparisons.map(({ betweenRunsShare: _, ...one }) => one),
    };
    expect(pageModel(withoutShares).runs[0]).toBeUndefined();
    expect(pageModel(run(1)).runs[0]).toBeUndefined();
  });

  it('names its intervals after the runs', () => {
    const p50 = merged.estimates.find(({ metric }) => metric === 'latency.p50Us');
    if (!p50) throw new Error('no estimate');
    expect(citationSentence(merged, p50)).toContain(
      'the mean of 6 rounds of 2 runs with a 95 % t interval between runs of [',
    );
    const definitions = pageModel(merged).sections.flatMap(({ figures }) =>
      figures.flatMap(({ tables }) => tables.map(({ definition }) => definition)),
    );
    expect(definitions.join()).toContain('Brackets: the 95 % interval between runs');
    const files = exportResult(merged);
    expect(files.get('summary.md')).toContain('95 % t interval between runs');
    expect(files.get('summary.md')).toContain('joined from run-1, run-2, begun 2 January 2026, 01:00 UTC');
    expect(files.get('tables.tex')).toContain('Means over the rounds of 2 runs');
  });

  it('is exported, shown and compared like a run', () => {
    expect([...exportResult(merged).keys()]).toContain('summary.md');
    expect(exportResult(merged).get('summary.csv')).toContain(',6,2,beta,');
    expect(describeResult(merged)).toContain('Lane alpha');
    expect(compareResults(merged, run(3)).rows.length).toBeGreaterThan(0);
  });
});

describe('earlier runs of the same settings', () => {
  const faster = run(1, { change: (cell) => ({ ...cell, latency: { ...cell.latency, p50Us: 500 } }) });
  const slower = run(2, { change: (cell) => ({ ...cell, latency: { ...cell.latency, p50Us: 2_000 } }) });
  const now = run(3, { replace: { runsBefore: 4 } });
  const tableWith = (earlier: readonly Result[]) => earlierTable(now, viewsOf(now, new Anchors()), earlier);

  it('stand beside this one, from the least to the most', () => {
    const table = tableWith([faster, slower]);
    const row = table?.rows.find(({ header }) => header === 'Lane alpha');
    expect(table?.columns.map(({ label }) => label).slice(0, 3)).toEqual(['Lane', 'p50, ms', 'earlier']);
    expect(row?.cells[1]).toEqual({ text: '0.500–2.00', interval: '(2)' });
    expect(table?.definition).toContain('2 runs');
    expect(table?.definition).toContain('(of 4 that came before it)');
  });

  it('are on the page, which has no place for none', () => {
    expect(pageModel(now, [faster]).runs.map((table) => table?.rows.length)).toEqual([undefined, 3]);
    expect(pageModel(now).runs).toEqual([undefined, undefined]);
    expect(describeResult(run(3))).not.toContain('Before it');
  });

  it('are counted among the facts of the run', () => {
    expect(pageModel(now).facts).toContainEqual({
      term: 'Before it',
      text: '4 runs of these settings on this machine, in the same folder',
    });
    const said = 'Before it: 4 runs of these settings on this machine, in the same folder';
    expect(describeResult(now)).toContain(`${said}.\n`);
    expect(exportResult(now).get('summary.md')).toContain('after 4 runs of these settings on this machine');
    const first = run(3, { replace: { runsBefore: 0 } });
    expect(pageModel(first).facts.find(({ term }) => term === 'Before it')?.text).toMatch(/^no run/);
  });
});
