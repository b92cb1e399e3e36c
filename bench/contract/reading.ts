/** What clients that stop reading make of a cell: who is connected, and whether the two sides' bytes can be compared. */

import type { CompletedCell, Point } from './result.ts';

/** Those that read to the end, the first ones by number, and those that stop: the latter are no part of the audit. */
export function connectedClients({ clients, stalledClients = 0 }: Point): number {
  return clients + stalledClients;
}

/**
 * Whether what one side sent must be what the other received. A server that was killed took its count along; what was sent to
 * a client that does not read stays in the kernel, or goes with the connection.
 */
export function mustAgree({ recovery, point }: Pick<CompletedCell, 'recovery' | 'point'>): boolean {
  return recovery === undefined && !point.stalledClients;
}
