/** Doubts about the machine: where processes ran, and what others took of it meanwhile. */

import type { CompletedCell, Noise, Session, Warning } from '../contract/result.ts';
import { notice, percent, severe } from './doubt.ts';
import type { Pinning } from './warnings.ts';

export const NOISE_LIMITS = {
  /** CPU pressure where nothing of ours runs. */
  cpuPressure: 0.1,
  steal: 0.02,
  throttled: 0.01,
  /** Between the shortest calibration and the longest, as a share of the shortest. */
  calibration: 0.05,
} as const;

/**
 * Of the cores' time that a cell's own processes took, what may come as CPU pressure on top. A task waits only while another
 * one runs, so without others the pressure can't exceed that time; on two cores, where the relay shares the worker's, it
 * came to three tenths of it.
 */
const OWN_PRESSURE = 0.5;

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
  // A process that starts presses on its core by itself: what others did can't be told from that.
  const seen = recovery ? { ...noise, cpuPressure: null } : noise;
  const usages = [server, ...workers, ...(wire.ledger ? [wire.ledger.relay] : []), ...(link ? [link] : [])];
  const ownCpuShare = usages.reduce((sum, { cpuShare }) => sum + cpuShare, 0);
  const over = noiseOver(seen, ownCpuShare);
  if (over.length === 0) return [];
  const text = `Others held the processes back: ${over.map(({ what }) => what).join(', ')}.`;
  return [severe('noisy-machine', text, over.map(({ hint }) => hint).join(' '))];
}

/**
 * What of a machine's noise is over its limit, and what to do about each.
 *
 * @param ownCpuShare what our own processes used meanwhile, in cores
 */
export function noiseOver(
  { cpuPressure, steal, throttled }: Noise,
  ownCpuShare: number,
): { readonly what: string; readonly hint: string }[] {
  const over = (share: number | null, limit: number, what: string, hint: string) =>
    share !== null && share > limit ? [{ what: `${what} ${percent(share)}`, hint }] : [];
  return [
    ...over(
      cpuPressure,
      NOISE_LIMITS.cpuPressure + OWN_PRESSURE * ownCpuShare,
      'CPU pressure',
      'Close what else runs, and run again.',
    ),
    ...over(steal, NOISE_LIMITS.steal, 'steal', 'Use a machine whose cores are not shared with others.'),
    ...over(throttled, NOISE_LIMITS.throttled, 'throttled', 'Raise or lift the CPU quota of the container.'),
  ];
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
