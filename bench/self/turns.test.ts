import { describe, expect, it } from 'vitest';
import type { Reading } from './readings.ts';
import { interleaved, measurePair, type Pair, ratiosOf } from './turns.ts';

const never = new AbortController().signal;
const NAMES = { id: 'group-a', group: 'group', subject: 'a', reference: 'b' };

function pairOf(measure: Pair['measure']): Pair {
  return { ...NAMES, measure };
}

/** @param readings by turn; the last one for all that come after it */
function scripted(readings: readonly (readonly [Reading, Reading])[]): Pair {
  return pairOf(async ({ number }) => readings[number] ?? readings.at(-1) ?? [{}, {}]);
}

describe('a turn', () => {
  it('begins with the subject, and every other one with the reference', async () => {
    const order: string[] = [];
    const side = (name: string) => async () => {
      order.push(name);
      return { p50: name === 'a' ? 2 : 1 };
    };
    const pair = pairOf(interleaved(side('a'), side('b')));
    const [ratio] = await measurePair(pair, 4, never, () => {});
    expect(order.join('')).toBe('abbaabba');
    expect(ratio?.ratio).toBeCloseTo(2);
  });
});

describe('a pair', () => {
  it('ends after four turns when each interval is within 5 %', async () => {
    const turns: number[] = [];
    const pair = scripted([
      [
        { cpu: 1, p50: 2 },
        { cpu: 1, p50: 1 },
      ],
      [
        { cpu: 1.01, p50: 2 },
        { cpu: 1, p50: 1 },
      ],
    ]);
    const ratios = await measurePair(pair, 20, never, (soFar) => turns.push(soFar[0]?.turns ?? 0));
    expect(turns).toEqual([1, 2, 3, 4]);
    expect(ratios.map(({ isNarrow }) => isNarrow)).toEqual([true, true]);
  });

  it('goes on while one of its intervals is wide, as long as turns last, and says so', async () => {
    const wild = Array.from({ length: 6 }, (_, at): [Reading, Reading] => [
      { cpu: 1, p99: at % 2 ? 3 : 1 },
      { cpu: 1, p99: 1 },
    ]);
    const ratios = await measurePair(scripted(wild), 6, never, () => {});
    expect(ratios).toMatchObject([
      { measure: 'cpu', ratio: 1, turns: 6, isNarrow: true },
      { measure: 'p99', turns: 6, isNarrow: false },
    ]);
  });

  it('ends with what ends one of its sides', async () => {
    const pair = pairOf(async () => {
      throw new Error('tcp, connect: refused');
    });
    await expect(measurePair(pair, 3, never, () => {})).rejects.toThrow('tcp, connect: refused');
  });
});

describe('ratios', () => {
  it('are geometric means with the interval of their logarithms', () => {
    const [one] = ratiosOf(NAMES, [
      [{ p50: 2 }, { p50: 1 }],
      [{ p50: 1 }, { p50: 2 }],
    ]);
    expect(one?.ratio).toBeCloseTo(1);
    expect((one?.low ?? 0) * (one?.high ?? 0)).toBeCloseTo(1);
  });

  it('have no interval after one turn', () => {
    expect(ratiosOf(NAMES, [[{ p50: 3 }, { p50: 2 }]])).toEqual([
      {
        pair: 'group',
        subject: 'a',
        reference: 'b',
        measure: 'p50',
        ratio: 1.5,
        low: null,
        high: null,
        turns: 1,
        isNarrow: false,
      },
    ]);
  });

  it('leave out a measure that some turn or side does not have', () => {
    const ratios = ratiosOf(NAMES, [
      [
        { cpu: 1, memory: 5 },
        { cpu: 1, memory: 5 },
      ],
      [{ cpu: 1 }, { cpu: 1, memory: 5 }],
    ]);
    expect(ratios.map(({ measure }) => measure)).toEqual(['cpu']);
  });
});
