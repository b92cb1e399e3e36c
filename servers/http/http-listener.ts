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
 * Makes the server of a carrier; it does not listen yet.
 *
 * On TLS, session tickets are what Node sends by itself: two per connection. Clients of this project do not use them.
 *
 * @param hosts what a certificate is made out to
 * @param known in place of a new one
 */
export async function createListener(
  over: HttpCarrier,
  hosts: Iterable<string>,
  handle: RequestListener,
  known?: Certificate,
): Promise<HttpListener> {
  if (over === 'http') return listenerOf(createServer(PLAIN, handle));
  const certificate = known ?? (await newCertificate(hosts));
  const server = over === 'https' ? await createHttps(certificate, handle) : await createHttp2(certificate, handle);
  return listenerOf(server, certificate);
}

/** What makes one is loaded only then. */
async function newCertificate(hosts: Iterable<string>): Promise<Certificate> {
  return await (await import('./certificate.ts')).makeCertificate(hosts);
}

async function createHttps({ key, cert }: Certificate, handle: RequestListener): Promise<Server> {
  const { createServer } = await import('node:https');
  return createServer({ key, cert, minVersion: 'TLSv1.3', ...PLAIN }, handle);
}

/**
 * Limits that would decide a result are out of the way: as many streams as clients like, and no end of memory for them, since
 * what a server holds for a client is bounded by its backlog. A client that offers no h2 gets HTTP/1.1.
 */
async function createHttp2({ key, cert }: Certificate, handle: RequestListener): Promise<Server> {
  const { createSecureServer } = await import('node:http2');
  const server = createSecureServer(
    {
      key,
      cert,
      minVersion: 'TLSv1.3',
      noDelay: true,
      allowHTTP1: true,
      // MB
      maxSessionMemory: 4_096,
      // A message of the longest length comes without a wait for the window.
      settings: { initialWindowSize: 1024 * 1024 },
    },
    // The compatibility API: what it lacks of HTTP/1.1, a handler of ours does not use.
    handle as never,
  );
  return Object.assign(server as unknown as Server, { keepAliveTimeout: KEEP_ALIVE_MS });
}

function listenerOf(server: Server, certificate?: Certificate): HttpListener {
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
