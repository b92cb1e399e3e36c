/**
 * How many independent events a percentile of a run needs before it is quoted, in all its rounds: with fewer, the chance that
 * all of them lie below it is above 5 % (0.95ⁿ for p95, and so on). Deliveries of one event to many clients are not
 * independent.
 */
export const EVENTS_NEEDED = { p50: 6, p90: 29, p95: 59, p99: 299, p999: 2_995 } as const;

export type Percentile = keyof typeof EVENTS_NEEDED;

export const PERCENTILE_SHARES: Readonly<Record<Percentile, number>> = {
  p50: 0.5,
  p90: 0.9,
  p95: 0.95,
  p99: 0.99,
  p999: 0.999,
};

export const PERCENTILE_LABELS: Readonly<Record<Percentile, string>> = {
  p50: 'p50',
  p90: 'p90',
  p95: 'p95',
  p99: 'p99',
  p999: 'p99.9',
};

export function tooFewFor(events: number): Percentile[] {
  return (Object.keys(EVENTS_NEEDED) as Percentile[]).filter((name) => events < EVENTS_NEEDED[name]);
}
