import { expect, test } from 'vitest';
import type { CompletedCell } from '../../contract/result.ts';
import { compareResults } from '../../stats/compare.ts';
import { judgeThreshold, parseThreshold } from '../../stats/threshold.ts';
import { makeResult } from '../../tests/fixture.ts';
import { describeThreshold } from './comparison.ts';

const slower = (factor: number) => (cell: CompletedCell) => ({
  ...cell,
  latency: { ...cell.latency, p50Us: cell.latency.p50Us * factor },
});

function said(factor: number): string {
  const [a, b] = [makeResult(), makeResult({ change: slower(factor) })];
  const threshold = parseThreshold('alpha.spread.latency.p50Us<5%', a, b);
  return describeThreshold(judgeThreshold(threshold, compareResults(a, b))).replaceAll('\u00a0', ' ');
}

test('a threshold that is undecided says how many rounds would decide, or by how much the two differ at most', () => {
  expect(said(1)).toMatch(/: undecided: × 1\.000 \[0\.\d+, 1\.\d+\]; \d{1,2} rounds would decide$/);
  expect(said(1.05)).toMatch(/: undecided: × 1\.050 \[0\.\d+, 1\.\d+\]; they differ by no more than \d+ %$/);
});
