/** Numbers as the page prints them: one unit a table, and as many digits as the interval allows. */

import type { Standing } from '../../../contract/result.ts';
import type { Metric } from '../../../stats/metrics/metric.ts';

export interface Scale {
  readonly unit: string;
  readonly factor: number;
  /** No more decimals than these, however narrow the interval. */
  readonly decimals?: number;
}

export const RATIO: Scale = { unit: '×', factor: 1, decimals: 3 };

export interface Interval {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** @default 'interval' */
  readonly spread?: 'interval' | 'range';
  /** Of a figure that may be cited, or not; what is computed on the way to a figure has none. */
  readonly standing?: Standing;
  /** With the disturbed attempts that were measured again; undefined where there were none. */
  readonly allAttempts?: Pick<Interval, 'value' | 'low' | 'high'> | undefined;
}

export interface FormattedInterval {
  readonly value: string;
  /** `[low, high]`, or `(low–high)` of a range; undefined where there is none, or where it has no width to print. */
  readonly interval: string | undefined;
}

const BYTES: Scale = { unit: 'B', factor: 1, decimals: 2 };

/** By the kind of quantity, the largest unit first. Bytes on the wire stay bytes: people count them one by one. */
const SCALES = {
  time: [
    { unit: 's', factor: 1e6 },
    { unit: 'ms', factor: 1e3 },
    { unit: 'µs', factor: 1 },
  ],
  memory: [{ unit: 'MiB', factor: 1024 ** 2, decimals: 3 }, { unit: 'KiB', factor: 1024, decimals: 3 }, BYTES],
  wire: [BYTES],
  rate: [{ unit: '/s', factor: 1, decimals: 2 }],
  share: [{ unit: '%', factor: 1, decimals: 1 }],
  count: [{ unit: '', factor: 1, decimals: 3 }],
} as const satisfies Record<string, readonly Scale[]>;

export type Quantity = keyof typeof SCALES;

/** Bytes that vary from round to round are memory and get a prefix; those on the wire are counted one by one. */
export function quantityOf({ unit, spread }: Pick<Metric, 'unit' | 'spread'>): Quantity {
  if (unit === 'B') return spread === 'range' ? 'wire' : 'memory';
  return ({ µs: 'time', '1/s': 'rate', '%': 'share', '': 'count' } as const)[unit];
}

export function withUnit(number: string, { unit }: Pick<Scale, 'unit'>): string {
  return unit === '' ? number : `${number}\u00a0${unit}`;
}

/** `p50, ms`, or `Attempts` of a count: heads a column or an axis. */
export function headed(label: string, { unit }: Pick<Scale, 'unit'>): string {
  return unit === '' ? label : `${label}, ${unit}`;
}

/** The unit for values that stand together, so that a reader compares digits and never units. Times come in µs. */
export function scaleFor(quantity: Quantity, values: readonly number[]): Scale {
  const sorted = values.map(Math.abs).sort((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const scales: readonly Scale[] = SCALES[quantity];
  return scales.find(({ factor }) => median >= factor / 2) ?? scales.at(-1) ?? BYTES;
}

export function scaleOf(metric: Pick<Metric, 'unit' | 'spread'>, values: readonly number[]): Scale {
  return scaleFor(quantityOf(metric), values);
}

/** Two significant digits of the interval's half-width; three of the value where there is no interval. */
export function formatInterval(
  { value, low, high, spread = 'interval' }: Interval,
  { factor, decimals }: Pick<Scale, 'factor' | 'decimals'>,
): FormattedInterval {
  const scaled = value / factor;
  // A single round of bytes is exact; a single round of times has three digits.
  const format = spread === 'range' ? formatExact : formatNumber;
  if (low === null || high === null) return { value: format(scaled), interval: undefined };
  const half = (high - low) / 2 / factor;
  // Identical rounds differ by rounding errors of their logarithms: that is no width.
  if (half <= Math.abs(scaled) * 1e-9) return { value: formatExact(scaled), interval: undefined };
  // A bound above zero is not printed as zero, however wide the interval.
  const least = low > 0 && low / factor < 0.5 ? decimalsFor(low / factor, 1) : 0;
  const digits = Math.max(Math.min(decimalsFor(half, 2), decimals ?? Number.POSITIVE_INFINITY), least);
  const [from, to] = [formatDecimals(low / factor, digits), formatDecimals(high / factor, digits)];
  const interval = spread === 'range' ? `(${from}–${to})` : `[${from}, ${to}]`;
  return { value: formatDecimals(scaled, digits), interval: from === to ? undefined : interval };
}

/** `0.91 [0.85, 0.98]` */
export function intervalText({ value, interval }: FormattedInterval): string {
  return interval === undefined ? value : `${value} ${interval}`;
}

/** `with disturbed attempts: 0.95 [0.86, 1.05]`; undefined where there are none, or they change no digit. */
export function allAttemptsText(estimate: Interval, scale: Scale): string | undefined {
  const { allAttempts, spread } = estimate;
  if (!allAttempts) return undefined;
  const text = intervalText(formatInterval({ ...allAttempts, ...(spread && { spread }) }, scale));
  return text === intervalText(formatInterval(estimate, scale)) ? undefined : `with disturbed attempts: ${text}`;
}

/** Three significant digits; whole numbers keep all of theirs. */
export function formatNumber(value: number): string {
  return formatSignificant(value, 3);
}

export function formatSignificant(value: number, digits: number): string {
  return formatDecimals(value, decimalsFor(Math.abs(value), digits));
}

/** At least two decimals' worth of a value that came out the same each time: 132, 147.21, 0.25. */
export function formatExact(value: number): string {
  const text = formatDecimals(value, Math.max(2, Math.min(4, decimalsFor(Math.abs(value), 3))));
  return text.replace(/\.?0+$/, '');
}

export function formatCount(value: number): string {
  return formatDecimals(value, 0);
}

/** What was set, or came out as set: 20, 0.5; up to three decimals and no zeros at the end. */
export function formatSetting(value: number): string {
  return formatDecimals(value, 3).replace(/\.?0+$/, '');
}

/** Two significant digits, rounded up: what must not be exceeded is not printed smaller than it is. */
export function formatBound(value: number): string {
  const decimals = decimalsFor(value, 2);
  const up = Math.ceil(value * 10 ** decimals - 1e-9) / 10 ** decimals;
  return formatDecimals(up, decimals).replace(/\.0+$/, '');
}

/** A share of 1 in per cent, without the sign. */
export function formatPercent(share: number): string {
  return formatDecimals(share * 100, 1);
}

/** `0.4` for equal values, `0.4–1.2` for a range; undefined for none. */
export function formatRange(values: readonly number[], format: (value: number) => string): string | undefined {
  if (values.length === 0) return undefined;
  const [from, to] = [format(Math.min(...values)), format(Math.max(...values))];
  return from === to ? from : `${from}–${to}`;
}

const MONTHS = 'January February March April May June July August September October November December'.split(' ');

/** `20 November 2026, 08:21 UTC`: the same on every machine. */
export function formatInstant(iso: string): string {
  const date = new Date(iso);
  const two = (part: number): string => String(part).padStart(2, '0');
  const day = `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`;
  return `${day}, ${two(date.getUTCHours())}:${two(date.getUTCMinutes())} UTC`;
}

export function formatDuration(fromIso: string, toIso: string): string {
  const seconds = Math.round((Date.parse(toIso) - Date.parse(fromIso)) / 1e3);
  return seconds < 60 ? `${seconds}\u00a0s` : `${Math.floor(seconds / 60)}\u00a0min\u00a0${seconds % 60}\u00a0s`;
}

export function countOf(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** How many decimals show so many significant digits; none for large values, which are not rounded to tens. */
function decimalsFor(magnitude: number, significant: number): number {
  if (magnitude === 0) return 0;
  // toExponential rounds first: 0.0996 has its first of two digits at 0.10.
  const exponent = Number(magnitude.toExponential(significant - 1).split('e')[1]);
  return Math.min(6, Math.max(0, significant - 1 - exponent));
}

export function formatDecimals(value: number, decimals: number): string {
  const [whole = '', fraction] = Math.abs(value).toFixed(decimals).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  const digits = fraction === undefined ? grouped : `${grouped}.${fraction}`;
  return value < 0 && /[1-9]/.test(digits) ? `−${digits}` : digits;
}
