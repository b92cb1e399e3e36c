/** The calls of a watcher: a sleeper on its core, and the core's speed. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Role } from '../../contract/calls.ts';
import { compiled } from '../../contract/paths.ts';
import { hello } from '../../measure/clock.ts';
import { shortestTurnUs } from '../calibration.ts';
import type { WatcherCalls } from './calls.ts';
import { WakeUps } from './wake-ups.ts';

const CHECK_MS = 5;

export interface SleeperData {
  readonly memory: SharedArrayBuffer;
  readonly stepNs: number;
  readonly phaseNs: number;
}

export function createWatcherRole(): Role<WatcherCalls> {
  const wakeUps = new WakeUps();
  let isWatching = false;
  let failure: Error | undefined;

  const until = async (isSo: () => boolean) => {
    while (!isSo()) {
      if (failure) throw failure;
      await sleep(CHECK_MS);
    }
  };

  return {
    hello,

    async watch({ stepMs, phaseMs }) {
      if (isWatching) throw new Error('this watcher has a sleeper already');
      isWatching = true;
      const data: SleeperData = { memory: wakeUps.memory, stepNs: stepMs * 1e6, phaseNs: phaseMs * 1e6 };
      const options = { workerData: data, resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8 } };
      const thread = new Worker(compiled('bench/machine/disturbance/sleeper'), options);
      thread.once('error', (error) => {
        failure = error instanceof Error ? error : new Error(String(error));
      });
      thread.unref();
      await until(() => wakeUps.lastDueNs > 0);
      return {};
    },

    async read({ fromNs, toNs }) {
      if (!isWatching) throw new Error('this watcher has no sleeper yet');
      // A wake-up that was due within the window may still be to come, and is the one that tells of a core that stands still.
      await until(() => wakeUps.lastDueNs >= toNs);
      return wakeUps.read(fromNs, toNs);
    },

    calibrate: () => ({ shortestTurnUs: shortestTurnUs() }),
  };
}
