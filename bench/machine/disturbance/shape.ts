/** What disturbed a cell within its measured window, as the result has it. */

import { z } from 'zod';

const nullable = <T extends z.ZodType>(schema: T) => schema.nullable().describe('null where unknown');
const count = z.int().nonnegative();
const amount = z.number().nonnegative();
const share = z.number().min(0);

const waiting = z.strictObject({
  share: share.describe('Of the window, in which its main thread could run and waited for a core'),
  foreignShare: share.describe('What is left of it without the CPU time of our other threads on that core'),
  foreignMeanUs: amount.describe('That wait, for each time that it got a core'),
});

/** The bounds that a cell can pass. */
export const DISTURBANCES = ['run-delay-server', 'run-delay-probe', 'core-stopped', 'steal', 'throttled'] as const;

export const disturbanceSchema = z
  .strictObject({
    cpuPressure: nullable(share.describe('Of the window, in which a runnable task of the machine waited for a core')),
    steal: nullable(
      share.describe("Of a measured core's time, that the hypervisor gave to others; of the core with most"),
    ),
    throttled: nullable(share.describe('Of the window, in which a CPU quota held the processes back')),
    runDelay: z.strictObject({ server: nullable(waiting), probe: nullable(waiting) }),
    sleepers: z
      .array(
        z.strictObject({
          core: count,
          wakeUps: count,
          lateWakeUps: count.describe('Over 5 ms late'),
          maxLateUs: amount,
          stoppedShare: share.describe(
            'Of the window, in which the core stood still: no task had it, and a wake-up over 5 ms old was due',
          ),
        }),
      )
      .describe('A thread on each measured core that wakes at fixed instants'),
    exceeded: z.array(z.enum(DISTURBANCES)).describe('Bounds that were passed; none in an undisturbed cell'),
  })
  .describe('What others took of the machine within the window');

export type Disturbance = z.infer<typeof disturbanceSchema>;
export type Waiting = z.infer<typeof waiting>;
