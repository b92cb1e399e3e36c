/** Whether the kernel itself can delay packets (tc-netem(8)): tried out in a network namespace that ends with the attempt. */

import { execFile } from 'node:child_process';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

export type Netem = { readonly available: true } | { readonly available: false; readonly reason: string };

const DEADLINE_MS = 5_000;
const ATTEMPT = ['tc', 'qdisc', 'add', 'dev', 'lo', 'root', 'netem', 'delay', '1ms'];

/** @param attempt what is run in the namespace; exits with 0 where netem works */
export async function netemAvailable(attempt: readonly string[] = ATTEMPT): Promise<Netem> {
  // Who is not root becomes it within a user namespace, where the kernel lets users have them.
  const user = userInfo().uid === 0 ? [] : ['--user', '--map-root-user'];
  try {
    await promisify(execFile)('unshare', [...user, '--net', ...attempt], { timeout: DEADLINE_MS });
    return { available: true };
  } catch (error) {
    return {
      available: false,
      reason: reasonOf(error as Error & { code?: unknown; stderr?: string; killed?: boolean }),
    };
  }
}

function reasonOf({
  code,
  stderr,
  killed,
  message,
}: Error & { code?: unknown; stderr?: string; killed?: boolean }): string {
  if (code === 'ENOENT') return 'unshare (util-linux) is not installed';
  if (killed) return `no answer within ${DEADLINE_MS / 1e3} s`;
  return stderr?.trim().split('\n', 1)[0] || message;
}
