/** How lanes compare with one of them, nearest first: what a verdict says, and nothing else. Plain data. */

import type { Comparison } from '../../../contract/result.ts';
import { metricOf } from '../../../stats/metrics/metrics.ts';
import { formatInterval, intervalText, RATIO } from '../words/format.ts';
import type { LaneAtPlace, Place } from '../words/places.ts';
import { isRefused, UNCITABLE_MARK } from '../words/standing.ts';
import { boundText } from '../words/verdicts.ts';

export interface Ranking {
  /** The lane that the others are compared with. */
  readonly baseline: string;
  /** `latency p50, a burst of 100` */
  readonly what: string;
  /** `1.20 [1.15, 1.26] times faster than Server-Sent Events` */
  readonly lines: readonly string[];
  /** Behind the lines. */
  readonly comparisons: readonly Comparison[];
}

/** One for each lane that others are compared with; none of a metric without comparisons. */
export function rankingsOf({ lanes }: Place, metric: string, what: string): Ranking[] {
  const baselines = [...new Set(lanes.flatMap(({ baseline }) => baseline?.title ?? []))];
  return baselines.flatMap((baseline) => {
    const compared = lanes.flatMap((lane) => {
      const comparison = lane.baseline?.title === baseline ? lane.comparisons.get(metric) : undefined;
      return comparison ? { lane, comparison } : [];
    });
    const decided = compared.filter(({ comparison: { verdict } }) => verdict === 'lower' || verdict === 'higher');
    const lines = [
      ...decided.sort((a, b) => a.comparison.ratio - b.comparison.ratio).map(timesText),
      ...without(compared, 'equivalent', () => ''),
      ...without(compared, 'inconclusive', boundedText),
    ];
    return lines.length === 0
      ? []
      : [{ baseline, what, lines, comparisons: compared.map(({ comparison }) => comparison) }];
  });
}

interface Compared {
  readonly lane: LaneAtPlace;
  readonly comparison: Comparison;
}

/** Of the baseline: where a lane takes 1.2 times as long, it is 1.2 times faster. */
function timesText({ lane, comparison }: Compared): string {
  const { ratio, low, high, verdict, metric, spread } = comparison;
  const isLess = verdict === 'higher';
  const value = isLess ? ratio : 1 / ratio;
  const [from, to] = isLess || low === null || high === null ? [low, high] : [1 / high, 1 / low];
  const times = intervalText(formatInterval({ value, low: from, high: to, spread }, RATIO));
  // `faster` of `is faster than`, `fewer` of `takes fewer bytes than`: the line above says of what.
  const [, how = ''] = / (\w+)/.exec(metricOf(metric).verbs[isLess ? 'lower' : 'higher']) ?? [];
  return `${times}${markOf(comparison)} times ${how} than ${lane.label.title}`;
}

/** `no practical difference: A, B`, `not decided: C (they differ by no more than 12 %)` */
function without(all: readonly Compared[], verdict: keyof typeof WORDS, aside: (one: Comparison) => string): string[] {
  const names = all
    .filter(({ comparison }) => comparison.verdict === verdict)
    .map(({ lane, comparison }) => `${lane.label.title}${markOf(comparison)}${aside(comparison)}`);
  return names.length === 0 ? [] : [`${WORDS[verdict]}: ${names.join(', ')}`];
}

const WORDS = { equivalent: 'no practical difference from', inconclusive: 'not decided against' } as const;

function boundedText(comparison: Comparison): string {
  const bound = comparison.rounds < 2 ? 'one round' : boundText(comparison);
  return bound === undefined ? '' : ` (${bound})`;
}

function markOf(comparison: Comparison): string {
  return isRefused(comparison) ? UNCITABLE_MARK : '';
}
