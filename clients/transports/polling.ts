/** HTTP polling: asks every `intervalMs`, never with two polls at a time. Messages to the server go between the polls. */

import type { ClientTransport } from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { HTTP_CLIENT_DEFAULTS, type HttpClientOptions } from '../wire/http.ts';
import { openPoller } from './poller.ts';

export interface PollingOptions extends HttpClientOptions {
  /** From poll to poll, whatever the answer takes. @default 1000 */
  readonly intervalMs?: number;
}

export const polling: ClientTransport<PollingOptions> = {
  defaults: { ...HTTP_CLIENT_DEFAULTS, intervalMs: 1_000 },

  connect(context, sink, { intervalMs, ...options }) {
    // Polls fall on a grid of their own: a slow answer delays one poll, and does not stretch the interval of all others.
    const gridMs = nowNs() / 1e6 + context.phase * intervalMs;
    let turn = -1;
    return openPoller(context, sink, options, {
      parameters: () => '',
      parksPolls: false,
      delayMs() {
        const sinceMs = nowNs() / 1e6 - gridMs;
        // Timers count whole milliseconds and fire up to one early: taken from the clock alone, a turn would come twice.
        turn = Math.max(turn, Math.floor(sinceMs / intervalMs)) + 1;
        return turn * intervalMs - sinceMs;
      },
    });
  },
};
