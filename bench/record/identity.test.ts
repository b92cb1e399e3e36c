import { describe, expect, it } from 'vitest';
import { makeResult } from '../tests/fixture.ts';
import { resultId } from './identity.ts';

describe("a result's id", () => {
  const result = makeResult();

  it('begins with the second at which the run began', () => {
    expect(resultId(result)).toMatch(/^20260102-030405-[0-9a-f]{12}$/);
  });

  it('does not depend on the order of keys, nor on the id that stands there', () => {
    const reversed = Object.fromEntries(Object.entries({ ...result, id: 'other' }).reverse()) as typeof result;
    expect(resultId(reversed)).toBe(resultId(result));
  });

  it('is another one when a single number is', () => {
    expect(resultId({ ...result, seed: result.seed + 1 })).not.toBe(resultId(result));
  });
});
