import { describe, expect, it } from 'vitest';
import { KINDS, severe } from '../contract/result.ts';
import { makeResult, withLedger } from '../tests/fixture.ts';
import { kindList, refusedOf } from './strict.ts';

describe('--strict', () => {
  it('takes kinds of figures, and names those there are when one is not', () => {
    expect(kindList('bytes, latency')).toEqual(['bytes', 'latency']);
    expect(() => kindList('bytes,time')).toThrow('--strict time: allowed are bytes, packets, memory, cpu, latency');
    expect(() => kindList('')).toThrow();
  });

  const warnings = [severe('code', 'seen', 'hint', ['latency', 'packets'])];

  it('refuses kinds that were asked for and may not be cited, and no others', () => {
    const result = makeResult({ replace: { warnings }, change: withLedger });
    expect(refusedOf(['bytes', 'latency'], result)).toEqual(['latency']);
    expect(refusedOf(['bytes', 'cpu'], result)).toEqual([]);
    expect(refusedOf(KINDS, makeResult({ change: withLedger }))).toEqual([]);
  });

  it('alone asks for every kind that the run has figures of', () => {
    expect(refusedOf(true, makeResult({ replace: { warnings }, change: withLedger }))).toEqual(['packets', 'latency']);
    expect(refusedOf(true, makeResult({ replace: { warnings } }))).toEqual(['latency']);
  });

  it('refuses a kind by name of which there is no figure', () => {
    expect(refusedOf(['packets'], makeResult())).toEqual(['packets']);
  });
});
