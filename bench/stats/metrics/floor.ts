import type { CompletedCell } from '../../contract/result.ts';

type Loaded = Pick<CompletedCell, 'server' | 'floor' | 'probes'>;

/**
 * What the server takes for each of what it did: the slope from the same server at the same rate of events with fewer clients,
 * or none, to that with all of them. What it takes for the feed alone falls out.
 *
 * @param count within the window: deliveries, polls
 * @param floorCount of the same with the fewer clients
 * @returns µs; below 0 where that costs less than what the readings vary by. All CPU time by the count for older results, which
 *   have no floor; undefined for a cell that is the floor of others, and where both did the same
 */
export function cpuEachUs({ server, floor, probes }: Loaded, count: number, floorCount = 0): number | undefined {
  if (!floor) return probes || count === 0 ? undefined : server.cpuUs / count;
  const scale = server.elapsedUs / floor.elapsedUs;
  const more = count - floorCount * scale;
  return more > 0 ? (server.cpuUs - floor.cpuUs * scale) / more : undefined;
}

/** What the server took for its clients, in µs, where the floor had none; all of it for older results. */
export function ownCpuUs({ server, floor }: Loaded): number {
  return floor ? server.cpuUs - (floor.cpuUs / floor.elapsedUs) * server.elapsedUs : server.cpuUs;
}

/** Share of one core that the server takes without a client; undefined where no floor was measured. */
export function floorShareOf(cell: Loaded & Pick<CompletedCell, 'wire'>): number | undefined {
  const { floor, wire } = cell;
  if (!floor) return undefined;
  const { deliveries } = floor;
  const eachUs = deliveries === 0 ? 0 : (cpuEachUs(cell, wire.windowDeliveries, deliveries) ?? 0);
  return (floor.cpuUs - eachUs * deliveries) / floor.elapsedUs;
}
