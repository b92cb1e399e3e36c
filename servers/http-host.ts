/** An express app on a metered HTTP server that closes completely. */

import { createServer, type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import express from 'express';
import type { EventFeed } from '../bench/contract/event.ts';
import type { HttpHost } from '../bench/contract/transport.ts';
import type { ByteMeter } from '../bench/measure/byte-meter.ts';
import { listen } from './host.ts';
import { BadParameter } from './query.ts';

export interface ClosableHttpHost extends HttpHost {
  stopAccepting(): void;
  /** Ends the kept connections that carry no request now. */
  closeIdle(): void;
}

export interface HttpHostOptions {
  readonly feed: EventFeed;
  readonly meter: ByteMeter;
  readonly address: string;
  readonly port: number;
  readonly portWaitMs: number;
  readonly allowedOrigins: readonly string[];
}

/** Longer than the longest hold of a long-poll and than any poll interval in use: a kept connection stays. */
const KEEP_ALIVE_MS = 125_000;

type Upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

export async function openHttpHost(options: HttpHostOptions): Promise<ClosableHttpHost> {
  const { feed, meter, address, port, portWaitMs, allowedOrigins } = options;
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');

  const origins = new Set(allowedOrigins);
  const upgrades = new Map<string, Upgrade>();
  let closing = false;

  app.get('/healthz', (_request, response) => {
    response.json({ lastSeq: feed.lastSeq });
  });

  const handle = app as unknown as (
    request: IncomingMessage,
    response: ServerResponse,
    otherwise: (error?: unknown) => void,
  ) => void;
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true }, (request, response) => {
    // Here and not as a layer of the app: that would cost every poll, and hardly any has an Origin.
    if (request.headers.origin !== undefined && !admits(origins, request.headers.origin, response)) return;
    handle(request, response, (error) => refuse(request, response, error));
  });
  server.on('connection', (socket) => meter.track(socket));

  const at = await listen(server, address, port, portWaitMs);
  const boundPort = at.slice(at.lastIndexOf(':') + 1);
  for (const name of ['localhost', '127.0.0.1', '[::1]', address])
    origins.add(new URL(`http://${name}:${boundPort}`).origin);

  return {
    app,
    origin: `http://${at}`,
    get closing() {
      return closing;
    },
    allowsOrigin: (origin) => origin === undefined || origins.has(origin),
    onUpgrade(path, accept) {
      if (upgrades.size === 0)
        server.on('upgrade', (request, socket, head) => upgrade(upgrades, request, socket, head));
      upgrades.set(path, accept);
    },
    stopAccepting() {
      closing = true;
      server.close();
    },
    closeIdle: () => server.closeIdleConnections(),
  };
}

/** Lets pages of allowed origins read the answer; answers the others itself. */
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

/** Answers what no route took: an error of ours with its status, an unknown path, a wrong method. */
function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
  } else if (error instanceof BadParameter) {
    sendJson(response, 400, error);
  } else if (error !== undefined && error !== null) {
    console.error(error);
    sendJson(response, 500, { error: { message: 'the server failed; its log says why' } });
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    sendJson(response, 405, { error: { method: request.method, allowed: ['GET', 'HEAD'] } });
  } else {
    sendJson(response, 404, { error: { path: request.url, message: 'there is nothing at this path' } });
  }
}

function upgrade(upgrades: ReadonlyMap<string, Upgrade>, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  // A peer that vanishes in the middle of the handshake must not take the server along.
  socket.on('error', () => socket.destroy());
  const path = request.url?.split('?', 1)[0] ?? '';
  const accept = upgrades.get(path);
  try {
    if (accept) accept(request, socket, head);
    else
      refuseUpgrade(socket, 404, {
        error: { path, message: `only ${[...upgrades.keys()].join(', ')} can be upgraded` },
      });
  } catch (error) {
    if (!(error instanceof BadParameter)) throw error;
    refuseUpgrade(socket, 400, error);
  }
}

function refuseUpgrade(socket: Duplex, status: 400 | 404, body: object): void {
  const json = JSON.stringify(body);
  // Nobody reads from this socket any more: that the client ends its side would go unnoticed.
  socket.once('finish', () => socket.destroy());
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Type: application/json\r\n` +
      `Content-Length: ${Buffer.byteLength(json)}\r\n\r\n${json}`,
  );
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  const json = JSON.stringify(body);
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(json),
    'Cache-Control': 'no-store',
  });
  response.end(json);
}
