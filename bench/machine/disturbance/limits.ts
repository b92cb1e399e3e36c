/** How much of the machine others may take before a cell counts as disturbed, and before doctor, or a warning, says so. */

import { DISTURBANCES, type Disturbance, percent, type Waiting } from '../../contract/result.ts';

/**
 * Bounds of an undisturbed cell. They were set from the load that cells make by themselves, and from what others do to a
 * percentile; no latency that a cell measured takes part.
 */
export const DISTURBANCE_LIMITS = {
  /**
   * Waits of a main thread for its core that our own threads do not explain, passed when both are. The share is 10 ms of each
   * second; the mean tells a turn of the scheduler that another program had (1 to 4 ms, in one of some ten) from the kernel's
   * own work. By themselves, servers of push lanes wait 2 to 4 µs, 0.1 % of the window, and clients up to 66 µs; beside busy
   * programs the waits were 150 to 6,000 µs, 2.5 to 80 %. A server of long polls waits 7 to 15 % for its own collector's
   * threads.
   */
  runDelay: { share: 0.01, meanUs: 100 },
  /** Where p99 is quoted, a core that stands still for longer holds back one event in a hundred: p99 is then the stop. */
  stoppedShare: 0.01,
  /**
   * Of the time in which the core was wanted. A push lane's cores are wanted for 12 to 15 % of a window, so that this is 2 % of
   * the window, which is what a quiet host does not reach; polls every 50 ms want theirs for 60 %.
   */
  stealOfBusy: 0.1,
  throttled: 0.01,
} as const;

/** CPU pressure is recorded, and no bound: a crowd that gives way to the probe makes it, as do tasks of idle priority. */
export function exceededBounds(seen: Omit<Disturbance, 'exceeded'>): Disturbance['exceeded'] {
  const { runDelay, stoppedShare, stealOfBusy, throttled } = DISTURBANCE_LIMITS;
  const waited = (waiting: Waiting | null) =>
    waiting !== null && waiting.foreignShare > runDelay.share && waiting.foreignMeanUs > runDelay.meanUs;
  const passed: Readonly<Record<Disturbance['exceeded'][number], boolean>> = {
    'run-delay-server': waited(seen.runDelay.server),
    'run-delay-probe': waited(seen.runDelay.probe),
    'core-stopped': seen.sleepers.some((sleeper) => sleeper.stoppedShare > stoppedShare),
    steal: (seen.stealOfBusy ?? 0) > stealOfBusy,
    throttled: (seen.throttled ?? 0) > throttled,
  };
  return DISTURBANCES.filter((bound) => passed[bound]);
}

export const DOCTOR_LIMITS = {
  /** Wake-ups that are over 5 ms late: 1 to 7 a minute on a quiet host, over 50 beside busy neighbours. */
  latePerMinute: 50,
} as const;

/** What others take of the machine. */
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
