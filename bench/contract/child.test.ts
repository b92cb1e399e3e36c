import { describe, expect, test } from 'vitest';
import { answerCall } from './child.ts';

const role = {
  double: async ({ n }: { n: number }) => ({ n: 2 * n }),
  fail: ({ why }: { why: unknown }) => {
    throw why;
  },
};

describe('a call', () => {
  test('is answered with what the role gives, at once or later', async () => {
    expect(await answerCall(role, { call: 'double', params: { n: 21 } })).toEqual({ answer: { n: 42 } });
    const atOnce = { ...role, double: ({ n }: { n: number }) => ({ n }) };
    expect(await answerCall(atOnce, { call: 'double', params: { n: 1 } })).toEqual({ answer: { n: 1 } });
  });

  test.each([
    [new Error('the disk is full'), 'the disk is full'],
    ['just a word', 'just a word'],
    [undefined, 'undefined'],
  ])('that fails is answered with the reason: %s', async (why, error) => {
    expect(await answerCall(role, { call: 'fail', params: { why } })).toEqual({ error });
  });

  test.each(['triple', ''])('that no role has is told so: %s', async (call) => {
    expect(await answerCall(role, { call, params: {} })).toEqual({ error: `this child has no call ${call}` });
  });
});
