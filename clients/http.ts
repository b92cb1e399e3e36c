/** One simulated client's HTTP connection: undici over a metered socket, kept open between requests. */

import type { IncomingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { buildConnector, Client } from 'undici';
import type { ClientContext } from '../bench/contract/transport.ts';
import { nowNs } from '../bench/measure/clock.ts';
import { type RequestKind, requestHeaders } from './header-profiles.ts';

export interface HttpExchange {
  head(status: number, headers: IncomingHttpHeaders): void;
  /** @param receivedNs read before anything was done with the bytes */
  chunk(chunk: Buffer, receivedNs: number): void;
  end(): void;
  /** Instead of `end`, at any time. */
  failed(error: Error): void;
}

export interface HttpConnection {
  /** The path of the context's URL, with these parameters; the profile's headers and these. */
  get(parameters: string, extraHeaders: Record<string, string>, exchange: HttpExchange): void;
  /** Lets a request that is under way finish (`graceful`), but not for long, or drops it; resolves when the socket is gone. */
  close(graceful: boolean): Promise<void>;
}

/** No timeout of the client's own: a parked poll and an event stream are silent for as long as they like. */
const NO_TIMEOUT = { headersTimeout: 0, bodyTimeout: 0 };
const KEEP_MS = 600_000;
/** How long a request under way may take to finish: longer than any RTT. */
const CLOSE_GRACE_MS = 3_000;

/** @param kind what a page would use to make these requests: it decides their headers */
export function openHttp({ url, headers, via, meter, onConnecting }: ClientContext, kind: RequestKind): HttpConnection {
  const { origin, pathname } = new URL(url);
  const connect = buildConnector({ timeout: 10_000 });
  const route = via && { hostname: via.host, port: String(via.port) };
  const profile = requestHeaders(headers, kind, url);
  const sockets = new Set<Socket>();
  let receivedNs = 0;
  const client = new Client(origin, {
    ...NO_TIMEOUT,
    pipelining: 1,
    keepAliveTimeout: KEEP_MS,
    keepAliveMaxTimeout: KEEP_MS,
    connect(options, done) {
      onConnecting?.();
      connect({ ...options, ...route }, (...result) => {
        const [error, socket] = result;
        if (error) return done(error, null);
        meter.track(socket);
        sockets.add(socket);
        // Ahead of undici's own listener: the clock is read before the response is parsed, as in the other transports.
        socket.prependListener('readable', () => {
          receivedNs = nowNs();
        });
        socket.once('close', () => sockets.delete(socket));
        done(null, socket);
      });
    },
  });

  return {
    get(parameters, extraHeaders, exchange) {
      client.dispatch(
        { method: 'GET', path: pathname + parameters, headers: { ...profile, ...extraHeaders } },
        {
          onRequestStart() {},
          onResponseStart: (_controller, status, responseHeaders) => exchange.head(status, responseHeaders),
          onResponseData: (_controller, chunk) => exchange.chunk(chunk, receivedNs),
          onResponseEnd: () => exchange.end(),
          onResponseError: (_controller, error) => exchange.failed(error),
        },
      );
    },
    async close(graceful) {
      const gone = [...sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
      // A server that never answers does not keep its client from closing.
      const timer = setTimeout(() => void client.destroy(), CLOSE_GRACE_MS);
      await (graceful ? client.close() : client.destroy());
      clearTimeout(timer);
      await Promise.all(gone);
    },
  };
}
