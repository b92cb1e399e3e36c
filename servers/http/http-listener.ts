import { createServer, type RequestListener, type Server } from 'node:http';
import type { Certificate, HttpCarrier } from '../../bench/contract/transport.ts';
import { Http2Sessions } from './http2-sessions.ts';
import { Request } from './turns.ts';

/** A kept connection stays: longer than the longest hold of a long-poll and than any poll interval in use. */
export const KEEP_ALIVE_MS = 125_000;
/** A second field of a name that may stand once is joined to the first, and refused then; else Node would drop it. */
const PLAIN = {
  keepAliveTimeout: KEEP_ALIVE_MS,
  noDelay: true,
  joinDuplicateHeaders: true,
  IncomingMessage: Request,
} as const;

export interface ListenerOptions {
  /** What a certificate is made out to. */
  readonly hosts: Iterable<string>;
  /** In place of a new certificate. */
  readonly certificate?: Certificate | undefined;
  readonly http2?: Http2Limits | undefined;
}

/** What a connection of HTTP/2 may take. In measured servers nothing bounds it: a limit would decide a result. */
export interface Http2Limits {
  readonly streams: number;
  /** Of streams and of what is not sent yet, in MB. Node refuses streams above it, and ends a client that goes on. */
  readonly megabytes: number;
}

/**
 * Makes the server of a carrier; it does not listen yet. On TLS, Node sends two session tickets per connection, which clients
 * of this project do not use.
 */
export async function createListener(over: HttpCarrier, handle: RequestListener, options: ListenerOptions) {
  const { hosts, certificate: known } = options;
  const isTls = over !== 'http';
  const certificate = isTls ? (known ?? (await (await import('./certificate.ts')).makeCertificate(hosts))) : undefined;
  const server = certificate
    ? await createTls(over === 'h2', certificate, handle, options.http2)
    : createServer(PLAIN, handle);
  const sessions = over === 'h2' ? new Http2Sessions(server, { idleMs: KEEP_ALIVE_MS }) : undefined;
  return {
    server,
    certificate,
    /** Connections of HTTP/2 that were ended for what they did. */
    get cutOffCount() {
      return sessions?.cutOffCount ?? 0;
    },
    /** Refuses new connections and, on HTTP/2, new requests (GOAWAY). */
    stopAccepting() {
      server.close();
      sessions?.close();
    },
  };
}

/**
 * Unless told otherwise, HTTP/2 has no limit that would decide a result: as many streams as clients open, and memory for all of
 * them, since the backlog bounds what a server holds for each. A client that offers no h2 gets HTTP/1.1.
 */
async function createTls(
  isH2: boolean,
  { key, cert }: Certificate,
  handle: RequestListener,
  http2: Http2Limits | undefined,
): Promise<Server> {
  const tls = { key, cert, minVersion: 'TLSv1.3' } as const;
  if (!isH2) return (await import('node:https')).createServer({ ...tls, ...PLAIN }, handle);
  const { createSecureServer } = await import('node:http2');
  const limits = {
    // MB
    maxSessionMemory: http2?.megabytes ?? 4_096,
    // The longest message comes without a wait for the window.
    settings: { initialWindowSize: 1024 * 1024, ...(http2 && { maxConcurrentStreams: http2.streams }) },
  };
  // The types differ: no handler here uses what the compatibility API lacks of HTTP/1.1.
  const http1 = { allowHTTP1: true, Http1IncomingMessage: Request } as const;
  const server = createSecureServer({ ...tls, ...limits, noDelay: true, ...http1 }, handle as never);
  const { keepAliveTimeout, joinDuplicateHeaders } = PLAIN;
  return Object.assign(server as unknown as Server, { keepAliveTimeout, joinDuplicateHeaders });
}
