import { describe, expect, it } from 'vitest';
import { lanes } from './lanes.ts';
import { profiles } from './profiles.ts';
import { scenarios } from './scenarios.ts';
import { describeCatalogue, describeResult } from './terminal.ts';
import { failed, makeResult } from './test-fixture.ts';

describe('what a run says at its end', () => {
  const result = makeResult();
  const text = describeResult(result);

  it('has a row for each lane, and a sentence for each but the reference', () => {
    for (const { id, title } of result.lanes) {
      expect(text.split('\n').some((line) => line.startsWith(`${title} `))).toBe(true);
      expect(text.includes(`${title} against `)).toBe(id !== result.reference);
    }
  });

  it('says whether it may be cited, and if not, each reason', () => {
    expect(describeResult({ ...result, citable: { ok: true, reasons: [] } })).toContain('This result may be cited.');
    const refused = describeResult({ ...result, citable: { ok: false, reasons: ['one: this', 'two: that'] } });
    expect(refused).toMatch(/may not be cited:\n {2}one: this\n {2}two: that$/);
  });

  it('names cells that failed', () => {
    const cells = result.cells.map((cell, index) => (index === 0 && cell.state === 'completed' ? failed(cell) : cell));
    expect(describeResult({ ...result, cells })).toMatch(/^failed: .+, round 1: /m);
  });

  it('fits on a terminal of 100 columns', () => {
    for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  it('says that a lane was not measured instead of leaving it out', () => {
    expect(describeResult({ ...result, estimates: [], comparisons: [] }).match(/not measured/g)).toHaveLength(
      2 * result.lanes.length,
    );
  });

  it('lists points from small to large, in whatever order they were measured', () => {
    const [first] = result.cells;
    if (!first) throw new Error('no cell');
    const cells = [4_096, 64, 65_536].map((payloadBytes) => ({ ...first, point: { ...first.point, payloadBytes } }));
    const sizes = [...describeResult({ ...result, cells }).matchAll(/events\/s, (\d+) B/g)].map(([, size]) =>
      Number(size),
    );
    expect(sizes).toEqual([64, 4_096, 65_536]);
  });
});

it('the catalogue names every lane, scenario and profile with what it means', () => {
  const text = describeCatalogue(lanes, scenarios, profiles);
  for (const { id, summary } of [...lanes, ...profiles]) {
    expect(text).toContain(`  ${id}`);
    expect(text).toContain(summary);
  }
  for (const { id, question } of scenarios) {
    expect(text).toContain(`  ${id}`);
    expect(text).toContain(question);
  }
});
