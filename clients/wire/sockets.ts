/** The socket of a simulated client: metered where bytes leave and enter the process, with TLS where the URL says so. */

import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { connect as connectTls, createSecureContext, type SecureContext } from 'node:tls';
import type { ClientContext, ReadSocket } from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';

/** Names of ALPN (RFC 7301). */
export type Protocol = 'http/1.1' | 'h2';

const SECURE = new Set(['https:', 'wss:']);

export interface OpenSocket {
  /** Not connected yet: what is written waits. */
  readonly socket: Socket;
  /** Resolves when the TCP socket is closed: on TLS it closes last. */
  readonly gone: Promise<void>;
}

/**
 * Connects to the host of the context's URL, or to the relay before it. On TLS every connection makes a full handshake, for the
 * server's tickets are not used, and the meter counts ciphertext.
 */
export function openSocket(context: ClientContext, protocol: Protocol = 'http/1.1'): OpenSocket {
  context.onConnecting?.();
  const url = new URL(context.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const socket = connectTcp({ host, port: Number(url.port), ...context.via, noDelay: true });
  context.meter.track(socket);
  const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  return { socket: SECURE.has(url.protocol) ? secure(socket, host, protocol, context) : socket, gone };
}

/** Tells the reader of each chunk as it comes. */
export const readAtOnce: ReadSocket = (socket, reader) => {
  let failure: Error | undefined;
  socket.on('data', (chunk: Buffer) => reader.data(chunk, nowNs()));
  socket.on('error', (error) => {
    failure = error;
  });
  socket.once('close', () => reader.closed(failure));
};

/** How long a server may take to end its side, or to answer before that, once its client closes: longer than any RTT. */
const CLOSE_GRACE_MS = 3_000;

/** Waits for the end of a connection. @param giveUp called after the grace; must bring about that end */
export async function withinGrace(end: Promise<unknown>, giveUp: () => void): Promise<void> {
  const timer = setTimeout(giveUp, CLOSE_GRACE_MS);
  await end;
  clearTimeout(timer);
}

/** Resolves when the socket can be written to; on TLS that is after the handshake. */
export function whenConnected(socket: Socket, done: (error: Error | null) => void): void {
  const onError = (error: Error) => done(error);
  socket.once('error', onError);
  socket.once('encrypted' in socket ? 'secureConnect' : 'connect', () => {
    socket.off('error', onError);
    done(null);
  });
}

function secure(socket: Socket, host: string, protocol: Protocol, { certificate, keylog }: ClientContext): Socket {
  const overTls = connectTls({
    socket,
    // The certificate must name the host. Only a name, and no address, may be sent (RFC 6066, section 3).
    host,
    ...(isIP(host) === 0 && { servername: host }),
    secureContext: secureContextOf(certificate),
    ALPNProtocols: [protocol],
  });
  if (keylog) overTls.on('keylog', (line: Buffer) => keylog(line.toString('latin1').trimEnd()));
  return overTls;
}

const contexts = new Map<string | undefined, SecureContext>();

/** All clients share a context, as in a browser: to read the certificate for each would be most of a connection's cost. */
function secureContextOf(certificate: string | undefined): SecureContext {
  const known = contexts.get(certificate);
  if (known) return known;
  const context = createSecureContext({ minVersion: 'TLSv1.3', ...(certificate !== undefined && { ca: certificate }) });
  contexts.set(certificate, context);
  return context;
}
