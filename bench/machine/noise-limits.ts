/** How much of the machine others may take before doctor, or a cell's warning, says so. */

import { type Disturbance, percent } from '../contract/result.ts';

export type Noise = Pick<Disturbance, 'cpuPressure' | 'steal' | 'throttled'>;

export const NOISE_LIMITS = {
  /** While no process of a run exists. */
  cpuPressure: 0.1,
  steal: 0.02,
  throttled: 0.01,
  /** Between the shortest calibration and the longest, as a share of the shortest. */
  calibration: 0.05,
} as const;

/**
 * CPU pressure that a cell's own processes may make, as a share of the cores' time they took. A task waits only while another
 * one runs, so that they can't make more than that time; on two cores, where the relay shares the worker's, it came to 0.3.
 */
const OWN_PRESSURE = 0.5;

/** @param ownCpuShare what our own processes used meanwhile, in cores */
export function noiseOver(
  { cpuPressure, steal, throttled }: Noise,
  ownCpuShare: number,
): { readonly what: string; readonly hint: string }[] {
  const over = (share: number | null, limit: number, what: string, hint: string) =>
    share !== null && share > limit ? [{ what: `${what} ${percent(share)}`, hint }] : [];
  const pressureLimit = NOISE_LIMITS.cpuPressure + OWN_PRESSURE * ownCpuShare;
  return [
    ...over(cpuPressure, pressureLimit, 'CPU pressure', 'Close what else runs, and run again.'),
    ...over(steal, NOISE_LIMITS.steal, 'steal', 'Use a machine whose cores are not shared with others.'),
    ...over(throttled, NOISE_LIMITS.throttled, 'throttled', 'Raise or lift the CPU quota of the container.'),
  ];
}
