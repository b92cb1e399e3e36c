/** Commands of the system: they succeed, or say what is missing. */

import { execFileSync } from 'node:child_process';

const DEADLINE_MS = 10_000;

/**
 * Runs the program to its end.
 *
 * @param need what the program needs, for when it fails: `needs root`
 * @throws Error with the need and the program's own words
 */
export function run(need: string, program: string, args: readonly string[]): void {
  try {
    execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'], timeout: DEADLINE_MS });
  } catch (error) {
    const { code, stderr, message } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') throw new Error(`needs ${program}, which is not installed`);
    throw new Error(`${need}; ${program} says: ${stderr?.trim().replaceAll('\n', '; ') || message}`);
  }
}
