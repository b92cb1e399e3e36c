/** HTTP long-polling (RFC 6202): polls again as soon as it is answered; the server parks the request until there is an event. */

import type { ClientTransport } from '../../bench/contract/transport.ts';
import { HTTP_CLIENT_DEFAULTS, type HttpClientOptions, type OpenHttp } from '../wire/http.ts';
import { openHttp } from '../wire/open-http.ts';
import { openPoller } from './poller.ts';

export interface LongPollingOptions extends HttpClientOptions {
  /** How long the server is asked to park a poll; proxies cut at 60 s. @default 30 */
  readonly holdSeconds?: number;
}

/** Hold of the first poll: were it parked, a client that missed nothing could not tell that it is connected. */
const SHORTEST_HOLD_SECONDS = 0.001;

export const longPolling = longPollingOver(openHttp);

/** @param open makes the connections of its clients */
export function longPollingOver(open: OpenHttp): ClientTransport<LongPollingOptions> {
  return {
    defaults: { ...HTTP_CLIENT_DEFAULTS, holdSeconds: 30 },

    connect(context, sink, { holdSeconds, ...options }) {
      return openPoller(open, context, sink, options, {
        parameters: (isFirst) => `&hold=${isFirst ? SHORTEST_HOLD_SECONDS : holdSeconds}`,
        parksPolls: true,
        delayMs: () => 0,
      });
    },
  };
}
