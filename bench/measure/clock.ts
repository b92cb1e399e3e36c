/**
 * The one clock of all measurements: `process.hrtime`, which on Linux is CLOCK_MONOTONIC and the same for every process
 * of a machine. `checkSharedClock` tests that for each child.
 */

import { setTimeout } from 'node:timers/promises';

/** Nanoseconds of the monotonic clock. A double holds them exactly for 104 days of uptime, and to 2 ns for twice that. */
export function nowNs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1e9 + nanoseconds;
}

export const hello = () => ({ nowNs: nowNs(), nodeVersion: process.version });

/**
 * Holds another process's reading against ours from before the question and after the answer.
 *
 * @throws Error when the reading lies outside: then the two processes do not share a clock and no latency between them
 *   means anything
 */
export function checkSharedClock(beforeNs: number, theirsNs: number, afterNs: number): void {
  if (theirsNs >= beforeNs && theirsNs <= afterNs) return;
  throw new Error(
    `the processes do not share a monotonic clock: asked at ${beforeNs} ns, answered with ${theirsNs} ns, received at ${afterNs} ns`,
  );
}

/**
 * Resolves at an instant of the monotonic clock, to the millisecond of a timer; at once when it has passed.
 *
 * @throws AbortError when `signal` aborts before
 */
export async function sleepUntil(atNs: number, signal?: AbortSignal): Promise<void> {
  for (let waitMs = (atNs - nowNs()) / 1e6; waitMs > 0; waitMs = (atNs - nowNs()) / 1e6) {
    await setTimeout(Math.ceil(waitMs), undefined, { ...(signal && { signal }) });
  }
}
