/** Pure: round numbers along an axis, and the range that they fit. */

import { formatExact } from '../words/format.ts';
import type { PlotAxis } from './plot.ts';

type Ticks = Pick<PlotAxis, 'range' | 'ticks'> & { readonly isDecades: boolean };

const STEPS = [1, 2, 2.5, 5, 10] as const;
const FINEST = [1, 1.5, 2, 3, 4, 5, 7] as const;
const DIGITS = [[1], [1, 2, 5], FINEST] as const;
/** Floating point puts 3 × 0.1 beyond 0.3. */
const SLACK = 1e-9;

/** About so many steps of 1, 2, 2.5 or 5 times a power of ten. Both ends become ticks unless the range is fixed. */
export function linearTicks([from, to]: readonly [number, number], steps: number, isFixed = false): Ticks {
  const span = to - from || Math.abs(to) || 1;
  const power = 10 ** Math.floor(Math.log10(span / steps));
  const step = power * (STEPS.find((one) => one * power * steps >= span * (1 - SLACK)) ?? 10);
  const outward = [Math.floor(from / step + SLACK), Math.ceil((from + span) / step - SLACK)] as const;
  const inward = [Math.ceil(from / step - SLACK), Math.floor(to / step + SLACK)] as const;
  const [first, last] = isFixed ? inward : outward;
  const values = Array.from({ length: last - first + 1 }, (_, at) => Number(((first + at) * step).toPrecision(12)));
  return {
    range: isFixed ? [from, to] : [values[0] ?? from, values.at(-1) ?? to],
    ticks: values.map((at) => [at, formatExact(at)]),
    isDecades: false,
  };
}

/** Powers of ten where two or more lie within, else what lies between; where that is too little, both ends move out to it. */
export function logTicks(span: readonly [number, number]): Ticks {
  const [decades = [], ...finer] = DIGITS.map((digits) => roundWithin(span, digits));
  if (decades.length > 1) return { range: span, ticks: decades.map(tickAt), isDecades: true };
  const within = finer.find(({ length }) => length > 2);
  if (within) return { range: span, ticks: within.map(tickAt), isDecades: false };
  const all = roundWithin([span[0] / 10, span[1] * 10], FINEST);
  const range = [all.findLast((at) => at <= span[0]) ?? span[0], all.find((at) => at >= span[1]) ?? span[1]] as const;
  return { range, ticks: roundWithin(range, FINEST).map(tickAt), isDecades: false };
}

function roundWithin([from, to]: readonly [number, number], digits: readonly number[]): number[] {
  const [first, last] = [Math.floor(Math.log10(from)), Math.ceil(Math.log10(to))];
  return Array.from({ length: last - first + 1 }, (_, at) => first + at)
    .flatMap((exponent) => digits.map((digit) => Number((digit * 10 ** exponent).toPrecision(12))))
    .filter((at) => at >= from * (1 - SLACK) && at <= to * (1 + SLACK));
}

const tickAt = (at: number): readonly [number, string] => [at, formatExact(at)];
