/**
 * What runs before a cell and is not counted: the cell's own processes, with its lane, under more load than the cell may have.
 *
 * What runs often is compiled for speed, and what runs the first time is slow: a poll took a server that had just started twice
 * the CPU time of one that had rehearsed, and servers are up for longer than a window. It is a small cell in itself, so that all
 * code of the window has run, and what only the first client of all costs is in nobody's memory figure.
 */

import type { Point } from '../contract/result.ts';
import type { CellPlan } from './cell-plan.ts';

/**
 * Enough that the compilers have seen all they need. Few clients at a time: Node keeps the parsers of HTTP connections that have
 * ended for the next ones (4.5 KiB each), which would then seem to need less memory than they do.
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
/** Of it, so that the way to a window is run too. */
const WARMUP_SHARE = 0.2;
/** How often its clients come and go once more: what the code of an opening is compiled to is in no client's memory then. */
export const REOPENINGS = 6;

/**
 * The rehearsal of a cell, as a cell; undefined when there is none. Its clients take no detour, and each of so many workers has
 * one at least.
 */
export function rehearsalOf(plan: CellPlan, workers: number): CellPlan | undefined {
  const { lane, point, rehearsalSeconds } = plan;
  if (rehearsalSeconds === 0) return undefined;
  const options = { ...lane.options, ...('intervalMs' in lane.options && { intervalMs: LOAD.pollIntervalMs }) };
  return {
    ...plan,
    procedure: 'deliver',
    lane: { ...lane, options },
    point: pointOf(point, Math.max(LOAD.clients, workers)),
    rehearsalSeconds: 0,
    warmupSeconds: rehearsalSeconds * WARMUP_SHARE,
    windowSeconds: rehearsalSeconds * (1 - WARMUP_SHARE),
    // A feed that mixes many slots needs longer for each event.
    jitter: Math.min(1, plan.jitter),
    ledgerClients: 0,
  };
}

function pointOf(point: Point, clients: number): Point {
  const { eventsPerSecond, payloadBytes, headers, messagesPerSecond, stalledClients } = point;
  const deliveriesPerSecond = Math.min(LOAD.deliveriesPerSecond, LOAD.bytesPerSecond / payloadBytes);
  const fastest = Math.ceil(deliveriesPerSecond / clients);
  return {
    clients,
    eventsPerSecond: eventsPerSecond > 0 ? fastest : Math.min(fastest, SILENT_EVENTS_PER_SECOND),
    payloadBytes,
    headers,
    ...(messagesPerSecond !== undefined && { messagesPerSecond: LOAD.messagesPerSecond }),
    // Also before none does: else what differs would be the server's past, too.
    ...(stalledClients !== undefined && { stalledClients: 1 }),
  };
}
