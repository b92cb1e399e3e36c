import type { CompletedCell } from '../../contract/result.ts';

/**
 * What the server took for its clients: CPU time of the window less what the same process took, in as long a time and at the same
 * rate of events, without a client. All of it in older results, which have no floor.
 *
 * @returns µs; below 0 where its clients cost less than what the floor varies by
 */
export function ownCpuUs({ server, floor }: Pick<CompletedCell, 'server' | 'floor'>): number {
  return floor ? server.cpuUs - (floor.cpuUs / floor.elapsedUs) * server.elapsedUs : server.cpuUs;
}

/** Of the CPU time within the window, above which what is left for the clients is mostly what the floor varies by. */
export const MOST_FLOOR = 0.5;

/** What each of so many took; undefined where the floor is most of it. */
export function cpuEachUs(cell: Pick<CompletedCell, 'server' | 'floor'>, count: number): number | undefined {
  const ownUs = ownCpuUs(cell);
  const isTold = ownUs >= (1 - MOST_FLOOR) * cell.server.cpuUs;
  return isTold ? ownUs / count : undefined;
}

/** Share of one core that the server takes without a client; undefined where no floor was measured. */
export function floorShareOf({ floor }: Pick<CompletedCell, 'floor'>): number | undefined {
  return floor && floor.cpuUs / floor.elapsedUs;
}
