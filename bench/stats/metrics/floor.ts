import type { CompletedCell } from '../../contract/result.ts';

/**
 * What the server took for its clients: CPU time of the window less what the same process took, in as long a time and at the same
 * rate of events, before it had a client. All of it where no floor was measured.
 *
 * @returns µs; below 0 where its clients cost less than what the floor varies by
 */
export function ownCpuUs({ server, floor }: Pick<CompletedCell, 'server' | 'floor'>): number {
  return floor ? server.cpuUs - (floor.cpuUs / floor.elapsedUs) * server.elapsedUs : server.cpuUs;
}

/** Share of one core that the server takes without a client; undefined where no floor was measured. */
export function floorShareOf({ floor }: Pick<CompletedCell, 'floor'>): number | undefined {
  return floor && floor.cpuUs / floor.elapsedUs;
}
