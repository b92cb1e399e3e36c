import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Peer } from './broadcast.ts';

export const CLOSE = { goingAway: 1001, unsupportedData: 1003, tryLater: 1013 } as const;
const CLOSE_GRACE_MS = 1_000;

/** How a client's messages are written: whole frames to its socket, or payloads that ws frames and compresses. */
export type Outlet = { readonly socket: Duplex } | { readonly isBinary: boolean };

export class WebSocketPeer implements Peer {
  readonly #ws: WebSocket;
  readonly #outlet: Outlet;
  #isAlive = true;

  constructor(ws: WebSocket, outlet: Outlet) {
    this.#ws = ws;
    this.#outlet = outlet;
    ws.on('pong', () => {
      this.#isAlive = true;
    });
  }

  get backlogBytes(): number {
    return this.#ws.bufferedAmount;
  }

  /** Writes nothing once the client closes: ws would count it as backlog, and the client would be cut off as slow. */
  write(frame: Buffer, flushed?: (error?: Error | null) => void): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    if ('socket' in this.#outlet) this.#outlet.socket.write(frame, flushed);
    else this.#ws.send(frame, { binary: this.#outlet.isBinary }, flushed);
  }

  /** The close frame waits behind the backlog: a client that reads again within the grace gets its reason. */
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

/** Sends the close frame, and resolves when the peer has answered it or its time is over. */
export function closeSoon(ws: WebSocket, code: number, reason: string): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => ws.terminate(), CLOSE_GRACE_MS);
    ws.once('close', () => {
      clearTimeout(timer);
      resolve();
    });
    ws.close(code, reason);
  });
}
