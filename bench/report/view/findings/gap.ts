/** Pure: what waits for the next poll, by lane and place: its share of the deliveries, and latency in transits. */

import type { Point } from '../../../contract/result.ts';
import { expectedQueuedShare } from '../../../stats/gap.ts';
import { headlineOf, latencyMetric, missingText } from '../../../stats/metrics/metrics.ts';
import type { Percentile } from '../../../stats/percentiles.ts';
import { converted, type Plotted } from '../charts/settings-chart.ts';
import { type Scale, scaleOf } from '../words/format.ts';
import { type LaneAtPlace, type Place, rangeOfRounds } from '../words/places.ts';

/** What is charted over the events of a round trip, in its own unit. */
export interface Quantity extends Plotted {
  readonly scale: Scale;
  readonly whyMissing: string;
}

export interface Located {
  readonly lane: LaneAtPlace;
  readonly place: Place;
  readonly events: number;
}

/** Half a round trip each: what it takes from server to client, without a word back. */
const TRANSITS: Scale = { unit: 'transits', factor: 1, decimals: 2 };
const LATENCY_PERCENTILES = ['p50', 'p95', 'p99'] as const satisfies readonly Percentile[];

const share = headlineOf('gap');

export const SHARE: Quantity = {
  label: share.title,
  scale: scaleOf(share, []),
  whyMissing: missingText(share),
  ...converted(share, (percent) => percent),
};

export const PERCENTILES: readonly Quantity[] = LATENCY_PERCENTILES.map((name) => {
  const metric = latencyMetric(name);
  return {
    label: metric.label,
    scale: TRANSITS,
    whyMissing: missingText(metric),
    ...converted(metric, inTransits),
  };
});

/** The longest latency of each round. It has no interval: maxima of few rounds say nothing of the next one's. */
export const LONGEST: Quantity = {
  label: 'Longest',
  scale: TRANSITS,
  spread: 'range',
  whyMissing: 'needs a distance',
  of: ({ point, latency }) => (latency.count > 0 ? inTransits(latency.maxUs, point) : undefined),
  estimate: (lane) => rangeOfRounds(lane, LONGEST.of),
};

export function eventsPerRoundTrip({ eventsPerSecond, rttMs = 0 }: Point): number | undefined {
  // To a few digits, so that pairs of the same product are at the same place.
  const events = Number(((eventsPerSecond * rttMs) / 1e3).toPrecision(6));
  return events > 0 ? events : undefined;
}

export function byRoundTrip(places: readonly Place[]): readonly Place[] {
  const eventsOf = ({ point }: Place) => eventsPerRoundTrip(point) ?? 0;
  return [...places].sort((a, b) => eventsOf(a) - eventsOf(b));
}

export function locatedIn(places: readonly Place[]): Located[] {
  return places.flatMap((place) => {
    const events = eventsPerRoundTrip(place.point);
    return events === undefined ? [] : place.lanes.map((lane) => ({ lane, place, events }));
  });
}

export function measuredIn(located: readonly Located[], { estimate }: Quantity): Located[] {
  return located.filter(({ lane, place }) => estimate(lane, place) !== undefined);
}

export function expectedText(events: number): string {
  return percentText(100 * expectedQueuedShare(events));
}

export function percentText(percent: number): string {
  return percent.toFixed(SHARE.scale.decimals);
}

function inTransits(latencyUs: number, { rttMs = 0 }: Point): number | undefined {
  return rttMs > 0 ? latencyUs / ((rttMs * 1e3) / 2) : undefined;
}
