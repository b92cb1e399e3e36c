/** HTTP polling: a poll every `intervalMs`, never two at a time. Messages to the server go between the polls. */

import type { ClientTransport } from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { HTTP_CLIENT_DEFAULTS, type HttpClientOptions, type OpenHttp } from '../wire/http.ts';
import { openHttp } from '../wire/open-http.ts';
import { gridOffsetMs } from './poll-grid.ts';
import { openPoller } from './poller.ts';

export interface PollingOptions extends HttpClientOptions {
  /** From poll to poll, however long an answer takes. @default 1000 */
  readonly intervalMs?: number;
  /** Length of the slots that events come in, where they leave the first and the last quarter of each free. @default 0: none */
  readonly eventSlotMs?: number;
}

export const polling = pollingOver(openHttp);

/** @param open makes the connections of its clients */
export function pollingOver(open: OpenHttp): ClientTransport<PollingOptions> {
  return {
    defaults: { ...HTTP_CLIENT_DEFAULTS, intervalMs: 1_000, eventSlotMs: 0 },

    connect(context, sink, { intervalMs, eventSlotMs, ...options }) {
      // Polls fall on a fixed grid: a slow answer delays one poll, and does not stretch the interval of all others.
      const gridMs = gridOffsetMs(context.phase, { intervalMs, eventSlotMs });
      let turn = 0;
      return openPoller(open, context, sink, options, {
        parameters: () => '',
        parksPolls: false,
        delayMs() {
          const sinceMs = nowNs() / 1e6 - gridMs;
          // Timers fire up to 1 ms early: by the clock alone, the same turn would be polled twice.
          turn = Math.max(turn, Math.floor(sinceMs / intervalMs)) + 1;
          return turn * intervalMs - sinceMs;
        },
      });
    },
  };
}
