/** How the HTTP clients send their requests, whatever carries them. */

import type { IncomingHttpHeaders } from 'node:http';
import { HTTP_DEFAULTS, type HttpOptions } from '../../bench/contract/transport.ts';

export interface HttpClientOptions extends HttpOptions {
  /**
   * `own`: a client keeps one for itself. `shared`, on HTTP/2: all clients of a swarm send over one. `per-request`, on
   * HTTP/1.1: a new one each time, ended by the server (`Connection: close`). @default 'own'
   */
  readonly connections?: 'own' | 'shared' | 'per-request';
}

export const HTTP_CLIENT_DEFAULTS = {
  ...HTTP_DEFAULTS,
  connections: 'own',
} as const satisfies HttpClientOptions;

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpExchange {
  head(status: number, headers: IncomingHttpHeaders): void;
  /** @param receivedNs read before the client parses or inflates the bytes; Node has decrypted them, and read HTTP/2's frames */
  chunk(chunk: Buffer, receivedNs: number): void;
  end(): void;
  /** Instead of `end`, at any time. */
  failed(error: Error): void;
}

/** Connects at the first request, and again when the connection was lost between two. */
export interface HttpConnection {
  /** Whether a request can be under way beside another; else it waits for it. */
  readonly isMultiplexed: boolean;
  send(request: HttpRequest, exchange: HttpExchange): void;
  /**
   * Lets requests that are under way finish (`graceful`), but not for long, or drops them. Resolves when the socket is gone,
   * or, where others share it, the requests.
   */
  close(graceful: boolean): Promise<void>;
}
