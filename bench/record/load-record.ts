/** Pure: what workers saw of connections opened cold, of closed loops and of messages, merged into a cell's. */

import type { ClosedLoop, WorkerMeasured } from '../contract/calls.ts';
import type { CompletedCell } from '../contract/result.ts';
import { mergeLatency } from '../measure/latency.ts';

/** @throws Error with the first problem when no connection got its event */
export function recordLoad(
  workers: readonly WorkerMeasured[],
): Pick<CompletedCell, 'opened' | 'closedLoops' | 'upstream'> {
  const opened = workers.flatMap((worker) => worker.opened ?? []);
  const loops = workers.flatMap(({ closedLoops }) => (closedLoops ? [closedLoops] : []));
  const upstream = workers.flatMap((worker) => worker.upstream ?? []);
  return {
    ...(upstream.length > 0 && {
      upstream: {
        messages: sum(upstream, ({ messages }) => messages),
        echo: mergeLatency(upstream.map(({ echo }) => echo)),
      },
    }),
    ...(opened.length > 0 && { opened: mergeOpened(opened, workers) }),
    ...(loops.length > 0 && { closedLoops: mergeLoops(loops) }),
  };
}

function mergeOpened(
  opened: readonly NonNullable<WorkerMeasured['opened']>[],
  workers: readonly WorkerMeasured[],
): NonNullable<CompletedCell['opened']> {
  const count = sum(opened, (one) => one.count);
  const [problem = 'the time was up'] = workers.flatMap(({ firstProblem }) => firstProblem ?? []);
  if (count === 0) throw new Error(`no connection got its event; ${problem}`);
  return {
    count,
    firstEvent: mergeLatency(opened.map(({ firstEvent }) => firstEvent)),
    upBytes: sum(opened, ({ upBytes }) => upBytes),
    downBytes: sum(opened, ({ downBytes }) => downBytes),
  };
}

/** @param byWorker each worker's loops, in the same order */
function mergeLoops(byWorker: readonly (readonly ClosedLoop[])[]): ClosedLoop[] {
  const [first = []] = byWorker;
  return first.map(({ client }, at) => {
    const loops = byWorker.flatMap((own) => own[at] ?? []);
    return {
      client,
      requests: sum(loops, ({ requests }) => requests),
      // Workers run at the same time: the slowest one's time is that of all.
      seconds: Math.max(...loops.map(({ seconds }) => seconds)),
      upBytes: sum(loops, ({ upBytes }) => upBytes),
      downBytes: sum(loops, ({ downBytes }) => downBytes),
      cpuShare: Math.max(...loops.map(({ cpuShare = 0 }) => cpuShare)),
    };
  });
}

export function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
