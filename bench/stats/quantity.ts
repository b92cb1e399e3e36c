/** Numbers with their unit, rounded as far as their interval allows. */

interface Bounds {
  readonly low: number | null;
  readonly high: number | null;
}

const UNITS: Record<string, readonly { readonly unit: string; readonly from: number }[]> = {
  µs: [
    { unit: 's', from: 1e6 },
    { unit: 'ms', from: 1e3 },
    { unit: 'µs', from: 0 },
  ],
  B: [
    { unit: 'MiB', from: 1024 ** 2 },
    { unit: 'KiB', from: 10 * 1024 },
    { unit: 'B', from: 0 },
  ],
};

/** `0.95 ms [0.88, 1.03]`; without the interval where there is none. */
export function formatInterval({ value, low, high, unit }: Bounds & { value: number; unit: string }): string {
  const scale = UNITS[unit]?.find(({ from }) => Math.abs(value) >= from) ?? { unit, from: 1 };
  const divisor = scale.unit === 'KiB' ? 1024 : scale.from || 1;
  const scaled = (number: number | null) => number && number / divisor;
  const bounds = { low: scaled(low), high: scaled(high) };
  return `${withInterval(value / divisor, bounds, ` ${scale.unit}`)}`;
}

/** `1.40 [1.27, 1.54]` */
export function formatRatio({ ratio, low, high }: Bounds & { ratio: number }): string {
  return withInterval(ratio, { low, high }, '');
}

function withInterval(value: number, { low, high }: Bounds, unit: string): string {
  if (low === null || high === null) return `${value.toPrecision(3).replace(/e\+\d+$/, '')}${unit}`;
  const digits = decimals(value, low, high);
  return `${value.toFixed(digits)}${unit} [${low.toFixed(digits)}, ${high.toFixed(digits)}]`;
}

/** Two significant digits of the interval's half-width; three of the value where the interval has no width. */
function decimals(value: number, low: number, high: number): number {
  const half = (high - low) / 2;
  const magnitude =
    half > Math.abs(value) * 1e-6 ? Math.floor(Math.log10(half)) - 1 : Math.floor(Math.log10(Math.abs(value) || 1)) - 2;
  return Math.min(6, Math.max(0, -magnitude));
}
