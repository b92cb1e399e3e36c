/**
 * WebSocket (RFC 6455): one text message per event, framed by ws.
 *
 * Close codes: 1001 on shutdown, 1008 for a page of an origin that is not allowed, 1009 above the message limit, 1013 when
 * the client is too slow. A client that answers no ping is gone.
 */

import { type WebSocket, WebSocketServer } from 'ws';
import { encodeGap, type Gap } from '../bench/contract/event.ts';
import type { ServerTransport } from '../bench/contract/transport.ts';
import { BACKLOG_DEFAULTS, type BacklogOptions } from './backlog.ts';
import { Broadcast, type Peer } from './broadcast.ts';
import { queryOf, readCursor, readQuery } from './query.ts';

export interface WebSocketOptions extends BacklogOptions {
  /** @default 30000 */
  readonly pingMs?: number;
  /** The largest message taken from a client. @default 65536 */
  readonly maxMessageBytes?: number;
}

/** What a client may offer as `Sec-WebSocket-Protocol`. */
const SUBPROTOCOL = 'pushlab.v1';
const CLOSE = { goingAway: 1001, policy: 1008, tryLater: 1013 } as const;
/** How long a peer gets to answer a close frame. */
const CLOSE_GRACE_MS = 1_000;

export const websocket: ServerTransport<WebSocketOptions> = {
  defaults: { ...BACKLOG_DEFAULTS, pingMs: 30_000, maxMessageBytes: 65_536 },

  async mount(host, feed, { maxBacklogBytes, pingMs, maxMessageBytes }) {
    const http = await host.http();
    const framing = { event: ({ bytes }: { bytes: Buffer }) => bytes, gap: (gap: Gap) => Buffer.from(encodeGap(gap)) };
    const broadcast = new Broadcast<WebSocketPeer>(feed, framing, maxBacklogBytes);
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: maxMessageBytes,
      handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
    });

    http.onUpgrade('/websocket', (request, socket, head) => {
      const since = readCursor(readQuery(queryOf(request.url), ['since']).since);
      server.handleUpgrade(request, socket, head, (ws) => {
        // What ws refuses of a client (too long, unmasked …) it closes with the right code by itself.
        ws.on('error', () => {});
        if (!http.allowsOrigin(request.headers.origin)) return void closeSoon(ws, CLOSE.policy, 'origin not allowed');
        if (http.closing) return void closeSoon(ws, CLOSE.goingAway, 'the server shuts down');
        const peer = new WebSocketPeer(ws);
        ws.once('close', () => broadcast.leave(peer));
        broadcast.join(peer, since);
      });
    });
    http.app.get('/websocket', (_request, response) => {
      response.set({ Connection: 'Upgrade', Upgrade: 'websocket' }).status(426);
      response.json({ error: { header: 'Upgrade', allowed: 'websocket' } });
    });

    const pings = setInterval(() => {
      for (const peer of broadcast.peers()) peer.pingOrTerminate();
    }, pingMs);

    return {
      url: `${http.origin.replace(/^http/, 'ws')}/websocket`,
      get clientCount() {
        return broadcast.size;
      },
      get cutOffCount() {
        return broadcast.cutOffCount;
      },
      async close() {
        clearInterval(pings);
        broadcast.close();
        await Promise.all([...broadcast.peers()].map((peer) => peer.end()));
      },
    };
  },
};

const TEXT = { binary: false } as const;

class WebSocketPeer implements Peer {
  readonly #ws: WebSocket;
  #isAlive = true;

  constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.on('pong', () => {
      this.#isAlive = true;
    });
  }

  get backlogBytes(): number {
    return this.#ws.bufferedAmount;
  }

  /** A client that is saying goodbye gets no more: ws would count it as backlog, and the client would be taken for slow. */
  write(frame: Buffer, flushed?: (error?: Error | null) => void): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.send(frame, TEXT, flushed);
  }

  /** The close frame waits behind the backlog: a client that reads again within the grace learns why. */
  cutOff(): void {
    void closeSoon(this.#ws, CLOSE.tryLater, 'the client reads too slowly');
  }

  end(): Promise<void> {
    return closeSoon(this.#ws, CLOSE.goingAway, 'the server shuts down');
  }

  pingOrTerminate(): void {
    if (this.#isAlive) this.#ws.ping();
    else this.#ws.terminate();
    this.#isAlive = false;
  }
}

/** Sends the close frame and waits for the peer's, but not for long. */
function closeSoon(ws: WebSocket, code: number, reason: string): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => ws.terminate(), CLOSE_GRACE_MS);
    ws.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    ws.close(code, reason);
  });
}
