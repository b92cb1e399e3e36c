/** The calls of a watcher: a sleeper on its core, and the core's speed. */

import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Role } from '../../contract/calls.ts';
import { compiled } from '../../contract/paths.ts';
import { hello } from '../../measure/clock.ts';
import { shortestTurnUs } from '../calibration.ts';
import type { WatcherCalls } from './calls.ts';
import { WakeUps } from './wake-ups.ts';

export interface SleeperData {
  readonly memory: SharedArrayBuffer;
  readonly stepNs: number;
  readonly phaseNs: number;
}

export function createWatcherRole(): Role<WatcherCalls> {
  const wakeUps = new WakeUps();
  let stepMs: number | undefined;
  let failure: Error | undefined;

  /** A wake-up within the window may still be to come, and is the one that tells of a core that stands still. */
  const wokenAfter = async (instantNs: number) => {
    if (stepMs === undefined) throw new Error('this watcher has no sleeper yet');
    while (wakeUps.lastDueNs < instantNs) {
      if (failure) throw failure;
      await sleep(stepMs);
    }
  };

  return {
    hello,

    async watch(params) {
      if (stepMs !== undefined) throw new Error('this watcher has a sleeper already');
      stepMs = params.stepMs;
      const data: SleeperData = { memory: wakeUps.memory, stepNs: stepMs * 1e6, phaseNs: params.phaseMs * 1e6 };
      const options = { workerData: data, resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8 } };
      const thread = new Worker(compiled('bench/machine/disturbance/sleeper'), options);
      thread.once('error', (error) => {
        failure = error instanceof Error ? error : new Error(String(error));
      });
      thread.unref();
      await wokenAfter(1);
      return {};
    },

    async read({ fromNs, toNs }) {
      await wokenAfter(toNs);
      return wakeUps.read(fromNs, toNs);
    },

    calibrate: () => ({ shortestTurnUs: shortestTurnUs() }),
  };
}
