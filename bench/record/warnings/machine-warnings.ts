/** Warnings about the machine: where processes ran, and what others took of it meanwhile. */

import { type CompletedCell, notice, percent, type Session, severe, type Warning } from '../../contract/result.ts';
import type { Pinning } from '../../machine/cores.ts';
import { NOISE_LIMITS, noiseOver } from '../../machine/disturbance/limits.ts';

type Loads = Pick<CompletedCell, 'noise' | 'server' | 'workers' | 'wire' | 'link' | 'recovery'>;

export function machineWarnings(pinning: Pinning, cell: Loads): Warning[] {
  return [...placement(pinning), ...noise(cell)];
}

function placement({ server, workers }: Pinning): Warning[] {
  const cores = [server, ...workers];
  if (cores.includes(undefined)) {
    const text = 'Processes could not be pinned to cores.';
    return [notice('unpinned', text, 'Run on Linux with taskset (util-linux).')];
  }
  if (new Set(cores).size === cores.length) return [];
  const text = 'Server and load workers share cores.';
  return [severe('cores-shared', text, 'Use fewer workers, or a machine with a core for each process.')];
}

function noise({ noise, server, workers, wire, link, recovery }: Loads): Warning[] {
  // A server that starts again makes CPU pressure of its own, which can't be told from that of others.
  const comparable = recovery ? { ...noise, cpuPressure: null } : noise;
  const usages = [server, ...workers, ...(wire.ledger ? [wire.ledger.relay] : []), ...(link ? [link] : [])];
  const ownCpuShare = usages.reduce((sum, { cpuShare }) => sum + cpuShare, 0);
  const over = noiseOver(comparable, ownCpuShare);
  if (over.length === 0) return [];
  const text = `Others held the processes back: ${over.map(({ what }) => what).join(', ')}.`;
  return [severe('noisy-machine', text, over.map(({ hint }) => hint).join(' '))];
}

/** Whether the machine was as fast at each end of each session: a frequency that moved is in every latency. */
export function calibrationWarnings(sessions: readonly Session[]): Warning[] {
  const timesUs = sessions.flatMap(({ before, after }) =>
    [before, after].flatMap((state) => state?.calibrationUs ?? []),
  );
  const [leastUs, mostUs] = [Math.min(...timesUs), Math.max(...timesUs)];
  const moved = mostUs / leastUs - 1;
  if (timesUs.length < 2 || moved <= NOISE_LIMITS.calibration) return [];
  const text = `A fixed piece of work took from ${(leastUs / 1e3).toFixed(1)} ms to ${(mostUs / 1e3).toFixed(1)} ms before and after the cells, ${percent(moved)} apart.`;
  const hint = 'Close what else runs, fix the frequency of the cores (governor performance), and run again.';
  return [severe('noisy-machine', text, hint)];
}
