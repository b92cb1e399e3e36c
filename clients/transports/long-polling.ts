/**
 * HTTP long-polling (RFC 6202): asks again as soon as an answer is in; the server parks the request until there is one.
 *
 * On HTTP/1.1 that occupies the connection: messages to the server go over a second one, kept as well.
 */

import type { ClientTransport } from '../../bench/contract/transport.ts';
import { HTTP_CLIENT_DEFAULTS, type HttpClientOptions } from '../wire/http.ts';
import { openPoller } from './poller.ts';

export interface LongPollingOptions extends HttpClientOptions {
  /** How long the server is asked to park a poll; proxies cut at 60 s. @default 30 */
  readonly holdSeconds?: number;
}

/** The shortest hold there is. Were its first poll parked, a client that missed nothing could not tell that it is connected. */
const AT_ONCE_SECONDS = 0.001;

export const longPolling: ClientTransport<LongPollingOptions> = {
  defaults: { ...HTTP_CLIENT_DEFAULTS, holdSeconds: 30 },

  connect(context, sink, { holdSeconds, ...options }) {
    return openPoller(context, sink, options, {
      parameters: (isFirst) => `&hold=${isFirst ? AT_ONCE_SECONDS : holdSeconds}`,
      parksPolls: true,
      delayMs: () => 0,
    });
  },
};
