import fc from 'fast-check';
import { expect, it } from 'vitest';
import { incompleteBeta } from './incomplete-beta.ts';

/** Such that 1 − x loses no digit. */
const share = fc.nat(2 ** 20).map((steps) => steps / 2 ** 20);
const shape = fc.double({ min: 0.5, max: 500, noNaN: true });

it('I_x(a, 1) is xᵃ, and I_x(1, b) is 1 − (1 − x)ᵇ', () => {
  fc.assert(
    fc.property(share, shape, (x, shape) => {
      expect(incompleteBeta(x, shape, 1)).toBeCloseTo(x ** shape, 10);
      expect(incompleteBeta(x, 1, shape)).toBeCloseTo(1 - (1 - x) ** shape, 10);
    }),
  );
});

it('I_x(½, ½) is that of the arcsine distribution', () => {
  fc.assert(
    fc.property(share, (x) => {
      expect(incompleteBeta(x, 0.5, 0.5)).toBeCloseTo((2 / Math.PI) * Math.asin(Math.sqrt(x)), 10);
    }),
  );
});

it('I_x(a, b) and I_1−x(b, a) make 1', () => {
  fc.assert(
    fc.property(share, shape, shape, (x, a, b) => {
      expect(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a)).toBeCloseTo(1, 10);
    }),
  );
});

it('I_x(a, b) is x·I_x(a − 1, b) + (1 − x)·I_x(a, b − 1)', () => {
  fc.assert(
    fc.property(share, shape, shape, (x, a, b) => {
      const recurred = x * incompleteBeta(x, a, b + 1) + (1 - x) * incompleteBeta(x, a + 1, b);
      expect(incompleteBeta(x, a + 1, b + 1)).toBeCloseTo(recurred, 10);
    }),
  );
});

it('grows with x from 0 to 1', () => {
  fc.assert(
    fc.property(share, share, shape, shape, (x, y, a, b) => {
      const [less, more] = [incompleteBeta(Math.min(x, y), a, b), incompleteBeta(Math.max(x, y), a, b)];
      expect(less).toBeGreaterThanOrEqual(0);
      expect(more).toBeLessThanOrEqual(1);
      expect(less - more).toBeLessThan(1e-10);
    }),
  );
  expect([incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([0, 1]);
});

it.each([
  [-0.1, 1, 1],
  [1.1, 1, 1],
  [Number.NaN, 1, 1],
  [0.5, 0, 1],
  [0.5, 1, Number.NaN],
])('I_%f(%f, %f) is refused', (x, a, b) => {
  expect(() => incompleteBeta(x, a, b)).toThrow(/x from 0 to 1 and positive a and b are allowed/);
});
