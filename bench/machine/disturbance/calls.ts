/**
 * The calls of a watcher: one message each way, as in `bench/contract/calls.ts`. Watchers import types alone from here; the
 * orchestrator checks both messages of a call.
 */

import { z } from 'zod';
import type { AnswerOf } from '../../contract/calls.ts';

const count = z.int().nonnegative();
const amount = z.number().nonnegative();
/** Instants are readings of the shared monotonic clock. */
const instantNs = z.number();
const nothing = z.strictObject({});

export const watcherCalls = {
  hello: { params: nothing, answer: z.strictObject({ nowNs: instantNs, nodeVersion: z.string() }) },
  /** Starts the sleeper: it wakes at instants whose remainder by the step is the phase. Answers after the first wake-up. */
  watch: { params: z.strictObject({ stepMs: z.number().positive(), phaseMs: amount }), answer: nothing },
  /** Answers when the last wake-up of the window is in. */
  read: {
    params: z.strictObject({ fromNs: instantNs, toNs: instantNs }),
    answer: z.strictObject({
      wakeUps: count,
      lateWakeUps: count.describe('By more than LATE_US'),
      maxLateUs: amount,
      stoppedUs: amount.describe(
        'Time that the core stood still after a wake-up was due: its lateness without its run delay',
      ),
    }),
  },
  /** Blocks its core for about 10 ms. */
  calibrate: { params: nothing, answer: z.strictObject({ shortestTurnUs: amount }) },
};

export type WatcherCalls = typeof watcherCalls;
export type WakeUpReading = AnswerOf<WatcherCalls['read']>;
