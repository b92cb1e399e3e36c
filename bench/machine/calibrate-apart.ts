/** The fixed work in a process of its own: what the orchestrator has compiled and collected so far is no part of it. */

import { execFileSync } from 'node:child_process';
import { compiled } from '../contract/paths.ts';
import { calibrateUs } from './calibration.ts';
import { measuredEnvironment } from './node-settings.ts';

/** Time for the kernel to clear away the processes that ended just now. */
const PAUSE_MS = 500;

const TRIES = 2;

/** @param core where it is done; undefined where processes can't be pinned */
export function calibrateApart(core: number | undefined): number {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
  const command = [process.execPath, compiled('bench/machine/calibrate')];
  const [program = '', ...args] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  for (let tries = 0; tries < TRIES; tries++) {
    try {
      return Number(
        execFileSync(program, args, {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
          env: measuredEnvironment(),
        }),
      );
    } catch {
      // The Ctrl-C of a terminal goes to all of its processes, to this one too.
    }
  }
  return calibrateUs();
}
