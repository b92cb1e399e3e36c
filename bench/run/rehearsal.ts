/**
 * A small cell before the cell, not counted: the same processes and lane, under more load than the cell may have.
 *
 * Without it the window measures code that is being compiled: a poll took a server that had just started twice the CPU time of
 * one that had rehearsed.
 */

import { DIMENSIONS, type DimensionKey } from '../contract/dimensions.ts';
import { withInterval } from '../contract/lane.ts';
import type { Point } from '../contract/result.ts';
import type { CellPlan } from './cell-plan.ts';

/**
 * Few clients at a time: Node keeps the parsers of HTTP connections that have ended (4.5 KiB each) for the next ones, which
 * would then seem to need less memory than they do.
 */
const LOAD = {
  clients: 4,
  deliveriesPerSecond: 30_000,
  bytesPerSecond: 80e6,
  messagesPerSecond: 250,
  pollIntervalMs: 1,
};
/** Where nothing is published, most polls should find nothing. */
const SILENT_EVENTS_PER_SECOND = 250;
/** Settings of the cell that its rehearsal goes without; it takes on all others, or has its own load in their place. */
const LEFT_OUT = new Set<DimensionKey>([
  'pollIntervalMs',
  'heldEvents',
  ...DIMENSIONS.flatMap(({ key, link }) => (link === undefined ? [] : [key])),
]);
/** Part of the rehearsal before its window: the code from warm-up to window must have run too. */
const WARMUP_SHARE = 0.2;

/**
 * The rehearsal of a cell, as a cell; undefined when there is none. None of its clients goes through the relay; each of the
 * workers, and the probe where there is one, has one at least.
 */
export function rehearsalOf(plan: CellPlan, workers: number): CellPlan | undefined {
  const { lane, point, rehearsalSeconds, probeClients } = plan;
  if (rehearsalSeconds === 0) return undefined;
  const probes = probeClients > 0 ? 1 : 0;
  const clients = workers === 0 ? probes : Math.max(LOAD.clients, workers + probes);
  return {
    ...plan,
    procedure: 'deliver',
    lane: withInterval(lane, LOAD.pollIntervalMs),
    point: pointOf(point, clients),
    probeClients: probes,
    floorSeconds: 0,
    readsMemory: false,
    rehearsalSeconds: 0,
    warmupSeconds: rehearsalSeconds * WARMUP_SHARE,
    windowSeconds: rehearsalSeconds * (1 - WARMUP_SHARE),
    // Groups are drawn and sorted again for each event.
    arrivals: plan.arrivals.process === 'spread' ? plan.arrivals : { process: 'spread', slotShare: 1 },
    ledgerClients: 0,
  };
}

function pointOf(point: Point, clients: number): Point {
  const { eventsPerSecond, payloadBytes, messagesPerSecond, stalledClients } = point;
  const deliveriesPerSecond = Math.min(LOAD.deliveriesPerSecond, LOAD.bytesPerSecond / payloadBytes);
  const fastest = Math.ceil(deliveriesPerSecond / clients);
  const settings = Object.entries(point).filter(([key]) => !LEFT_OUT.has(key as DimensionKey));
  return {
    ...(Object.fromEntries(settings) as Point),
    clients,
    eventsPerSecond: eventsPerSecond > 0 ? fastest : Math.min(fastest, SILENT_EVENTS_PER_SECOND),
    ...(messagesPerSecond !== undefined && { messagesPerSecond: LOAD.messagesPerSecond }),
    // Also before a cell in which no client stalls: the two would differ in the server's past, too.
    ...(stalledClients !== undefined && { stalledClients: 1 }),
  };
}
