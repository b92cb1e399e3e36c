/** Requests and connections of HTTP clients, for HTTP/1.1 and HTTP/2 alike. */

import type { IncomingHttpHeaders } from 'node:http';
import { type ClientContext, HTTP_DEFAULTS, type HttpOptions } from '../../bench/contract/transport.ts';

export interface HttpClientOptions extends HttpOptions {
  /**
   * `own`: each client keeps one. `shared`, on HTTP/2: all clients of a swarm use one. `per-request`, on HTTP/1.1: the server
   * ends it with its answer (`Connection: close`). @default 'own'
   */
  readonly connections?: 'own' | 'shared' | 'per-request';
}

export const HTTP_CLIENT_DEFAULTS = { ...HTTP_DEFAULTS, connections: 'own' } as const satisfies HttpClientOptions;

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpExchange {
  head(status: number, headers: IncomingHttpHeaders): void;
  /** @param receivedNs read before bytes are parsed or inflated; Node has decrypted them, and read HTTP/2's frames */
  chunk(chunk: Buffer, receivedNs: number): void;
  end(): void;
  /** Instead of `end`, at any time. */
  failed(error: Error): void;
}

/** Connects at the first request, and again when the connection was lost between two. */
export interface HttpConnection {
  /** Whether requests run concurrently; else each waits for the one before. */
  readonly isMultiplexed: boolean;
  send(request: HttpRequest, exchange: HttpExchange): void;
  /** Waits a few seconds for requests (`graceful`), or drops them. Resolves when they and a socket of its own are gone. */
  close(graceful: boolean): Promise<void>;
}

/** Makes the connection of one client, which may be shared with others. */
export type OpenHttp = (context: ClientContext, options: Required<HttpClientOptions>) => HttpConnection;
