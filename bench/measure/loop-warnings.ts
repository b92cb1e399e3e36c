/** Doubts about a closed loop of polls: it is the server that should have had no time left, and not those who ask. */

import type { CompletedCell, Warning } from '../contract/result.ts';
import { notice, percent } from './doubt.ts';

/** Of one core; from there on, what the server does not answer is what it can't. */
const SATURATED = 0.8;

export function loopWarnings({ server, closedLoops }: Pick<CompletedCell, 'server' | 'closedLoops'>): Warning[] {
  if (!closedLoops || server.cpuShare > SATURATED) return [];
  const text = `The server used ${percent(server.cpuShare)} of a core: it could have answered more polls than it was asked.`;
  return [notice('server-idle', text, 'Take the figure as what these clients can ask. More clients or workers ask more.')];
}
