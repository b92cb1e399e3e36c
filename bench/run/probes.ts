/** What a cell is measured with besides its window: probes, the floor of its server, its memory. Pure. */

import type { Lane } from '../contract/lane.ts';
import type { Point, Result } from '../contract/result.ts';

type PlannedScenario = Result['scenarios'][number];

/** Few, so that they make no queue of their own, and yet so many that each event falls on several places of the fan-out. */
const MOST_PROBES = 4;
/** Whose clients stay and get each event once. */
const DELIVERING: readonly PlannedScenario['procedure'][] = ['deliver', 'browser'];
/** In parts of a tenth of a second, each of which is told to a few per cent. */
const FLOOR_SECONDS = 0.5;
const CPU_FIGURES: readonly PlannedScenario['figures'][number][] = ['cpu', 'tradeoff', 'idle'];

/**
 * None where no latency of a delivery is quoted: nothing is published, messages go up, clients come and go, or all are read
 * along with. None of clients that share a connection: a few probes would have one of their own.
 */
export function probeClientsOf(
  { procedure }: PlannedScenario,
  { sharesConnection }: Pick<Lane, 'sharesConnection'>,
  { clients, eventsPerSecond, messagesPerSecond }: Point,
  ledgerClients: number,
): number {
  if (!DELIVERING.includes(procedure) || eventsPerSecond === 0 || messagesPerSecond !== undefined) return 0;
  if (sharesConnection || ledgerClients === clients) return 0;
  return clients === 1 ? 1 : Math.min(MOST_PROBES, Math.floor(clients / 2));
}

/** 0 where no CPU time of the server is quoted, and where a server dies within the window. */
export function floorSecondsOf({ procedure, figures }: PlannedScenario, { messagesPerSecond }: Point): number {
  const isQuoted = figures.some((figure) => CPU_FIGURES.includes(figure));
  return procedure === 'deliver' && messagesPerSecond === undefined && isQuoted ? FLOOR_SECONDS : 0;
}

/** Where clients stay, and nothing is between them and the server. */
export function readsMemory({ procedure, figures }: PlannedScenario, { rttMs, stalledClients }: Point): boolean {
  return procedure === 'deliver' && figures.includes('memory') && rttMs === undefined && stalledClients === undefined;
}
