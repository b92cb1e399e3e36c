/**
 * HTTP streaming: one response of newline-delimited JSON that never ends, as `fetch` reads it.
 *
 * `GET /streaming?since=N` → `application/x-ndjson`, one event per line, and an empty line every 15 s. A gap is a line too.
 */

import type { ServerTransport } from '../../bench/contract/transport.ts';
import { readSince } from '../http/query.ts';
import { LINES, NEWLINE } from './broadcast.ts';
import { mountStream, STREAM_DEFAULTS, type StreamOptions } from './stream.ts';

export interface StreamingOptions extends StreamOptions {
  /** An empty line this often keeps proxies from closing the connection. @default 15000 */
  readonly keepAliveMs?: number;
}

export const streaming: ServerTransport<StreamingOptions> = {
  defaults: { ...STREAM_DEFAULTS, keepAliveMs: 15_000 },

  mount(host, feed, { keepAliveMs, ...options }) {
    return mountStream(host, feed, options, {
      path: '/streaming',
      contentType: 'application/x-ndjson',
      framing: LINES,
      keepAlive: NEWLINE,
      keepAliveMs,
      cursorOf: readSince,
    });
  },
};
