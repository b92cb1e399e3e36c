/** Limits on how much worse a result may be than another: for a pipeline that must know. */

import type { Result } from '../contract/result.ts';
import type { ComparisonRow, RunComparison } from './compare.ts';
import { ALPHA } from './inference/evidence.ts';
import { roundsNeeded } from './inference/prospect.ts';
import { metricOf, metrics } from './metrics/metrics.ts';
import type { Uncompared } from './shared-places.ts';

export interface Threshold {
  readonly text: string;
  readonly lane: string;
  readonly scenario: string;
  readonly metric: string;
  readonly limit: number;
}

/** Held below the limit, missed at or above it; undecided where the interval includes it. */
export type Outcome = 'held' | 'missed' | 'undecided';

export interface JudgedThreshold {
  readonly threshold: Threshold;
  /** Missed when it is at any point, and held when it is at all. */
  readonly outcome: Outcome;
  readonly points: readonly JudgedPoint[];
}

export interface JudgedPoint {
  readonly row: ComparisonRow;
  readonly outcome: Outcome;
  /** Rounds of each run that would decide what is undecided; null when over 100. */
  readonly roundsNeeded?: number | null;
}

/** Lanes and scenarios have no dots in their names; metrics do. */
const FORM = /^([^.<]+)\.([^.<]+)\.([^<]+?)\s*<\s*(-?\d+(?:\.\d+)?)\s*%$/;

/**
 * `websocket.fanout.latency.p99Us<5%`: lane, scenario, metric, and by how much b may be above a; `<-5%` asks for less.
 *
 * @throws Error that says what is wrong, and what is allowed with these results
 */
export function parseThreshold(text: string, a: Result, b: Result): Threshold {
  const refuse = (why: string) => new Error(`threshold ${text}: ${why}`);
  const [, lane, scenario, metric, percent] = FORM.exec(text.trim()) ?? [];
  if (lane === undefined || scenario === undefined || metric === undefined || percent === undefined) {
    throw refuse('allowed is lane.scenario.metric<percent%, such as websocket.fanout.latency.p50Us<5%');
  }
  const allowed = {
    lane: shared(a.lanes, b.lanes),
    scenario: shared(a.scenarios, b.scenarios),
    metric: metrics.map(({ id }) => id),
  };
  for (const [what, value] of Object.entries({ lane, scenario, metric })) {
    const known = allowed[what as keyof typeof allowed];
    if (!known.includes(value)) throw refuse(`there is no ${what} ${value} in both results, only ${known.join(', ')}`);
  }
  const limit = 1 + Number(percent) / 100;
  if (limit <= 0) throw refuse(`${percent}% would be less than nothing; allowed is a number above -100`);
  return { text, lane, scenario, metric, limit };
}

/**
 * One of its points may be missed by chance once in forty times; "held" is the more certain the more points there are, since
 * all must hold.
 *
 * @throws Error that says why, when there is nothing to judge or something of it is missing
 */
export function judgeThreshold(threshold: Threshold, { rows, uncompared }: RunComparison): JudgedThreshold {
  const { text, lane, scenario, metric, limit } = threshold;
  const isMeant = (one: Pick<Uncompared, 'lane' | 'scenario' | 'metric'>) =>
    (one.lane ?? lane) === lane && (one.scenario ?? scenario) === scenario && (one.metric ?? metric) === metric;
  const points = rows.filter(isMeant).map((row) => judgePoint(row, limit));
  // A point that one run alone has is no hole in the other.
  const hole = uncompared.find((one) => isMeant(one) && (points.length === 0 || one.lane !== undefined));
  if (hole) throw new Error(`threshold ${text}: ${describe(hole)}`);
  if (points.length === 0) {
    throw new Error(`threshold ${text}: neither result has a value above 0: it needs ${metricOf(metric).needs}`);
  }
  const outcomes = points.map(({ outcome }) => outcome);
  const worst = (['missed', 'undecided'] as const).find((outcome) => outcomes.includes(outcome));
  return { threshold, outcome: worst ?? 'held', points };
}

/** By the whole 95 % interval or the whole range; where there is none, by the value alone. */
function judgePoint(row: ComparisonRow, limit: number): JudgedPoint {
  const [low, high] = [row.low ?? row.ratio, row.high ?? row.ratio];
  if (high < limit) return { row, outcome: 'held' };
  if (low >= limit) return { row, outcome: 'missed' };
  // More rounds can only widen a range.
  if (!row.prospect) return { row, outcome: 'undecided' };
  return { row, outcome: 'undecided', roundsNeeded: roundsNeeded(row.prospect, Math.log(limit), ALPHA) };
}

function describe({ point, reason }: Uncompared): string {
  return point ? `${reason} (${Object.values(point).join(', ')})` : reason;
}

function shared(a: readonly { readonly id: string }[], b: readonly { readonly id: string }[]): string[] {
  return a.flatMap(({ id }) => (b.some((one) => one.id === id) ? [id] : []));
}
