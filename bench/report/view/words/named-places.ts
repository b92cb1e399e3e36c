/** What places are called whose points are measured in the same processes: one client, a place in a burst of many. */

import type { Point, Result } from '../../../contract/result.ts';
import { groupBy, keyOfPoint } from '../../../stats/group.ts';
import { formatCount, formatSetting } from './format.ts';

type Shared = Pick<Result['scenarios'][number], 'sharesProcesses' | 'points' | 'figures'>;

/**
 * `a place in a burst of 100`; undefined of a scenario without latencies, or whose points do not share processes, or differ in
 * something else too.
 */
export function placeName(
  { sharesProcesses = false, points, figures }: Shared,
  { clients }: Point,
): string | undefined {
  const settings = new Set(
    points.map(({ clients: _, pollIntervalMs: _own, ...rest }) => keyOfPoint({ ...rest, clients: 0 })),
  );
  if (!sharesProcesses || !figures.includes('latency') || settings.size > 1) return undefined;
  return clients === 1 ? 'one client' : `a place in a burst of ${formatCount(clients)}`;
}

/** Points of the same clients, which differ in the poll interval alone: one without an interval first. */
export function pointsByPlace(points: readonly Point[]): (readonly [Point, ...Point[]])[] {
  return [...groupBy(points, ({ clients }) => String(clients)).values()];
}

/**
 * `20 events a poll`: what a lane that polls on a timer gets at a point.
 *
 * @returns undefined for a lane without a poll interval
 */
export function eventsPerPollText(
  { polls, idlePeriodMs }: Pick<Result['lanes'][number], 'polls' | 'idlePeriodMs'>,
  { eventsPerSecond, pollIntervalMs = idlePeriodMs }: Point,
): string | undefined {
  if (polls !== 'timed' || pollIntervalMs === undefined) return undefined;
  const events = (eventsPerSecond * pollIntervalMs) / 1e3;
  return `${formatSetting(events)} event${events === 1 ? '' : 's'} a poll`;
}
