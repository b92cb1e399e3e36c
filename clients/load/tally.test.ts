import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { range } from '../../bench/contract/test-support.ts';
import { Tally } from './tally.ts';

/** The audit again, from the whole list at once. */
function naive(seqs: readonly number[], from: number, to: number) {
  const repeated = seqs.filter((seq, at) => seqs.indexOf(seq) < at).length;
  const late = seqs.filter((seq, at) => {
    const before = seqs.slice(0, at);
    return !before.includes(seq) && before.some((other) => other > seq);
  }).length;
  const missing = range(from, to).filter((seq) => !seqs.includes(seq)).length;
  return { duplicated: repeated, outOfOrder: late, missing };
}

function tally(seqs: readonly number[], from: number, to: number) {
  const audit = new Tally();
  const first = seqs.map((seq) => audit.see(seq));
  expect(first).toEqual(seqs.map((seq, at) => seqs.indexOf(seq) === at));
  return { duplicated: audit.duplicated, outOfOrder: audit.outOfOrder, missing: audit.missingOf(from, to) };
}

describe('a tally', () => {
  test.each([
    { case: 'all in order', seqs: [1, 2, 3], duplicated: 0, outOfOrder: 0, missing: 0 },
    { case: 'nothing at all', seqs: [], duplicated: 0, outOfOrder: 0, missing: 3 },
    { case: 'one lost', seqs: [1, 3], duplicated: 0, outOfOrder: 0, missing: 1 },
    { case: 'the first lost', seqs: [2, 3], duplicated: 0, outOfOrder: 0, missing: 1 },
    { case: 'the last lost', seqs: [1, 2], duplicated: 0, outOfOrder: 0, missing: 1 },
    { case: 'one twice', seqs: [1, 2, 2, 3], duplicated: 1, outOfOrder: 0, missing: 0 },
    { case: 'two in the wrong order', seqs: [1, 3, 2], duplicated: 0, outOfOrder: 1, missing: 0 },
    { case: 'late and twice', seqs: [3, 1, 1, 2], duplicated: 1, outOfOrder: 2, missing: 0 },
    { case: 'all over again', seqs: [1, 2, 3, 1, 2, 3], duplicated: 3, outOfOrder: 0, missing: 0 },
    { case: 'one beyond', seqs: [1, 2, 3, 4], duplicated: 0, outOfOrder: 0, missing: 0 },
  ])('of $case', ({ seqs, duplicated, outOfOrder, missing }) => {
    expect(tally(seqs, 1, 3)).toEqual({ duplicated, outOfOrder, missing });
  });

  test('finds the same as a naive look at the whole list', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 40 }),
        fc.integer({ min: 1, max: 25 }),
        fc.integer({ min: 0, max: 25 }),
        (seqs, from, length) => {
          expect(tally(seqs, from, from + length)).toEqual(naive(seqs, from, from + length));
        },
      ),
    );
  });

  test('of a shuffled stream misses nothing', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(range(1, 50), { minLength: 50 }), (seqs) => {
        expect(tally(seqs, 1, 50)).toMatchObject({ duplicated: 0, missing: 0 });
      }),
    );
  });
});
