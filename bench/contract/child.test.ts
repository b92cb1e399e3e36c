import { describe, expect, test } from 'vitest';
import { answerCall, type Role } from './child.ts';

interface Calls {
  double(ask: { n: number }): { n: number };
  fail(ask: { why: unknown }): object;
}

const role: Role<Calls> = {
  double: async ({ n }) => ({ n: 2 * n }),
  fail: ({ why }) => {
    throw why;
  },
};

describe('a call', () => {
  test('is answered with what the role gives, at once or later', async () => {
    expect(await answerCall(role, { call: 'double', ask: { n: 21 } })).toEqual({ answer: { n: 42 } });
    const atOnce: Role<Calls> = { ...role, double: ({ n }) => ({ n }) };
    expect(await answerCall(atOnce, { call: 'double', ask: { n: 1 } })).toEqual({ answer: { n: 1 } });
  });

  test.each([
    [new Error('the disk is full'), 'the disk is full'],
    ['just a word', 'just a word'],
    [undefined, 'undefined'],
  ])('that fails is answered with the reason: %s', async (why, error) => {
    expect(await answerCall(role, { call: 'fail', ask: { why } })).toEqual({ error });
  });

  test.each(['triple', ''])('that no role has is told so: %s', async (call) => {
    expect(await answerCall(role, { call, ask: {} })).toEqual({ error: `this child has no call ${call}` });
  });
});
