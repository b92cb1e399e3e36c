import { expect, test } from 'vitest';
import type { Comparison } from '../../../contract/result.ts';
import { makeResult } from '../../../tests/fixture.ts';
import { type ComparisonWords, comparisonProse, proseText, verdictText } from './verdicts.ts';

const [any] = makeResult().comparisons.filter(({ metric, lane }) => metric === 'latency.p50Us' && lane === 'alpha');
if (!any) throw new Error('no comparison');
const comparison = (change: Partial<Comparison>): Comparison => ({
  ...any,
  ratio: 1.034,
  low: 0.89,
  high: 1.2,
  ...change,
});
const sentence = (change: Partial<Comparison>, words: Partial<ComparisonWords> = {}) => {
  const all = { subject: ['A'], reference: 'B', what: ['latency p50 '], afterVerb: [], ...words };
  return proseText(comparisonProse(comparison(change), all)).replaceAll('\u00a0', ' ');
};

test.each<[Partial<Comparison>, string]>([
  [{ verdict: 'lower' }, 'lower'],
  [{ verdict: 'higher' }, 'higher'],
  [{ verdict: 'equivalent', margin: 0.05 }, 'no practical difference (within ±5 %)'],
  [{ verdict: 'equivalent', margin: 0.01 }, 'no practical difference (within ±1 %)'],
  [{ verdict: 'inconclusive', roundsNeeded: 14 }, 'not decided by these rounds; about 14 rounds would'],
  [{ verdict: 'inconclusive', roundsNeeded: null }, 'not decided by these rounds; they differ by no more than 20 %'],
  [
    { verdict: 'inconclusive', roundsNeeded: null, low: 0.961 },
    'not decided by these rounds; they differ by no more than 20 %',
  ],
  [
    { verdict: 'inconclusive', roundsNeeded: null, low: 0.999, high: 1.0712 },
    'not decided by these rounds; they differ by no more than 7.2 %',
  ],
  [{ verdict: 'inconclusive' }, 'not decided by these rounds'],
  [{ verdict: 'inconclusive', rounds: 1, low: null, high: null }, 'not decided by one round'],
])('%j reads: %s', (change, text) => {
  expect(verdictText(comparison(change)).replaceAll('\u00a0', ' ')).toBe(text);
});

test('what is decided is said with the verb of the metric', () => {
  expect(sentence({ verdict: 'higher' })).toBe('A is slower than B: × 1.03 [0.89, 1.20].');
  expect(sentence({ verdict: 'lower', metric: 'server.cpuPerDeliveryUs' })).toBe(
    'A takes less server CPU than B: × 1.03 [0.89, 1.20].',
  );
});

test('what is not decided names the quantity, and has no verb', () => {
  expect(sentence({ verdict: 'equivalent' })).toBe(
    'A, against B: latency p50 × 1.03 [0.89, 1.20], no practical difference (within ±5 %).',
  );
});

test('a reference that was just named is not named again', () => {
  const words = { subject: ['It'], reference: undefined };
  expect(sentence({ verdict: 'higher' }, words)).toBe('It is slower: × 1.03 [0.89, 1.20].');
  expect(sentence({ verdict: 'equivalent' }, words)).toMatch(/^Latency p50 × 1\.03 \[0\.89, 1\.20\], no practical/);
});
