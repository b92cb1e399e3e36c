/** Whether the machine lets processes be measured apart, and at one speed. */

import { percent } from '../../contract/result.ts';
import { NOISE_LIMITS } from '../disturbance/limits.ts';
import { type Check, check, notTold } from './check.ts';
import type { Facts } from './facts.ts';

/** Load average per usable core. */
const LOAD_PER_CORE = 0.25;
/** Read without a system call. */
const FAST_CLOCKS = ['tsc', 'kvm-clock', 'hyperv_clocksource_tsc_page', 'arch_sys_counter', 'riscv_clocksource'];
const CLOSE_OTHERS = 'Close what else runs, or wait until it is done.';

export function cores({ cores: { all, allowed } }: Facts): Check {
  const usable = allowed ?? all;
  const seen = usable === all ? `${all}` : `${usable} of ${all} may be used`;
  const hint = 'Server and clients would share it. Use a machine, or a container, with two cores or more.';
  return check('cores', seen, usable >= 2, 'bad', hint);
}

export function pinning({ isPinnable, cores: { allowed } }: Facts): Check {
  const isFine = isPinnable && allowed !== null;
  const hint = 'Processes will wander between cores. Run on Linux with taskset (util-linux).';
  return check('pinning', `processes can ${isFine ? '' : 'not '}be pinned to cores`, isFine, 'warn', hint);
}

export function load({ loadAverage, cores: { all, allowed } }: Facts): Check {
  if (loadAverage === null) return notTold('load');
  const seen = `load average ${loadAverage.toFixed(2)} over the last minute`;
  return check('load', seen, loadAverage <= (allowed ?? all) * LOAD_PER_CORE, 'warn', CLOSE_OTHERS);
}

export function pressure({ cpuPressure }: Facts): Check {
  if (cpuPressure === null) return notTold('pressure');
  const seen = `tasks waited for a core in ${percent(cpuPressure)} of the last 10 s`;
  return check('pressure', seen, cpuPressure <= NOISE_LIMITS.cpuPressure, 'warn', CLOSE_OTHERS);
}

export function clock({ clockSource }: Facts): Check {
  if (clockSource === null) return notTold('clock');
  const hint = 'Each reading of this clock is a slow system call, twice in every latency. Boot with clocksource=tsc.';
  return check('clock', clockSource, FAST_CLOCKS.includes(clockSource), 'warn', hint);
}

export function governor({ governor: seen }: Facts): Check {
  if (seen === null) return notTold('governor');
  const hint = 'Cores will change their frequency as they run. As root: cpupower frequency-set -g performance';
  return check('governor', seen, seen === 'performance', 'warn', hint);
}
