import { expect, test } from 'vitest';
import { failed, makeResult, REFUSED, withLedger } from '../../tests/fixture.ts';
import { exportResult } from './export.ts';

const FILES = ['summary.md', 'summary.csv', 'cells.csv', 'tables.tex', 'cite.bib', 'REPRODUCE.md'];

test.each([
  ['a whole result', makeResult({ change: withLedger })],
  ['one round', makeResult({ rounds: 1 })],
  ['failed cells', makeResult({ change: (cell) => (cell.order % 2 ? failed(cell) : cell) })],
  ['no valid cell', makeResult({ change: failed })],
  ['no cell', makeResult({ replace: { cells: [], estimates: [], comparisons: [], finishedAt: null } })],
  ['no scenario', makeResult({ replace: { cells: [], estimates: [], comparisons: [], scenarios: [] } })],
  ['a result that may not be cited', makeResult({ replace: REFUSED })],
])('%s has all exports, each with an end of line', (_, result) => {
  const files = exportResult(result);
  expect([...files.keys()].filter((path) => !path.startsWith('figures/'))).toEqual(FILES);
  for (const [path, text] of files) {
    expect({ path, ending: text.endsWith('\n') }).toEqual({ path, ending: true });
    expect({ path, slip: /undefined|NaN|\[object/.exec(text) }).toEqual({ path, slip: null });
  }
});

test('the same result gives the same files', () => {
  const result = makeResult({ change: withLedger });
  expect([...exportResult(result)]).toEqual([...exportResult(structuredClone(result))]);
});

test('the result is left as it was', () => {
  const result = makeResult({ change: withLedger });
  const before = structuredClone(result);
  exportResult(result);
  expect(result).toEqual(before);
});
