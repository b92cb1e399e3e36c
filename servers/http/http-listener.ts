import { createServer, type RequestListener, type Server } from 'node:http';
import type { ServerHttp2Session } from 'node:http2';
import type { Certificate, HttpCarrier } from '../../bench/contract/transport.ts';

/** A kept connection stays: longer than the longest hold of a long-poll and than any poll interval in use. */
export const KEEP_ALIVE_MS = 125_000;
const PLAIN = { keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true } as const;

/**
 * Makes the server of a carrier; it does not listen yet. On TLS, Node sends two session tickets per connection, which clients
 * of this project do not use.
 *
 * @param hosts what a certificate is made out to
 * @param known in place of a new certificate
 */
export async function createListener(
  over: HttpCarrier,
  hosts: Iterable<string>,
  handle: RequestListener,
  known?: Certificate,
) {
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
    /** Refuses new connections and, on HTTP/2, new requests (GOAWAY). */
    stopAccepting() {
      server.close();
      for (const session of sessions) session.close();
    },
  };
}

/**
 * HTTP/2 has no limit that would decide a result: as many streams as clients open, and memory for all of them, since the
 * backlog bounds what a server holds for each. A client that offers no h2 gets HTTP/1.1.
 */
async function createTls(isH2: boolean, { key, cert }: Certificate, handle: RequestListener): Promise<Server> {
  const tls = { key, cert, minVersion: 'TLSv1.3' } as const;
  if (!isH2) return (await import('node:https')).createServer({ ...tls, ...PLAIN }, handle);
  const { createSecureServer } = await import('node:http2');
  const limits = {
    // MB
    maxSessionMemory: 4_096,
    // The longest message comes without a wait for the window.
    settings: { initialWindowSize: 1024 * 1024 },
  };
  // The types differ: no handler here uses what the compatibility API lacks of HTTP/1.1.
  const server = createSecureServer({ ...tls, ...limits, noDelay: true, allowHTTP1: true }, handle as never);
  return Object.assign(server as unknown as Server, { keepAliveTimeout: KEEP_ALIVE_MS });
}
