import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { randomAt, STREAM, shuffleInPlace, spreadAt } from './random.ts';
import { range } from './test-support.ts';

const DRAWS = 20_000;
const draws = (seed: number, stream: number) => range(1, DRAWS).map((n) => randomAt(seed, stream, n));

function correlation(xs: readonly number[], ys: readonly number[]): number {
  const mean = (all: readonly number[]) => all.reduce((sum, one) => sum + one, 0) / all.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  let [xy, xx, yy] = [0, 0, 0];
  for (const [index, x] of xs.entries()) {
    const dx = x - meanX;
    const dy = (ys[index] ?? 0) - meanY;
    xy += dx * dy;
    xx += dx * dx;
    yy += dy * dy;
  }
  return xy / Math.sqrt(xx * yy);
}

// Seeds are fixed: these figures come out the same each time. Five standard errors are allowed.
const ALLOWED = 5 / Math.sqrt(DRAWS);

test('a draw depends on its three numbers alone, and lies from 0 to below 1', () => {
  fc.assert(
    fc.property(fc.integer(), fc.nat(100), fc.maxSafeNat(), (seed, stream, n) => {
      const value = randomAt(seed, stream, n);
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThan(1);
      expect(randomAt(seed, stream, n)).toBe(value);
    }),
  );
});

test('a draw of a published result stays what it was', () => {
  expect(range(1, 4).map((n) => randomAt(42, STREAM.event, n))).toMatchInlineSnapshot(`
    [
      0.0018433160148561,
      0.2976871756836772,
      0.0017840280197560787,
      0.5558951676357538,
    ]
  `);
});

test('streams have numbers of their own', () => {
  const numbers = Object.values(STREAM);
  expect(new Set(numbers).size).toBe(numbers.length);
});

describe.each([0, 1, 42, 2 ** 31 - 1])('the draws of seed %d', (seed) => {
  test('are spread evenly', () => {
    const buckets = new Array<number>(20).fill(0);
    for (const value of draws(seed, STREAM.event)) {
      const at = Math.floor(value * buckets.length);
      buckets[at] = (buckets[at] ?? 0) + 1;
    }
    const expected = DRAWS / buckets.length;
    const chiSquare = buckets.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    // 19 degrees of freedom: 54 is exceeded once in 30,000.
    expect(chiSquare).toBeLessThan(54);
  });

  test('do not follow from their neighbours', () => {
    const values = draws(seed, STREAM.event);
    for (const lag of [1, 2, 3, 16]) {
      expect(Math.abs(correlation(values.slice(lag), values.slice(0, -lag)))).toBeLessThan(ALLOWED);
    }
  });

  test('do not follow from another stream, nor from the next seed', () => {
    const values = draws(seed, STREAM.event);
    expect(Math.abs(correlation(values, draws(seed, STREAM.price)))).toBeLessThan(ALLOWED);
    expect(Math.abs(correlation(values, draws(seed + 1, STREAM.event)))).toBeLessThan(ALLOWED);
  });
});

describe('a spread', () => {
  test('leaves even gaps between each first power of two of its numbers', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 8 }), (seed, power) => {
        const count = 2 ** power;
        const numbers = Array.from({ length: count }, (_, n) => spreadAt(seed, STREAM.pollPhase, n));
        expect(numbers.every((number) => number >= 0 && number < 1)).toBe(true);
        const sorted = numbers.toSorted((a, b) => a - b);
        const gaps = sorted.map((number, at) => (sorted[at + 1] ?? 1 + (sorted[0] ?? 0)) - number);
        for (const gap of gaps) expect(gap).toBeCloseTo(1 / count, 12);
      }),
    );
  });

  test('begins anywhere, by its seed', () => {
    const starts = range(1, 1_000).map((seed) => spreadAt(seed, STREAM.pollPhase, 3));
    const mean = starts.reduce((sum, one) => sum + one, 0) / starts.length;
    // A uniform number's standard error, five times.
    expect(Math.abs(mean - 0.5)).toBeLessThan(5 / Math.sqrt(12 * starts.length));
  });
});

describe('a shuffle', () => {
  test('keeps every item, leaves those beyond its count, and depends on the seed and the order before alone', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 0, max: 50 }), (seed, count) => {
        const items = range(1, 50);
        const others = range(1, 50);
        shuffleInPlace(items, seed, count);
        shuffleInPlace(others, seed, count);
        expect(items).toEqual(others);
        expect(items.toSorted((a, b) => a - b)).toEqual(range(1, 50));
        expect(items.slice(count)).toEqual(range(count + 1, 50));
      }),
    );
  });

  test('gives an item every place equally often, from event to event', () => {
    const ITEMS = 10;
    const items = range(0, ITEMS - 1);
    const counts = range(1, ITEMS).map(() => new Array<number>(ITEMS).fill(0));
    for (const seq of range(1, DRAWS)) {
      shuffleInPlace(items, seq);
      for (const [place, item] of items.entries()) {
        const of = counts[item] ?? [];
        of[place] = (of[place] ?? 0) + 1;
      }
    }
    const expected = DRAWS / ITEMS;
    for (const of of counts) {
      // 9 degrees of freedom: 38 is exceeded once in 60,000.
      expect(of.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)).toBeLessThan(38);
    }
  });
});
