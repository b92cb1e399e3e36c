/**
 * Pure: the server's heap at several numbers of clients becomes its memory per client.
 *
 * The difference between two readings holds, besides their clients, what the server grew by on the way: tables that doubled,
 * caches that filled. Over five readings these are residuals of the line through them. None of them is without clients: with the
 * first ones a server allocates for all.
 */

import { boundsOf } from '../stats/inference/evidence.ts';

export interface HeapReading {
  readonly clients: number;
  readonly heapBytes: number;
}

export interface MemorySlope {
  readonly perClientBytes: number;
  /** Bounds of the 95 % interval. */
  readonly low: number;
  readonly high: number;
}

/**
 * Clients that a cell opens beside its own once its window is over, `clients` at a time; the heap is read before the first share
 * and `settleMs` after each, when polls that are to be parked have come.
 */
export const MEMORY_SHARES = { count: 4, clients: 100, settleMs: 50 };
/** Half of the interval, as a share of the slope. Two runs could not be said to agree within 5 % by a figure that is less sure. */
const WIDEST = 0.05;
/** One more than a line has parameters: with fewer readings nothing says how far they are from it. */
const FEWEST_READINGS = 3;

/**
 * The slope of the line with the least squares.
 *
 * @returns undefined where it can't be told: from fewer than three readings, from the same number of clients in all of them, and
 *   where half of the interval is over 5 % of the slope, as it is where the heap did not grow
 */
export function memorySlope(readings: readonly HeapReading[]): MemorySlope | undefined {
  if (readings.length < FEWEST_READINGS) return undefined;
  const meanClients = meanOf(readings.map(({ clients }) => clients));
  const meanBytes = meanOf(readings.map(({ heapBytes }) => heapBytes));
  const points = readings.map(({ clients, heapBytes }) => ({ x: clients - meanClients, y: heapBytes - meanBytes }));
  const squares = sumOf(points.map(({ x }) => x * x));
  if (squares === 0) return undefined;
  const slope = sumOf(points.map(({ x, y }) => x * y)) / squares;
  const degreesOfFreedom = readings.length - 2;
  const residuals = sumOf(points.map(({ x, y }) => (y - slope * x) ** 2));
  const standardError = Math.sqrt(residuals / degreesOfFreedom / squares);
  const { low, high } = boundsOf({ mean: slope, standardError, degreesOfFreedom });
  return slope > 0 && high - slope <= WIDEST * slope ? { perClientBytes: slope, low, high } : undefined;
}

function sumOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function meanOf(values: readonly number[]): number {
  return sumOf(values) / values.length;
}
