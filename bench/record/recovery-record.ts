/** Pure: the deaths of servers and what clients saw of them become a cell's recovery. */

import type { WorkerMeasured } from '../contract/calls.ts';
import type { CompletedCell } from '../contract/result.ts';
import { LatencyRecorder } from '../measure/latency.ts';

const TENTH_NS = 1e8;

/**
 * A client has recovered with the first event over a connection that it began to open after the death: what was on its way
 * when the server died is none. Only the attempts up to that one count, and the past that it brought: a client with a
 * connection per request opens others all the time. One that two deaths kept away recovers from both at once.
 *
 * @param deathsNs when servers were killed, in order
 */
export function recordRecovery(
  deathsNs: readonly number[],
  workers: readonly Pick<WorkerMeasured, 'recoveries'>[],
): NonNullable<CompletedCell['recovery']> {
  const firstEvent = new LatencyRecorder();
  const attemptsByTenth: number[] = [];
  let attempts = 0;
  let replayed = 0;
  for (const client of workers.flatMap(({ recoveries }) => recoveries ?? [])) {
    for (const [index, deathNs] of deathsNs.entries()) {
      const nextNs = deathsNs[index + 1] ?? Number.POSITIVE_INFINITY;
      const first = client.reconnects.find(({ connectingNs }) => connectingNs > deathNs);
      if (first) firstEvent.record(first.firstEventNs - deathNs);
      if (first && first.connectingNs <= nextNs) replayed += first.replayed;
      const untilNs = Math.min(nextNs, first?.connectingNs ?? nextNs);
      for (const attemptNs of client.attemptsNs.filter((ns) => ns > deathNs && ns <= untilNs)) {
        attempts++;
        const tenth = Math.floor((attemptNs - deathNs) / TENTH_NS);
        while (attemptsByTenth.length <= tenth) attemptsByTenth.push(0);
        attemptsByTenth[tenth] = (attemptsByTenth[tenth] ?? 0) + 1;
      }
    }
  }
  return { kills: deathsNs.length, firstEvent: firstEvent.summary(), attempts, replayed, attemptsByTenth };
}
