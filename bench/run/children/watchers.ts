/** The watchers of a run: a process on each measured core, from its start to its end. */

import { type WatcherCalls, watcherCalls } from '../../machine/disturbance/calls.ts';
import type { Sleeper } from '../../machine/disturbance/watch.ts';
import { type Channel, Child } from './child.ts';

/**
 * A wake-up takes 60 to 100 µs of CPU time, nearly all of it the kernel's: two watchers take 0.2 to 0.35 % of a core at this
 * step. Each core sleeps at its own part of the step: what stops both for more than half of it shows on one of them.
 */
const STEP_MS = 60;
const DEADLINE_MS = 10_000;

export interface Watcher extends Sleeper {
  /**
   * µs that a fixed piece of work took, the fastest of many short turns; undefined where its process is gone. Blocks the core
   * for 10 ms.
   */
  calibrate(): Promise<number | undefined>;
}

export interface Watchers {
  /** In the order of the cores. One whose process is gone stays, and reads nothing. */
  readonly all: readonly Watcher[];
  close(): Promise<void>;
}

/**
 * @param open starts `bench/machine/disturbance/main` on a core
 * @param stepMs how often each wakes; doctor's sleepers do so every millisecond
 */
export async function openWatchers(
  cores: readonly number[],
  open: (core: number) => Channel,
  stepMs = STEP_MS,
): Promise<Watchers> {
  const children = cores.map((core) => new Child(`watcher of core ${core}`, open(core), watcherCalls));
  const all = children.map((child, index) => watcherOf(child, cores[index] ?? 0));
  await Promise.all(
    all.map(({ call }, index) => call('watch', { stepMs, phaseMs: (index * stepMs) / Math.max(1, cores.length) })),
  );
  return {
    all: all.map(({ watcher }) => watcher),
    close: async () => void (await Promise.all(children.map((child) => child.end()))),
  };
}

/** A process that does not answer in time is killed: its late answer would be taken for that of the next call. */
function watcherOf(child: Child<WatcherCalls>, core: number) {
  let last: Promise<unknown> = Promise.resolve();
  const call = <Name extends keyof WatcherCalls>(name: Name, params: Parameters<typeof child.call<Name>>[1]) => {
    const answer = last.then(() => child.call(name, params, { phase: 'watch', deadlineMs: DEADLINE_MS }));
    const settled = answer.catch(async () => {
      await child.kill();
      return undefined;
    });
    last = settled;
    return settled;
  };
  const watcher: Watcher = {
    core,
    read: (fromNs, toNs) => call('read', { fromNs, toNs }),
    calibrate: async () => (await call('calibrate', {}))?.shortestTurnUs,
  };
  return { watcher, call };
}
