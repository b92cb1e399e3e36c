/** HTTP polling: asks every `intervalMs`, on one kept connection, never with two requests at a time. */

import type { ClientTransport } from '../bench/contract/transport.ts';
import { nowNs } from '../bench/measure/clock.ts';
import { openPoller } from './poller.ts';

export interface PollingOptions {
  /** From poll to poll, whatever the answer takes. @default 1000 */
  readonly intervalMs?: number;
}

export const polling: ClientTransport<PollingOptions> = {
  defaults: { intervalMs: 1_000 },

  connect(context, sink, { intervalMs }) {
    // Polls fall on a grid of their own: a slow answer delays one poll, and does not stretch the interval of all others.
    const gridMs = nowNs() / 1e6 + context.phase * intervalMs;
    let turn = -1;
    return openPoller(context, sink, {
      parameters: () => '',
      finishesPolls: true,
      delayMs() {
        const sinceMs = nowNs() / 1e6 - gridMs;
        // Timers count whole milliseconds and fire up to one early: taken from the clock alone, a turn would come twice.
        turn = Math.max(turn, Math.floor(sinceMs / intervalMs)) + 1;
        return turn * intervalMs - sinceMs;
      },
    });
  },
};
