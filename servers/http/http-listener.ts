/** Where HTTP comes in, by carrier. One way to talk to each kind of server that Node has. */

import { createServer, type RequestListener, type Server } from 'node:http';
import type { ServerHttp2Session } from 'node:http2';
import type { Certificate, HttpCarrier } from '../../bench/contract/transport.ts';

export interface HttpListener {
  readonly server: Server;
  /** The server's; undefined without TLS. */
  readonly certificate: Certificate | undefined;
  /** No connection and, on HTTP/2, no request after those under way (GOAWAY). */
  stopAccepting(): void;
}

/** Longer than the longest hold of a long-poll and than any poll interval in use: a kept connection stays. */
const KEEP_ALIVE_MS = 125_000;
const PLAIN = { keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true } as const;

/**
 * Makes the server of a carrier; it does not listen yet. What only TLS or HTTP/2 need is loaded where they are used.
 *
 * On TLS, session tickets are what Node sends by itself: two per connection. Clients of this project do not use them.
 *
 * @param hosts what a certificate is made out to
 * @param known in place of a new certificate
 */
export async function createListener(
  over: HttpCarrier,
  hosts: Iterable<string>,
  handle: RequestListener,
  known?: Certificate,
): Promise<HttpListener> {
  const isTls = over !== 'http';
  const certificate = isTls ? (known ?? (await (await import('./certificate.ts')).makeCertificate(hosts))) : undefined;
  const server = certificate ? await createTls(over === 'h2', certificate, handle) : createServer(PLAIN, handle);
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session: ServerHttp2Session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });
  return {
    server,
    certificate,
    stopAccepting() {
      server.close();
      for (const session of sessions) session.close();
    },
  };
}

/**
 * On HTTP/2, limits that would decide a result are out of the way: as many streams as clients like, and no end of memory for
 * them, since what a server holds for a client is bounded by its backlog. A client that offers no h2 gets HTTP/1.1.
 */
async function createTls(isH2: boolean, { key, cert }: Certificate, handle: RequestListener): Promise<Server> {
  const tls = { key, cert, minVersion: 'TLSv1.3' } as const;
  if (!isH2) return (await import('node:https')).createServer({ ...tls, ...PLAIN }, handle);
  const { createSecureServer } = await import('node:http2');
  const limits = {
    // MB
    maxSessionMemory: 4_096,
    // A message of the longest length comes without a wait for the window.
    settings: { initialWindowSize: 1024 * 1024 },
  };
  // The compatibility API: what it lacks of HTTP/1.1, no handler here uses.
  const server = createSecureServer({ ...tls, ...limits, noDelay: true, allowHTTP1: true }, handle as never);
  return Object.assign(server as unknown as Server, { keepAliveTimeout: KEEP_ALIVE_MS });
}
