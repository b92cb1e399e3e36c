/** The fixed work in a process of its own: what the orchestrator has compiled and collected so far is no part of it. */

import { execFileSync } from 'node:child_process';
import { compiled } from '../contract/paths.ts';

/** Time for the kernel to clear away the processes that ended just now. */
const PAUSE_MS = 500;

/** @param core where it is done; undefined where processes can't be pinned */
export function calibrateApart(core: number | undefined): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  const command = [process.execPath, compiled('bench/machine/calibrate')];
  const [program = '', ...args] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  return Number(execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] }));
}
