import { expect, test } from 'vitest';
import { type Result, severe } from '../../contract/result.ts';
import { makeResult, POINT } from '../../tests/fixture.ts';
import { parseCsv } from '../tests/test-csv.ts';
import { makeFanOut } from '../tests/test-fan-out.ts';
import { Anchors } from '../view/words/anchors.ts';
import { viewsOf } from '../view/words/places.ts';
import { summaryCsv } from './summary-csv.ts';

const tableOf = (result: Result) => parseCsv(summaryCsv(result, viewsOf(result, new Anchors())));

test('each estimate has one row, with every digit, its bounds and its ratio', () => {
  const result = makeFanOut();
  const { rows } = tableOf(result);
  expect(rows).toHaveLength(result.estimates.length);
  for (const { lane, scenario, point, metric, value, low, high } of result.estimates) {
    const mine = rows.filter(
      (row) =>
        row['lane'] === lane &&
        row['metric'] === metric &&
        row['clients'] === String(point.clients) &&
        row['poll_interval_ms'] === String(point.pollIntervalMs ?? ''),
    );
    expect(mine).toHaveLength(1);
    expect(mine[0]).toMatchObject({ scenario, mean: String(value), low: String(low ?? ''), high: String(high ?? '') });
  }
  const compared = rows.filter(({ ratio }) => ratio !== '');
  expect(compared).toHaveLength(result.comparisons.length);
  for (const { lane, ratio, reference, verdict } of compared) {
    expect(result.comparisons).toContainEqual(
      expect.objectContaining({ lane, ratio: Number(ratio), reference, verdict }),
    );
  }
});

test('a figure says whether it may be cited, and if not, why', () => {
  const warnings = [severe('code', 'why not', 'hint', ['latency'])];
  const { rows } = tableOf(makeResult({ replace: { warnings } }));
  for (const { metric = '', may_be_cited, why_not } of rows) {
    const isLatency = metric.startsWith('latency.');
    expect({ metric, may_be_cited, why_not }).toEqual({
      metric,
      may_be_cited: String(!isLatency),
      why_not: isLatency ? 'code: why not' : '',
    });
  }
  expect(tableOf(makeResult()).header).not.toContain('why_not');
});

test('one round has no bounds, and a lane that is compared with none no ratio', () => {
  const { header } = tableOf(makeResult({ rounds: 1, reference: 'elsewhere', points: [POINT] }));
  expect(header).toEqual(expect.arrayContaining(['mean', 'rounds', 'runs']));
  expect(header).not.toContain('ratio');
});
