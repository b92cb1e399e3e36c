/** Pure: the deaths of servers and what clients saw of them become a cell's recovery. */

import type { WorkerMeasured } from './contract/child.ts';
import type { CompletedCell } from './contract/result.ts';
import { createLatencyRecorder } from './measure/latency.ts';

const TENTH_NS = 1e8;

/**
 * A client's first event after a death is the first one over a connection that it began to open after it: what was on its
 * way when the server died is none. One that two deaths kept away counts for both.
 *
 * @param deathsNs when servers were killed, in order
 */
export function recordRecovery(
  deathsNs: readonly number[],
  workers: readonly Pick<WorkerMeasured, 'recovery'>[],
): NonNullable<CompletedCell['recovery']> {
  const measured = workers.flatMap(({ recovery }) => recovery ?? []);
  const firstEvent = createLatencyRecorder();
  for (const comebacks of measured.flatMap(({ comebacks }) => comebacks)) {
    for (const deathNs of deathsNs) {
      const first = comebacks.find(({ connectingNs }) => connectingNs > deathNs);
      if (first) firstEvent.record(first.firstEventNs - deathNs);
    }
  }
  const attemptsByTenth: number[] = [];
  let attempts = 0;
  for (const attemptNs of measured.flatMap(({ attemptsNs }) => attemptsNs)) {
    const deathNs = deathsNs.findLast((deathNs) => deathNs < attemptNs);
    if (deathNs === undefined) continue;
    attempts++;
    const tenth = Math.floor((attemptNs - deathNs) / TENTH_NS);
    while (attemptsByTenth.length <= tenth) attemptsByTenth.push(0);
    attemptsByTenth[tenth] = (attemptsByTenth[tenth] ?? 0) + 1;
  }
  const replayed = measured.reduce((sum, one) => sum + one.replayed, 0);
  return { kills: deathsNs.length, firstEvent: firstEvent.summary(), attempts, replayed, attemptsByTenth };
}
