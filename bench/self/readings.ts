/** What each side of a pair is told by: measured cells become plain numbers. Pure. */

import type { Cell, CompletedCell, Result } from '../contract/result.ts';
import { isValid } from '../stats/metrics/valid.ts';

/** By name of the measure; all positive. */
export type Reading = Readonly<Record<string, number>>;

/** @throws Error what failed the cell, or why it is invalid */
export function validCell(cell: Cell): CompletedCell {
  if (cell.state === 'failed') throw new Error(`${cell.lane}, ${cell.phase}: ${cell.error.message}`);
  if (isValid(cell)) return cell;
  const { missing, duplicated, outOfOrder, unexpected } = cell.delivery;
  const { server, clients } = cell.wire.cell;
  throw new Error(
    `${cell.lane}: ${missing} deliveries missing, ${duplicated} repeated, ${outOfOrder} out of order, ${unexpected} unexpected; ` +
      `sent ${server.sentBytes} B, received ${clients.receivedBytes} B`,
  );
}

/** CPU times in µs; of the load, those of all its processes. */
export function cpuReading({ server, workers, wire }: CompletedCell): Reading {
  const loadUs = workers.reduce((sum, { cpuUs }) => sum + cpuUs, 0);
  return {
    'server CPU per delivery': server.cpuUs / wire.windowDeliveries,
    'load CPU per delivery': loadUs / wire.windowDeliveries,
  };
}

export function deliveryReading(cell: CompletedCell): Reading {
  return { ...cpuReading(cell), p50: cell.latency.p50Us, p99: cell.latency.p99Us };
}

/**
 * Of a window whose events come much faster than they can be sent: the last delivery, which has waited longest, comes this long
 * after the window's start.
 */
export function saturationReading({ delivery, latency, window }: CompletedCell): Reading {
  return { 'deliveries/s at saturation': delivery.delivered / (window.seconds + latency.maxUs / 1e6) };
}

/** @param client which of those that asked in a closed loop */
function loopOf({ lane, closedLoops = [] }: CompletedCell, client: 'own' | 'autocannon') {
  const [own, autocannon] = closedLoops;
  const loop = client === 'own' ? own : autocannon;
  if (loop) return loop;
  throw new Error(`${lane}: no closed loop of ${client}`);
}

export function answersReading(cell: CompletedCell): Reading {
  const { requests, seconds } = loopOf(cell, 'autocannon');
  return { 'answers/s': requests / seconds };
}

export function pollsReading(cell: CompletedCell, client: 'own' | 'autocannon'): Reading {
  const { requests, seconds, cpuShare = Number.NaN } = loopOf(cell, client);
  return { 'polls/s per load core': requests / (seconds * cpuShare) };
}

/** @param sortedUs latencies in ascending order */
export function pingReading(sortedUs: readonly number[]): Reading {
  const at = (share: number) => sortedUs[Math.ceil(share * sortedUs.length) - 1] ?? Number.NaN;
  return { p50: at(0.5), [LESS_LAG]: at(0.5), p99: at(0.99) };
}

const LESS_LAG = "p50 less the feed's lag";

/** To be held against a ping, which has no feed. */
export function oneClientReading({ latency, feed }: CompletedCell): Reading {
  return { p50: latency.p50Us, [LESS_LAG]: latency.p50Us - feed.lagP50Us, p99: latency.p99Us };
}

/** Memory by its readings' first and last, however far from a line they are: the interval over turns tells that. */
export function scaleReading(cell: CompletedCell): Reading {
  const [fewest, most] = [cell.memory?.readings[0], cell.memory?.readings.at(-1)];
  if (!fewest || !most || most.clients === fewest.clients) return cpuReading(cell);
  const bytes = (most.heapBytes - fewest.heapBytes) / (most.clients - fewest.clients);
  return { ...cpuReading(cell), 'server memory per client': bytes };
}

/** Of a run that has ended, how much of its wall time lies in measured windows; undefined of another, and of a merged one. */
export function windowShareOf({ id, startedAt, finishedAt, merged, cells }: Result) {
  if (finishedAt === null || merged) return undefined;
  const windows = cells.flatMap((cell) => (cell.state === 'completed' ? cell.window.seconds : []));
  const wallSeconds = (Date.parse(finishedAt) - Date.parse(startedAt)) / 1e3;
  return { id, windowSeconds: windows.reduce((sum, seconds) => sum + seconds, 0), wallSeconds };
}
