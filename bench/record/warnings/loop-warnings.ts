/** Warnings about a closed loop of polls: the server should have had no time left, the load processes some, and both load generators should agree. */

import { type CompletedCell, notice, percent, severe, type Warning } from '../../contract/result.ts';

/** Share of a core above which a process has no time to spare. */
const FULL = 0.9;
/** By how much autocannon may be answered more or less often than our own clients. */
const APART = 0.2;

type Loops = Pick<CompletedCell, 'server' | 'workers' | 'closedLoops'>;

export function loopWarnings(cell: Loops): Warning[] {
  return [...idleServer(cell), ...autocannonApart(cell)];
}

function idleServer({ server, workers }: Loops): Warning[] {
  if (server.cpuShare > FULL) return [];
  const busiest = Math.max(...workers.map(({ cpuShare }) => cpuShare));
  const text = `The server used ${percent(server.cpuShare)} of a core, the busiest worker ${percent(busiest)}: it can answer more polls than it was asked.`;
  const hint = 'More workers on a machine with more cores: the harness limits what is measured.';
  if (busiest > FULL) return [severe('worker-saturated', text, hint, ['cpu'])];
  return [notice('server-idle', text, 'More clients, or less distance: these ask no faster.')];
}

function autocannonApart({ closedLoops: [own, other] = [] }: Loops): Warning[] {
  if (!own || !other) return [];
  const [mine, theirs] = [own.requests / own.seconds, other.requests / other.seconds];
  if (Math.max(mine, theirs) / Math.min(mine, theirs) - 1 <= APART) return [];
  const busy = ({ cpuShare = 0 }: typeof own) => `by a process that used ${percent(cpuShare)} of a core`;
  const text = `${own.client} had ${mine.toFixed(0)} polls/s answered (${busy(own)}), ${other.client} ${theirs.toFixed(0)} (${busy(other)}).`;
  const hint = `They should agree within ${percent(APART)}. Take neither for what the server can answer; a process without time left limited its own.`;
  return [notice('witness-apart', text, hint)];
}
