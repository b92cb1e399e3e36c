/** Whether the machine lets processes be measured apart, and at one speed. */

import { percent } from '../../contract/result.ts';
import { NOISE_LIMITS } from '../noise-limits.ts';
import { bad, type Check, NOT_TOLD, ok, warn } from './check.ts';
import type { Facts } from './facts.ts';

/** Of the cores. */
const LOAD = 0.25;
/** Read without a system call. */
const FAST_CLOCKS = ['tsc', 'kvm-clock', 'hyperv_clocksource_tsc_page', 'arch_sys_counter', 'riscv_clocksource'];

export function cores({ cores: { all, allowed } }: Facts): Check {
  const usable = allowed ?? all;
  const seen = usable === all ? `${all}` : `${usable} of ${all} may be used`;
  if (usable >= 2) return ok('cores', seen);
  return bad(
    'cores',
    seen,
    'Server and clients would share it. Use a machine, or a container, with two cores or more.',
  );
}

export function pinning({ isPinnable, cores: { allowed } }: Facts): Check {
  if (isPinnable && allowed !== null) return ok('pinning', 'processes can be pinned to cores');
  const hint = 'Processes will wander between cores. Run on Linux with taskset (util-linux).';
  return warn('pinning', 'processes can not be pinned to cores', hint);
}

export function load({ loadAverage, cores: { all, allowed } }: Facts): Check {
  if (loadAverage === null) return ok('load', NOT_TOLD);
  const seen = `load average ${loadAverage.toFixed(2)} over the last minute`;
  if (loadAverage <= (allowed ?? all) * LOAD) return ok('load', seen);
  return warn('load', seen, 'Close what else runs, or wait until it is done.');
}

export function pressure({ cpuPressure }: Facts): Check {
  if (cpuPressure === null) return ok('pressure', NOT_TOLD);
  const seen = `tasks waited for a core in ${percent(cpuPressure)} of the last 10 s`;
  if (cpuPressure <= NOISE_LIMITS.cpuPressure) return ok('pressure', seen);
  return warn('pressure', seen, 'Close what else runs, or wait until it is done.');
}

export function clock({ clockSource }: Facts): Check {
  if (clockSource === null) return ok('clock', NOT_TOLD);
  if (FAST_CLOCKS.includes(clockSource)) return ok('clock', clockSource);
  const hint = 'Each reading of this clock is a slow system call, twice in every latency. Boot with clocksource=tsc.';
  return warn('clock', clockSource, hint);
}

export function governor({ governor: seen }: Facts): Check {
  if (seen === null) return ok('governor', NOT_TOLD);
  if (seen === 'performance') return ok('governor', seen);
  const hint = 'Cores will change their frequency as they run. As root: cpupower frequency-set -g performance';
  return warn('governor', seen, hint);
}
