/** An express app on a metered HTTP server that closes completely. */

import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import express from 'express';
import type { EventFeed } from '../../bench/contract/event.ts';
import type { Certificate, HttpCarrier, HttpHost } from '../../bench/contract/transport.ts';
import type { ByteMeter } from '../../bench/measure/byte-meter.ts';
import type { Handler } from './express-http2.ts';
import { createListener } from './http-listener.ts';
import { bracketed, type ListenOptions, listen } from './listen.ts';
import { BadInput } from './query.ts';
import { sendJson } from './responses.ts';
import { mountUpstream } from './upstream.ts';

export interface ClosableHttpHost extends HttpHost {
  readonly certificate: Certificate | undefined;
  stopAccepting(): void;
  /** Ends the kept connections that carry no request now. */
  closeIdle(): void;
}

export interface HttpHostOptions extends ListenOptions {
  /** 0 lets the system choose. @default 0 */
  readonly httpPort?: number;
  /** Origins of pages that may read events, besides the server's own. @default [] */
  readonly allowedOrigins?: readonly string[];
  readonly certificate?: Certificate | undefined;
  /** Told of each connection, once it is metered. */
  readonly onConnection?: (socket: Socket) => void;
}

export async function openHttpHost(
  over: HttpCarrier,
  feed: EventFeed,
  meter: ByteMeter,
  options: HttpHostOptions,
): Promise<ClosableHttpHost> {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  const origins = new Set(options.allowedOrigins);
  let isUpstreamServed = false;
  let closing = false;

  app.get('/healthz', (_request, response) => {
    response.json({ lastSeq: feed.lastSeq });
  });

  const handle = app as unknown as Handler;
  const handleH2 = over === 'h2' ? (await import('./express-http2.ts')).handleHttp2(app) : handle;
  const hosts = new Set(['localhost', '127.0.0.1', '::1', options.address ?? '127.0.0.1']);
  const take = (request: IncomingMessage, response: ServerResponse) => {
    // The check is no layer of the app: every poll would pay for it, and hardly any has an Origin.
    if (request.headers.origin !== undefined && !admits(origins, request.headers.origin, response)) return;
    const answer = request.httpVersionMajor === 2 ? handleH2 : handle;
    answer(request, response, (error) => refuse(request, response, error));
  };
  const { server, certificate, stopAccepting } = await createListener(over, hosts, take, options.certificate);
  server.on('connection', (socket) => meter.track(socket));
  if (options.onConnection) server.on('connection', options.onConnection);

  const scheme = certificate === undefined ? 'http' : 'https';
  const at = await listen(server, options, options.httpPort);
  const boundPort = at.slice(at.lastIndexOf(':') + 1);
  for (const host of hosts) origins.add(new URL(`${scheme}://${bracketed(host)}:${boundPort}`).origin);

  return {
    app,
    certificate,
    addressOf: (path) => ({ url: `${scheme}://${at}${path}`, ...(certificate && { certificate: certificate.cert }) }),
    get closing() {
      return closing;
    },
    allowsOrigin: (origin) => origin === undefined || origins.has(origin),
    serveUpstream() {
      if (!isUpstreamServed) mountUpstream(app);
      isUpstreamServed = true;
    },
    onUpgrade(path, accept) {
      server.on('upgrade', (request, socket, head) => {
        // Without a listener, a client that vanishes within the handshake would end the process.
        socket.on('error', () => socket.destroy());
        const requested = request.url?.split('?', 1)[0] ?? '';
        try {
          if (requested === path) accept(request, socket, head);
          else refuseUpgrade(socket, 404, { path: requested, message: `only ${path} can be upgraded` });
        } catch (error) {
          if (!(error instanceof BadInput)) throw error;
          refuseUpgrade(socket, 400, error.error);
        }
      });
    },
    stopAccepting() {
      closing = true;
      stopAccepting();
    },
    closeIdle: () => server.closeIdleConnections(),
  };
}

function admits(origins: ReadonlySet<string>, origin: string, response: ServerResponse): boolean {
  if (!origins.has(origin)) {
    sendJson(response, 403, { error: { header: 'Origin', value: origin, allowed: [...origins] } });
    return false;
  }
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', 'Event-Cursor');
  response.setHeader('Vary', 'Origin');
  return true;
}

/** Answers requests that no route took, and those whose route failed. */
function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
  } else if (error instanceof BadInput) {
    sendJson(response, 400, error);
  } else if (error !== undefined && error !== null) {
    console.error(error);
    // A header that the handler set may be what can't be sent.
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    sendJson(response, 500, { error: { message: 'the server failed; its log says why' } });
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    sendJson(response, 405, { error: { method: request.method, allowed: ['GET', 'HEAD'] } });
  } else {
    sendJson(response, 404, { error: { path: request.url, message: 'there is nothing at this path' } });
  }
}

function refuseUpgrade(socket: Duplex, status: 400 | 404, error: object): void {
  const json = JSON.stringify({ error });
  // The socket is not read any more: that the client ends its side would go unnoticed, and the socket stay open.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
  );
}
