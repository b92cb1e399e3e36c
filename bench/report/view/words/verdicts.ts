/** Comparisons in words, the same on the page and on the terminal. The words follow the verdict, never the ratio. */

import type { Comparison, Verdict } from '../../../contract/result.ts';
import { boundPercent } from '../../../stats/inference/ratio.ts';
import { metricOf } from '../../../stats/metrics/metrics.ts';
import type { Prose } from '../page-model.ts';
import { formatBound, formatCount, formatInterval, formatSetting, RATIO } from './format.ts';
import { isRefused } from './standing.ts';

/** Verdicts in tables: a character, since colours alone do not tell them apart for every reader. */
export const VERDICT_GLYPHS: Readonly<Record<Verdict, string>> = {
  lower: '↓',
  higher: '↑',
  equivalent: '≈',
  inconclusive: '?',
};

export function verdictLegend(margins: string): string {
  const { lower, higher, equivalent, inconclusive } = VERDICT_GLYPHS;
  return (
    `${lower} lower, ${higher} higher, ${equivalent} no practical difference (within ${margins}), ` +
    `${inconclusive} not decided by these rounds`
  );
}

type Decided = Pick<Comparison, 'verdict' | 'margin' | 'rounds' | 'roundsNeeded' | 'low' | 'high'>;
export type Judged = Decided & Pick<Comparison, 'ratio' | 'spread'> & Partial<Pick<Comparison, 'standing'>>;

export const VERDICT_NAMES: Readonly<Record<Verdict, string>> = {
  lower: 'lower',
  higher: 'higher',
  equivalent: 'no practical difference',
  inconclusive: 'not decided',
};

/** `lower`, `no practical difference (within ±5 %)`, `not decided by these rounds; about 14 rounds would` */
export function verdictText(comparison: Decided): string {
  const { verdict, margin } = comparison;
  if (verdict === 'equivalent') return `no practical difference (within ${marginText(margin)})`;
  return verdict === 'inconclusive' ? undecidedText(comparison) : verdict;
}

function undecidedText({ rounds, roundsNeeded, ...bounds }: Decided): string {
  if (rounds < 2) return 'not decided by one round';
  const said = 'not decided by these rounds';
  return roundsNeeded === undefined ? said : `${said}; ${whatDecides(roundsNeeded, bounds)}`;
}

/** `about 14 rounds would`, or, where no number of rounds that anybody runs would decide, `they differ by no more than 12 %` */
function whatDecides(roundsNeeded: number | null, bounds: Pick<Comparison, 'low' | 'high'>): string {
  if (roundsNeeded !== null) return `about ${formatCount(roundsNeeded)} rounds would`;
  return boundText(bounds) ?? 'more than 100 rounds would';
}

/** `they differ by no more than 12 %`, by the interval; undefined without one. */
export function boundText({ low, high }: Pick<Comparison, 'low' | 'high'>): string | undefined {
  return low === null || high === null
    ? undefined
    : `they differ by no more than ${formatBound(boundPercent({ low, high }))}\u00a0%`;
}

export function marginText(margin: number): string {
  return `±${formatSetting(margin * 100)}\u00a0%`;
}

/** `× 1.52 [1.38, 1.67]` */
export function ratioProse(comparison: Judged): Prose {
  const { value, interval } = formatInterval({ ...comparison, value: comparison.ratio }, RATIO);
  return [`×\u00a0${value}`, ...(interval === undefined ? [] : [{ quiet: ` ${interval}` }])];
}

export interface ComparisonWords {
  /** The lane that is compared: its name, or `It` where it was just named. */
  readonly subject: Prose;
  /** The reference's name; undefined where it was just named. */
  readonly reference: string | undefined;
  /** What is compared, up to the ratio: `server CPU per delivery 15.2 µs, `. */
  readonly what: Prose;
  /** The same after a verb that names it already: `15.2 µs per delivery, `. */
  readonly afterVerb: Prose;
}

/**
 * `A is faster than B: p50 latency 0.71 ms [0.65, 0.77], × 0.77 [0.72, 0.82].` where the verdict says so; otherwise
 * `A, against B: p50 latency 0.92 ms [0.88, 0.96], × 0.99 [0.93, 1.06], not decided by these rounds; about 14 rounds would.`
 */
export function comparisonProse(comparison: Comparison, words: ComparisonWords): Prose {
  const { subject, reference, what, afterVerb } = words;
  const { verdict, metric } = comparison;
  const caveat = isRefused(comparison) ? [' (not citable)'] : [];
  if (verdict === 'lower' || verdict === 'higher') {
    const verb = metricOf(metric).verbs[verdict];
    const said = reference === undefined ? verb.replace(/ than$/, '') : `${verb} ${reference}`;
    return [...subject, ` ${said}: `, ...afterVerb, ...ratioProse(comparison), ...caveat, '.'];
  }
  const measured: Prose = [...what, ...ratioProse(comparison), `, ${verdictText(comparison)}`, ...caveat, '.'];
  return reference === undefined ? capitalised(measured) : [...subject, `, against ${reference}: `, ...measured];
}

function capitalised([first = '', ...others]: Prose): Prose {
  return typeof first === 'string'
    ? [`${first.charAt(0).toUpperCase()}${first.slice(1)}`, ...others]
    : [first, ...others];
}

export function proseText(prose: Prose): string {
  return prose.map((part) => (typeof part === 'string' ? part : 'strong' in part ? part.strong : part.quiet)).join('');
}

/** `A, B and C` */
export function listed(all: readonly Prose[]): Prose {
  return all.flatMap((one, at): Prose => [...(at === 0 ? [] : [at === all.length - 1 ? ' and ' : ', ']), ...one]);
}

export function joined(all: readonly Prose[], between: string): Prose {
  return all.flatMap((one, at): Prose => (at > 0 ? [between, ...one] : one));
}
