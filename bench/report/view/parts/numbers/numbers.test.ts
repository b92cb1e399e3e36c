import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../../../contract/paths.ts';
import { parseResult, type Result } from '../../../../contract/result.ts';
import { makeResult, REFUSED, withLedger } from '../../../../tests/fixture.ts';
import { plotsOf } from '../../charts/plots.ts';
import { breakEvenOf } from '../../formulas/break-even.ts';
import { constantsOf } from '../../formulas/constants.ts';
import { Anchors } from '../../words/anchors.ts';
import { reportOf } from '../../words/quotes.ts';
import { numbersOf } from './numbers.ts';

function numbersIn(result: Result) {
  const report = reportOf(result, new Anchors());
  const model = numbersOf(report, constantsOf(report));
  if (!model || 'command' in model) throw new Error('no numbers');
  return model;
}

const published = parseResult(readFileSync(join(projectRoot, 'results/reference/result.json'), 'utf8'));

describe('the part for a reader’s own numbers', () => {
  it('has a row for each transport of the published run without the control, and all usual cases', () => {
    const { lanes, presets, missing, refusal } = numbersIn(published);
    expect(lanes.map(({ label }) => label.title)).toEqual([
      'Polling',
      'Long-polling',
      'Server-Sent Events',
      'WebSocket',
    ]);
    expect(presets.map(({ title }) => title)).toEqual([
      'Dashboard',
      'Chat',
      'Notifications, phone',
      'Ticker',
      'Silence',
    ]);
    expect([missing, refusal]).toEqual([undefined, undefined]);
    expect(lanes.map(({ cpu }) => cpu).join(' ')).toMatch(/^([\d.,–]+ µs a (poll|delivery) ?){4}$/);
  });

  it('says nothing of silence that was not measured, and how to measure it', () => {
    const { presets, missing } = numbersIn(makeResult({ change: withLedger }));
    expect(presets.map(({ title }) => title)).toEqual(['Dashboard', 'Chat', 'Ticker']);
    expect(missing?.command).toBe('npm run bench -- --scenarios idle');
  });

  it('says why its constants may not be cited', () => {
    expect(numbersIn(makeResult({ change: withLedger, replace: REFUSED })).refusal).toContain('dirty-tree');
  });
});

describe('break-even', () => {
  it('marks where polling takes as many bytes as each other lane, with the number of events', () => {
    const report = reportOf(published, new Anchors());
    const figure = breakEvenOf(report, constantsOf(report));
    if (!figure || 'command' in figure) throw new Error('no figure');
    const [group, ...more] = figure.charts ?? [];
    if (!group || more.length > 0) throw new Error('not one group');
    expect(group.panels).toHaveLength(2);
    for (const [at, { chart }] of group.panels.entries()) {
      if (chart.kind !== 'lines') throw new Error('no lines');
      const [timed, ...others] = chart.lines;
      const marked = timed?.points.filter(({ text }) => text) ?? [];
      expect(marked.map(({ y }) => y.toPrecision(3)).sort()).toEqual(
        others.map(({ points }) => points[0]?.y.toPrecision(3)).sort(),
      );
      for (const { x, text } of marked) expect(Number(text) / x).toBeCloseTo(1, 2);
      expect(plotsOf(group)[at]?.texts.map(({ text }) => text)).toEqual(marked.map(({ text }) => text));
    }
  });
});
