/**
 * Entry of a bare server: the smallest fan-out of each library, which sends to each client as an event is published and does
 * nothing else. It has the lab's feed and calls, so that schedule, window and CPU readings are those of a measured server.
 */

import { createServer, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import express, { type Express } from 'express';
import { WebSocketServer } from 'ws';
import type { Host } from '../../../servers/http/host.ts';
import { KEEP_ALIVE_MS } from '../../../servers/http/http-listener.ts';
import { listen } from '../../../servers/http/listen.ts';
import { createServerRole } from '../../../servers/role.ts';
import { answerParent } from '../../contract/child.ts';
import type { EncodedEvent, EventFeed } from '../../contract/event.ts';
import type { MountedTransport } from '../../contract/transport.ts';

const NO_STORE = { 'Cache-Control': 'no-store' };

type Mount = (host: Host, feed: EventFeed) => Promise<MountedTransport>;

/** By the id of the lane that it is held against. */
const servers: Readonly<Record<string, Mount>> = {
  async tcp(host, feed) {
    const sockets = new Set<Socket>();
    const { url } = await host.tcp((socket) => {
      sockets.add(socket);
      socket.resume();
      socket.once('close', () => sockets.delete(socket));
      // Tells the client that it is subscribed.
      socket.write('\n');
    });
    return mounted(url, feed, ({ text }) => {
      for (const socket of sockets) socket.write(`${text}\n`);
    });
  },

  async sse(host, feed) {
    const responses = new Set<ServerResponse>();
    const app = bareExpress();
    app.get('/', (_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', ...NO_STORE });
      response.flushHeaders();
      responses.add(response);
      response.once('close', () => responses.delete(response));
    });
    return mounted((await listenHttp(host, app)).url, feed, ({ seq, text }) => {
      for (const response of responses) response.write(`id:${seq}\ndata:${text}\n\n`);
    });
  },

  async websocket(host, feed) {
    const { server, url } = await listenHttp(host, bareExpress());
    const { clients } = new WebSocketServer({ server, perMessageDeflate: false });
    return mounted(url, feed, ({ text }) => {
      for (const client of clients) client.send(text);
    });
  },

  async polling(host, feed) {
    const app = bareExpress();
    app.get('/', ({ query }, response) => {
      const since = cursorOf(query, response, feed);
      if (since === undefined) return;
      if (since < feed.lastSeq) answer(response, feed, since);
      else response.writeHead(204, NO_STORE).end();
    });
    return mounted((await listenHttp(host, app)).url, feed, () => {});
  },

  async 'long-polling'(host, feed) {
    const parked = new Map<ServerResponse, number>();
    const app = bareExpress();
    app.get('/', ({ query }, response) => {
      const since = cursorOf(query, response, feed);
      if (since === undefined) return;
      if (since < feed.lastSeq) return answer(response, feed, since);
      parked.set(response, since);
      response.once('close', () => parked.delete(response));
    });
    return mounted((await listenHttp(host, app)).url, feed, ({ seq }) => {
      for (const [response, since] of parked) {
        if (since >= seq) continue;
        parked.delete(response);
        answer(response, feed, since);
      }
    });
  },
};

/** A poll without a cursor, which begins a client, is answered with where the feed stands. */
function cursorOf(query: Readonly<Record<string, unknown>>, response: ServerResponse, feed: EventFeed) {
  if (query['since'] !== undefined) return Number(query['since']);
  response.writeHead(204, { 'Event-Cursor': feed.lastSeq, ...NO_STORE }).end();
  return undefined;
}

function answer(response: ServerResponse, feed: EventFeed, since: number): void {
  let body = '';
  for (const { text } of feed.since(since)) body += `${text}\n`;
  const length = { 'Content-Type': 'application/x-ndjson', 'Content-Length': Buffer.byteLength(body) };
  response.writeHead(200, { ...length, ...NO_STORE }).end(body);
}

/** Without the header that the lab does not send either. */
function bareExpress(): Express {
  return express().disable('x-powered-by');
}

async function listenHttp({ meter }: Host, app: Express) {
  // As the lab's servers say in each answer: the bytes of a poll are the same then.
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, app);
  server.on('connection', (socket) => meter.track(socket));
  return { server, url: `http://${await listen(server, {})}/` };
}

/** The role destroys what is still open when it closes. */
function mounted(url: string, feed: EventFeed, send: (event: EncodedEvent) => void): MountedTransport {
  const unsubscribe = feed.subscribe(send);
  return { url, clientCount: 0, cutOffCount: 0, close: async () => unsubscribe() };
}

answerParent(
  createServerRole((lane) => ({
    async server() {
      const mount = servers[lane];
      if (!mount)
        throw new Error(`there is no bare server for ${lane}; allowed are ${Object.keys(servers).join(', ')}`);
      // A role mounts on the lab's own host, whose meter counts bytes by socket and costs nothing for each delivery.
      return { defaults: {}, mount: (host, feed) => mount(host as Host, feed) };
    },
  })),
);
