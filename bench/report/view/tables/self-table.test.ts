import { describe, expect, it } from 'vitest';
import type { Self } from '../../../contract/files/self.ts';
import { makeResult } from '../../../tests/fixture.ts';
import { renderReport } from '../../page/render.ts';
import { selfText } from '../../terminal/self.ts';
import { formatRatio, selfRows, selfRunText } from './self-table.ts';

const result = makeResult();
const ratio = { pair: 'fan-out', subject: 'tcp', reference: 'bare', measure: 'p50', turns: 6, isNarrow: true };
const self: Self = {
  schemaVersion: 1,
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  command: 'npm run bench -- self',
  environment: result.environment,
  ratios: [
    { ...ratio, ratio: 0.97, low: 0.95, high: 0.99 },
    { ...ratio, measure: 'p99', ratio: 1.3, low: 0.9, high: 1.9, turns: 12, isNarrow: false },
  ],
  problems: [{ pair: 'scale-tcp-10000-clients', text: 'a process may hold 1024 files' }],
  run: { id: 'a-run', windowSeconds: 75, wallSeconds: 100, pageBuildMs: 120.4 },
};

describe('the table of the laboratory itself', () => {
  it('has a row for each ratio, with its interval, and tells which stayed wide', () => {
    expect(selfRows(self)).toEqual([
      ['fan-out', 'tcp ÷ bare', 'p50', '0.970 [0.950, 0.990]', '6'],
      ['fan-out', 'tcp ÷ bare', 'p99', '1.30 [0.90, 1.90]', '12, wider than ± 5 %'],
    ]);
    expect(formatRatio({ ratio: 1.5, low: null, high: null })).toBe('1.50');
  });

  it('says how much of a run is measured, where there was one', () => {
    expect(selfRunText(self)).toBe(
      'Of run a-run, 75 % of the time from start to end lie in measured windows (75 of 100 s); its page takes 120 ms to build.',
    );
    expect(selfRunText({ run: null })).toBeUndefined();
  });

  it('stands on a terminal with what was left out', () => {
    const lines = selfText(self).split('\n');
    expect(lines[0]).toMatch(/^Pair +What ÷ what +Measure +Ratio +Turns$/);
    expect(lines.at(-1)).toBe('scale-tcp-10000-clients: a process may hold 1024 files');
  });

  it('is on the page only where it was measured', () => {
    expect(renderReport(result)).not.toContain('id="self"');
    const page = renderReport(result, [], self);
    expect(page).toContain('<summary id="self">The laboratory itself');
    expect(page).toContain('1.30 [0.90, 1.90]');
  });
});
