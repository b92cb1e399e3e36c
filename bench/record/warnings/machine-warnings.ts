/** Warnings about the machine: where processes ran, and what others took of it meanwhile. */

import {
  type CompletedCell,
  type Kind,
  notice,
  percent,
  type Session,
  severe,
  type Warning,
} from '../../contract/result.ts';
import type { Pinning } from '../../machine/cores.ts';
import { NOISE_LIMITS } from '../../machine/disturbance/limits.ts';

type Disturbed = Pick<CompletedCell, 'disturbance' | 'closedLoops'>;

export function machineWarnings(pinning: Pinning, cell: Disturbed): Warning[] {
  return [...placement(pinning, cell), ...disturbance(cell)];
}

/** What a server can answer is what it had of its core: the figure is a rate, where others are CPU time. */
const timed = ({ closedLoops }: Disturbed): Kind[] => (closedLoops ? ['latency', 'cpu'] : ['latency']);

function placement({ server, workers }: Pinning, cell: Disturbed): Warning[] {
  const cores = [server, ...workers];
  if (cores.includes(undefined)) {
    const text = 'Processes could not be pinned to cores.';
    return [notice('unpinned', text, 'Run on Linux with taskset (util-linux).')];
  }
  if (new Set(cores).size === cores.length) return [];
  const text = 'Server and load workers share cores.';
  const hint = 'Use fewer workers, or a machine with a core for each process.';
  return [severe('cores-shared', text, hint, timed(cell))];
}

interface Bound {
  readonly code: CompletedCell['disturbance']['exceeded'][number];
  readonly what: string;
  readonly of: (disturbance: CompletedCell['disturbance']) => number | null;
  readonly hint: string;
  /** CPU time is counted in time that the process did not have. */
  readonly isAgainstCpu?: boolean;
}

const BOUNDS: readonly Bound[] = [
  {
    code: 'run-delay-server',
    what: 'the server waited for its core',
    of: ({ runDelay }) => runDelay.server?.foreignShare ?? null,
    hint: 'Close what else runs, and run again.',
  },
  {
    code: 'run-delay-probe',
    what: 'the probe waited for its core',
    of: ({ runDelay }) => runDelay.probe?.foreignShare ?? null,
    hint: 'Close what else runs, and run again.',
  },
  {
    code: 'core-stopped',
    what: 'a core that stood still',
    of: ({ sleepers }) => mostOf(sleepers.map(({ stoppedShare }) => stoppedShare)),
    hint: 'Use a machine whose host is less busy.',
  },
  {
    code: 'steal',
    what: 'steal',
    of: ({ steal }) => steal,
    hint: 'Use a machine whose cores are not shared with others.',
    isAgainstCpu: true,
  },
  {
    code: 'throttled',
    what: 'throttled',
    of: ({ throttled }) => throttled,
    hint: 'Raise or lift the CPU quota of the container.',
    isAgainstCpu: true,
  },
];

function mostOf(shares: readonly (number | null)[]): number | null {
  const known = shares.filter((one) => one !== null);
  return known.length === 0 ? null : Math.max(...known);
}

function disturbance(cell: Disturbed): Warning[] {
  const known = BOUNDS.filter(({ code }) => cell.disturbance.exceeded.includes(code));
  if (known.length === 0) return [];
  const seen = known.map(({ what, of }) => {
    const share = of(cell.disturbance);
    return share === null ? what : `${what} ${percent(share)}`;
  });
  const text = `Others held the processes back: ${seen.join(', ')}.`;
  const hint = [...new Set(known.map((one) => one.hint))].join(' ');
  const against = new Set([
    ...timed(cell),
    ...(known.some(({ isAgainstCpu }) => isAgainstCpu) ? ['cpu' as const] : []),
  ]);
  return [severe('disturbed', text, hint, [...against])];
}

/** Whether the machine was as fast at each end of each session: a frequency that moved is in every time. */
export function calibrationWarnings(sessions: readonly Session[]): Warning[] {
  const timesUs = sessions.flatMap(({ before, after }) =>
    [before, after].flatMap((state) => state?.calibrationUs ?? []),
  );
  const [leastUs, mostUs] = [Math.min(...timesUs), Math.max(...timesUs)];
  const moved = mostUs / leastUs - 1;
  if (timesUs.length < 2 || moved <= NOISE_LIMITS.calibration) return [];
  const text = `A fixed piece of work took from ${(leastUs / 1e3).toFixed(1)} ms to ${(mostUs / 1e3).toFixed(1)} ms before and after the cells, ${percent(moved)} apart.`;
  const hint =
    'Close what else runs, and fix the frequency of the cores (governor performance). Ratios move less than times.';
  return [notice('speed-moved', text, hint)];
}
