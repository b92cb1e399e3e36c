import { describe, expect, test } from 'vitest';
import {
  formatBound,
  formatDuration,
  formatInstant,
  formatInterval,
  formatNumber,
  formatRange,
  formatSetting,
  RATIO,
  scaleFor,
} from './format.ts';

const US = { unit: 'µs', factor: 1 };
const MS = { unit: 'ms', factor: 1e3 };
const format = (value: number, low: number | null, high: number | null, scale = US) => {
  const { value: text, interval } = formatInterval({ value, low, high }, scale);
  return interval === undefined ? text : `${text} ${interval}`;
};

describe('an interval', () => {
  test('rounds to two significant digits of its half-width', () => {
    expect(format(1274.108, 1184.427, 1370.579, MS)).toBe('1.274 [1.184, 1.371]');
    expect(format(1.39858, 1.26807, 1.54254)).toBe('1.40 [1.27, 1.54]');
    expect(format(548.17, 511.378, 587.611)).toBe('548 [511, 588]');
    expect(format(7.5, 0, 15)).toBe('7.5 [0.0, 15.0]');
  });

  test('shows of a low end above zero that it is, however wide it is', () => {
    expect(format(8.1, 0.28, 236)).toBe('8.1 [0.3, 236.0]');
  });

  test('takes the digits of the half-width after it is rounded', () => {
    expect(format(5, 4.9004, 5.0996)).toBe('5.00 [4.90, 5.10]');
  });

  test('does not round whole numbers to tens', () => {
    expect(format(12_345.6, 11_111.1, 13_777.7)).toBe('12,346 [11,111, 13,778]');
  });

  test('that is unknown leaves three significant digits', () => {
    expect(format(910.996, null, null, MS)).toBe('0.911');
    expect(format(16.2589, null, null)).toBe('16.3');
  });

  test('without width is left out, and the value is exact to two decimals', () => {
    expect(format(410.2100000000001, 410.21, 410.2100000000001)).toBe('410.21');
    expect(format(131.99999999999997, 132, 132)).toBe('132');
    expect(format(0, 0, 0)).toBe('0');
  });

  test('that rounds to nothing is left out', () => {
    const ratio = formatInterval({ value: 1.2391, low: 1.23905, high: 1.23914 }, RATIO);
    expect(ratio).toEqual({ value: '1.239', interval: undefined });
  });

  test('keeps its sign', () => {
    expect(format(-12.5, -14, -11)).toBe('−12.5 [−14.0, −11.0]');
    expect(format(-0.001, -1, 1)).toBe('0.0 [−1.0, 1.0]');
  });
});

describe('a range', () => {
  const range = (value: number, low: number | null, high: number | null) =>
    formatInterval({ value, low, high, spread: 'range' }, scaleFor('wire', []));

  test('stands in parentheses, to tell it from an interval', () => {
    expect(range(163.55, 162.98, 164.21)).toEqual({ value: '163.55', interval: '(162.98–164.21)' });
  });

  test('of one round is the exact value', () => {
    expect(range(9, null, null)).toEqual({ value: '9', interval: undefined });
    expect(range(631.334, null, null).value).toBe('631.33');
  });
});

describe('a unit', () => {
  test('fits the middle of the values that stand together', () => {
    expect(scaleFor('time', [740, 910, 1270, 1800, 499_000]).unit).toBe('ms');
    expect(scaleFor('time', [13, 16, 17, 33, 109]).unit).toBe('µs');
    expect(scaleFor('time', [900_000, 1_500_000]).unit).toBe('s');
    expect(scaleFor('memory', [918, 7_725, 8_389]).unit).toBe('KiB');
    expect(scaleFor('memory', [-8_389]).unit).toBe('KiB');
  });

  test('of bytes on the wire is always the byte', () => {
    expect(scaleFor('wire', [70_000_000]).unit).toBe('B');
  });

  test('is there when there is no value', () => {
    expect(scaleFor('time', []).unit).toBe('µs');
  });
});

test('thousands are set apart', () => {
  expect(formatNumber(1_234_567)).toBe('1,234,567');
});

test('a setting shows no zeros that were not set', () => {
  expect([20, 0.5, 5.0000001, 1_000].map(formatSetting)).toEqual(['20', '0.5', '5', '1,000']);
});

test('a range of values that print alike is one value', () => {
  expect(formatRange([5.001, 5.002], formatNumber)).toBe('5.00');
  expect(formatRange([6, 5], formatNumber)).toBe('5.00–6.00');
  expect(formatRange([], formatNumber)).toBeUndefined();
});

test('an instant is told in UTC', () => {
  expect(formatInstant('2026-11-20T23:05:39.040Z')).toBe('20 November 2026, 23:05 UTC');
});

test('a duration is told in minutes from a minute on', () => {
  expect(formatDuration('2026-01-01T00:00:00Z', '2026-01-01T00:00:59Z')).toBe('59\u00a0s');
  expect(formatDuration('2026-01-01T00:00:00Z', '2026-01-01T00:02:53Z')).toBe('2\u00a0min\u00a053\u00a0s');
});

test('a bound is rounded up, to two significant digits; whole numbers keep all of theirs', () => {
  expect([7.12, 12.01, 20, 0.331, 153.2].map(formatBound)).toEqual(['7.2', '13', '20', '0.34', '154']);
});
