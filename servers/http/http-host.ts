/** An express app on a metered HTTP server that closes completely. */

import { type IncomingMessage, type RequestListener, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import express from 'express';
import type { EventFeed } from '../../bench/contract/event.ts';
import type { Certificate, HttpCarrier, HttpHost } from '../../bench/contract/transport.ts';
import type { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { Admission, type AdmissionOptions } from './admission.ts';
import type { Handler } from './express-http2.ts';
import { createListener, type Http2Limits } from './http-listener.ts';
import { type ListenOptions, listen } from './listen.ts';
import { BadInput } from './query.ts';
import { sendJson } from './responses.ts';
import { afterAnswers, handleInTurn, hasUnfinishedAnswer, holdBehind, offersWebSocket } from './turns.ts';
import { isTooLong, mountUpstream } from './upstream.ts';

export interface ClosableHttpHost extends HttpHost {
  readonly certificate: Certificate | undefined;
  /** Connections that were ended for what they did, whichever transport they used. */
  readonly cutOffCount: number;
  stopAccepting(): void;
  /** Ends the kept connections that carry no request now. */
  closeIdle(): void;
}

export interface HttpHostOptions extends ListenOptions, AdmissionOptions {
  /** 0 lets the system choose. @default 0 */
  readonly httpPort?: number;
  readonly certificate?: Certificate | undefined;
  /** Told of each connection, once it is metered. */
  readonly onConnection?: (socket: Socket) => void;
  /** What a connection of HTTP/2 may take. @default no limit */
  readonly http2?: Http2Limits;
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

  let isUpstreamServed = false;
  let closing = false;
  const upgrades = new Map<string, Parameters<HttpHost['onUpgrade']>[1]>();

  app.get('/healthz', (_request, response) => {
    response.set('Cache-Control', 'no-store').json({ lastSeq: feed.lastSeq });
  });

  const { address = '127.0.0.1' } = options;
  const scheme = over === 'http' ? 'http' : 'https';
  const admission = new Admission(scheme, address, options);
  const handle = app as unknown as Handler;
  const handleH2 = over === 'h2' ? (await import('./express-http2.ts')).handleHttp2(app) : handle;
  // The check is no layer of the app: every poll would pay for it.
  const serve = (request: IncomingMessage, response: ServerResponse) => {
    const refusal = admission.refusal(request.headers);
    if (refusal) return sendJson(response, refusal.status, { error: refusal.error });
    if (request.headers.origin !== undefined) admitPage(request.headers.origin, response);
    if (isPreflight(request)) return answerPreflight(response);
    // A body that is too long is not asked for.
    if (request.headers.expect !== undefined && !isTooLong(request)) response.writeContinue();
    const answer = request.httpVersionMajor === 2 ? handleH2 : handle;
    answer(request, response, (error) => refuse(request, response, error));
  };
  const take: RequestListener = (request, response) => {
    // On HTTP/1.1 a response that waits behind others has no socket.
    if (request.httpVersionMajor === 2 || response.socket !== null) serve(request, response);
    else handleInTurn(request, response, () => serve(request, response));
  };
  const hosts = new Set(['localhost', '127.0.0.1', '::1', address, ...(options.allowedHosts ?? [])]);
  const listener = await createListener(over, take, {
    hosts,
    certificate: options.certificate,
    http2: options.http2,
  });
  const { server, certificate, stopAccepting } = listener;
  server.on('connection', (socket) => {
    // A connection that is parsed again comes here once more.
    if (meter.openSockets.has(socket)) return;
    meter.track(socket);
    options.onConnection?.(socket);
  });
  server.on('checkContinue', take);
  server.on('upgrade', (request, duplex, head) => {
    const socket = duplex as Socket;
    if (upgrades.size === 0 || !offersWebSocket(request)) return holdBehind(server, request, socket, head);
    // Without a listener, a client that vanishes within the handshake would end the process.
    socket.on('error', () => socket.destroy());
    if (hasUnfinishedAnswer(socket)) {
      const error = { header: 'Upgrade', message: 'answers to earlier requests are under way on this connection' };
      return afterAnswers(socket, () => refuseUpgrade(socket, { status: 400, error }));
    }
    const path = request.url?.split('?', 1)[0] ?? '';
    const accept = upgrades.get(path);
    const refusal = admission.refusal(request.headers);
    if (refusal) return refuseUpgrade(socket, refusal);
    const allowed = [...upgrades.keys()].join(', ');
    if (!accept)
      return refuseUpgrade(socket, { status: 404, error: { path, message: `only ${allowed} can be upgraded` } });
    try {
      accept(request, socket, head);
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      refuseUpgrade(socket, { status: 400, error: error.error });
    }
  });

  const at = await listen(server, options, options.httpPort);
  admission.listensOn(at.slice(at.lastIndexOf(':') + 1));

  return {
    app,
    certificate,
    addressOf: (path) => ({ url: `${scheme}://${at}${path}`, ...(certificate && { certificate: certificate.cert }) }),
    get closing() {
      return closing;
    },
    serveUpstream() {
      if (!isUpstreamServed) mountUpstream(app);
      isUpstreamServed = true;
    },
    onUpgrade(path, accept) {
      upgrades.set(path, accept);
    },
    get cutOffCount() {
      return listener.cutOffCount;
    },
    stopAccepting() {
      closing = true;
      stopAccepting();
    },
    closeIdle: () => server.closeIdleConnections(),
  };
}

function admitPage(origin: string, response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Origin', origin);
  response.setHeader('Access-Control-Expose-Headers', 'Event-Cursor');
  response.setHeader('Vary', 'Origin');
}

function isPreflight({ method, headers }: IncomingMessage): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && 'access-control-request-method' in headers;
}

/** What pages of other origins may send besides the headers that need no question: theirs are EventSource's, in clients that use fetch. */
function answerPreflight(response: ServerResponse): void {
  response.setHeader('Access-Control-Allow-Methods', 'GET, HEAD, POST');
  response.setHeader('Access-Control-Allow-Headers', 'Cache-Control, Content-Type, If-None-Match, Last-Event-ID');
  response.statusCode = 204;
  response.end();
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

function refuseUpgrade(socket: Socket, { status, error }: { readonly status: number; readonly error: object }): void {
  const json = JSON.stringify({ error });
  // The socket is not read any more: that the client ends its side would go unnoticed, and the socket stay open.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
  );
}
