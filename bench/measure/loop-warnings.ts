/** Doubts about a closed loop of polls: the server should have had no time left, and not those who ask. */

import type { CompletedCell, Warning } from '../contract/result.ts';
import { notice, percent, severe } from './doubt.ts';

/** Of one core. A process above it has none to spare. */
const FULL = 0.9;

export function loopWarnings({ server, workers }: Pick<CompletedCell, 'server' | 'workers'>): Warning[] {
  if (server.cpuShare > FULL) return [];
  const busiest = Math.max(...workers.map(({ cpuShare }) => cpuShare));
  const text = `The server used ${percent(server.cpuShare)} of a core, the busiest worker ${percent(busiest)}: it can answer more polls than it was asked.`;
  return busiest > FULL
    ? [
        severe(
          'worker-saturated',
          text,
          'More workers on a machine with more cores: the harness limits what is measured.',
        ),
      ]
    : [notice('server-idle', text, 'More clients, or less distance: these ask no faster.')];
}
