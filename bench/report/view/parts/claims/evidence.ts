/** What a claim is judged by: figures of the run that may be cited, how two of them compare, and the verdict that follows. */

import type { CompletedCell, Estimate, Point } from '../../../../contract/result.ts';
import { formatInterval, intervalText, RATIO, scaleOf, withUnit } from '../../words/format.ts';
import { variedText } from '../../words/points.ts';
import { type Quote, quotesOf, type Report, type Wanted } from '../../words/quotes.ts';
import { isRefused } from '../../words/standing.ts';
import { formatEstimate } from '../../words/wording.ts';

/** `undecided`: measured, but the intervals are too wide, or its figures may not be cited. */
export type Outcome = 'holds' | 'fails' | 'depends' | 'undecided';

export interface Finding {
  readonly outcome: Outcome;
  /** One sentence with the figures behind it. */
  readonly text: string;
}

/** A value with the least and the most that it may be. */
export interface Bounds {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Something measured at one point: a figure, or the ratio of two. */
export interface Sight extends Bounds {
  readonly point: Point;
  /** `0.39 ms [0.37, 0.41]`, `× 1.20 [1.17, 1.24]` */
  readonly text: string;
}

export interface Figure extends Sight {
  readonly quote: Quote;
}

/** Two figures of one place; `ratio` is that of the first to the second. */
export interface Pair {
  readonly a: Figure;
  readonly b: Figure;
  readonly ratio: Sight;
}

export class Evidence {
  readonly report: Report;
  /** Why figures that were asked for decide nothing. */
  readonly refusals = new Set<string>();

  constructor(report: Report) {
    this.report = report;
  }

  /** Figures that may be cited and have bounds, of clients that stay connected and read; in the order of the run. */
  figures(wanted: Wanted): Figure[] {
    return quotesOf(this.report, wanted)
      .filter(isTelling)
      .flatMap((quote) => {
        const { estimate, metric } = quote;
        const bounds = boundsOf(estimate);
        if (isRefused(estimate)) for (const reason of estimate.standing.reasons) this.refusals.add(reason);
        else if (!bounds) this.refusals.add('one round gives no interval.');
        if (isRefused(estimate) || !bounds) return [];
        const scale = scaleOf(metric, [estimate.value]);
        const { value, interval } = formatEstimate(estimate, scale);
        const point = withInterval(estimate, this.report.result.lanes);
        return [{ quote, ...bounds, point, text: intervalText({ value: withUnit(value, scale), interval }) }];
      });
  }

  /** The figures at each place that has both, the second above 0; a lane at two poll intervals makes two pairs. */
  pairs(a: Wanted, b: Wanted): Pair[] {
    const others = this.figures(b).filter(({ low }) => low > 0);
    return this.figures(a).flatMap((mine) =>
      others
        .filter(({ quote }) => quote.scenario === mine.quote.scenario && quote.place === mine.quote.place)
        .map((theirs) => ({ a: mine, b: theirs, ratio: ratioOf(mine, theirs) })),
    );
  }

  /** Completed cells of a lane, those that lost events among them. */
  cells(lane: string): CompletedCell[] {
    return this.report.result.cells.filter((cell) => cell.state === 'completed').filter((cell) => cell.lane === lane);
  }
}

/** Anatomy has CPU figures of a few events each: only where CPU is asked about do they tell. */
function isTelling({ scenario: { scenario }, metric, estimate: { point } }: Quote): boolean {
  if (scenario.procedure === 'browser')
    return (metric.shown.chart?.figures ?? metric.shown.figures).includes('browser');
  if (scenario.procedure !== 'deliver' || point.stalledClients !== undefined) return false;
  return metric.kind !== 'cpu' || scenario.figures.includes('cpu');
}

/** The point with the poll interval that the lane had there: none where it does not poll on a timer. */
function withInterval({ point, lane: id }: Estimate, lanes: Report['result']['lanes']): Point {
  const { pollIntervalMs, ...others } = point;
  const lane = lanes.find((one) => one.id === id);
  const intervalMs = lane?.polls === 'timed' ? (pollIntervalMs ?? lane.idlePeriodMs) : undefined;
  return intervalMs === undefined ? others : { ...others, pollIntervalMs: intervalMs };
}

function boundsOf({
  value,
  low,
  high,
  spread,
}: Pick<Estimate, 'value' | 'low' | 'high' | 'spread'>): Bounds | undefined {
  // What is counted is exact in a single round too.
  if (low === null || high === null) return spread === 'range' ? { value, low: value, high: value } : undefined;
  return { value, low, high };
}

/** By the run's comparison of the two lanes where it has one; else by the ends of both intervals, which is wider. */
function ratioOf(a: Figure, b: Figure): Sight {
  return { ...(compared(a, b) ?? inverse(compared(b, a)) ?? quotient(a, b)), point: { ...b.point, ...a.point } };
}

function compared({ quote }: Figure, other: Figure): (Bounds & Pick<Sight, 'text'>) | undefined {
  const { comparison, metric } = quote;
  if (!comparison || isRefused(comparison) || metric !== other.quote.metric) return undefined;
  if (comparison.reference !== other.quote.estimate.lane) return undefined;
  const { ratio: value, low, high, spread } = comparison;
  const bounds = boundsOf({ value, low, high, spread });
  return bounds && withText(bounds);
}

function inverse(ratio: Bounds | undefined) {
  return ratio && withText({ value: 1 / ratio.value, low: 1 / ratio.high, high: 1 / ratio.low });
}

function quotient(a: Bounds, b: Bounds) {
  return withText({ value: a.value / b.value, low: a.low / b.high, high: a.high / b.low });
}

export function withText(bounds: Bounds) {
  return { ...bounds, text: `×\u00a0${intervalText(formatInterval(bounds, RATIO))}` };
}

/**
 * Whether what was seen lies within bounds: `depends` where some of it does, or it lies on both sides. What an end of the
 * bounds falls into says nothing.
 */
export function outcomeOf(seen: readonly Bounds[], from: number, to: number): Outcome {
  const sides = seen.flatMap(({ low, high }) => {
    if (low >= from && high <= to) return ['within'];
    if (high < from) return ['below'];
    return low > to ? ['above'] : [];
  });
  const [first, ...others] = new Set(sides);
  if (first === undefined) return 'undecided';
  if (others.length > 0) return 'depends';
  return first === 'within' ? 'holds' : 'fails';
}

/** Of a claim with several parts, all of which must hold. */
export function allOf(parts: readonly Outcome[]): Outcome {
  return (['fails', 'undecided', 'depends'] as const).find((outcome) => parts.includes(outcome)) ?? 'holds';
}

/** undefined where nothing was seen. */
export function found(seen: readonly unknown[], outcome: Outcome, text: string): Finding | undefined {
  return seen.length === 0 ? undefined : { outcome, text };
}

/** `2 B (64 B payload) to 10 B (65,536 B payload)`: told apart by some dimensions; one text alone where all are the same. */
export function span(seen: readonly Sight[], by: readonly (keyof Point)[] = ['payloadBytes', 'headers']): string {
  const sorted = seen.toSorted((a, b) => a.value - b.value);
  const [least, most] = [sorted[0], sorted.at(-1)];
  if (!least || !most || least.text === most.text) return least?.text ?? '';
  const told = ({ point }: Sight): Point => ({
    ...least.point,
    ...Object.fromEntries(by.map((key) => [key, point[key]])),
  });
  const points = [least, most].map(told);
  return [least, most]
    .map((one) => [one.text, variedText(told(one), points)])
    .map(([text, setting]) => (setting === undefined ? text : `${text} (${setting})`))
    .join(' to ');
}

/** Those of the fewest clients: what a lane takes by itself. */
export function ofFewestClients<S extends Sight>(seen: readonly S[]): S[] {
  const least = Math.min(...seen.map(({ point }) => point.clients));
  return seen.filter(({ point }) => point.clients === least);
}

/** A number that a claim gives, as closely as it gives it. */
export function near(value: number): [from: number, to: number] {
  return [value * 0.95, value * 1.05];
}
