import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadParameter, queryOf, readCursor, readQuery } from './query.ts';

describe('readQuery', () => {
  test.each([
    ['', {}],
    ['since=1', { since: '1' }],
    ['since=1&hold=2', { since: '1', hold: '2' }],
    ['hold=a%20b+c', { hold: 'a b c' }],
    ['since', { since: '' }],
    ['since=a=b', { since: 'a=b' }],
    ['&&since=1&', { since: '1' }],
  ])('reads %j', (query, values) => {
    expect(readQuery(query, ['since', 'hold'])).toEqual(values);
  });

  test.each([
    ['other=1', 'other=1: allowed is one of the parameters since, hold'],
    ['Since=1', 'Since=1: allowed is one of the parameters since, hold'],
    ['toString=1', 'toString=1: allowed is one of the parameters since, hold'],
    ['since=1&since=2', 'since=2: allowed is one value'],
    ['since=&since=', 'since=: allowed is one value'],
  ])('refuses %j', (query, message) => {
    expect(() => readQuery(query, ['since', 'hold'])).toThrow(message);
  });
});

test.each([
  [undefined, ''],
  ['/sse', ''],
  ['/sse?', ''],
  ['/sse?since=1', 'since=1'],
  ['/sse?since=1?2', 'since=1?2'],
])('the query of the target %j is %j', (target, query) => {
  expect(queryOf(target)).toBe(query);
});

describe('readCursor', () => {
  test('reads every seq as it is written', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seq) => {
        expect(readCursor(String(seq))).toBe(seq);
      }),
    );
  });

  test('is nothing without a value', () => {
    expect(readCursor(undefined)).toBeUndefined();
  });

  test.each(['', ' 1', '1 ', '+1', '-0', '1.0', '1e3', '0x1', '٣', 'NaN', 'Infinity', '9007199254740993', '1\n'])(
    'refuses %j, and names it',
    (value) => {
      expect(() => readCursor(value, 'Last-Event-ID')).toThrow(BadParameter);
      expect(() => readCursor(value, 'Last-Event-ID')).toThrow(`Last-Event-ID=${value}: allowed is a whole number`);
    },
  );

  test('refuses any text that is no number', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        fc.pre(!/^\d+$/.test(text));
        expect(() => readCursor(text)).toThrow(BadParameter);
      }),
    );
  });
});

test('the body of a 400 names the parameter, its value and what is allowed', () => {
  expect(JSON.parse(JSON.stringify(new BadParameter('since', 'x', 'a number')))).toEqual({
    error: { parameter: 'since', value: 'x', allowed: 'a number' },
  });
});
