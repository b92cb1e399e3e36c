/**
 * The HTTP/2 connections of a server: closes what Node leaves open of them, ends those that ask for nothing, and those that
 * reset each request at once. Nothing here is done for a stream that lives, or for a delivery.
 */

import type { Server } from 'node:http';
import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

export interface SessionTimes {
  /** From the handshake to the first whole head. @default 60000, as over HTTP/1.1 (`headersTimeout`) */
  readonly firstRequestMs?: number;
  /** Without a byte either way. */
  readonly idleMs: number;
  /** How often they are looked at. @default 5000 */
  readonly checkMs?: number;
}

/**
 * Requests reset before the next one comes, in a second. nghttp2 lets 1,000 pass and then 33 a second, each of which is served
 * until its reset is read (CVE-2023-44487): with eight connections others waited for seconds.
 */
const MAX_RESETS = 20;
const RESETS_MS = 1_000;

interface Watched {
  readonly socket: TLSSocket;
  /** The client's address and port. */
  readonly end: string;
  readonly sinceMs: number;
  newest: ServerHttp2Stream | undefined;
  bytes: number;
  changedMs: number;
  resets: number;
  resetsSinceMs: number;
}

export class Http2Sessions {
  readonly #sessions = new Map<ServerHttp2Session, Watched>();
  /** TCP sockets by the client's end. */
  readonly #raw = new Map<string, Socket>();
  cutOffCount = 0;

  constructor(server: Server, { firstRequestMs = 60_000, idleMs, checkMs = 5_000 }: SessionTimes) {
    server.on('connection', (socket: Socket) => {
      const end = endOf(socket);
      this.#raw.set(end, socket);
      socket.once('close', () => this.#raw.get(end) === socket && this.#raw.delete(end));
    });
    let accepted: TLSSocket | undefined;
    // Node makes the session, and tells of it, while it tells of its socket.
    server.prependListener('secureConnection', (socket: TLSSocket) => {
      accepted = socket;
    });
    server.on('session', (session: ServerHttp2Session) => accepted && this.#watch(session, accepted));
    const timer = setInterval(() => this.#endIdle(firstRequestMs, idleMs), checkMs).unref();
    server.once('close', () => clearInterval(timer));
  }

  /** Says goodbye to all: each ends with its last stream. */
  close(): void {
    for (const session of this.#sessions.keys()) session.close();
  }

  #watch(session: ServerHttp2Session, socket: TLSSocket): void {
    const nowMs = performance.now();
    const none = { newest: undefined, bytes: 0, resets: 0 };
    const watched: Watched = {
      socket,
      sinceMs: nowMs,
      changedMs: nowMs,
      resetsSinceMs: nowMs,
      end: endOf(socket),
      ...none,
    };
    this.#sessions.set(session, watched);
    // The session may be gone and its socket not.
    const raw = this.#raw.get(watched.end);
    // Not that of the TLS socket: after a protocol error it closes, and the descriptor below it stays open.
    raw?.once('close', () => this.#sessions.delete(session));
    session.on('stream', (stream) => this.#countResets(session, watched, stream));
  }

  #countResets(session: ServerHttp2Session, watched: Watched, stream: ServerHttp2Stream): void {
    const { newest } = watched;
    watched.newest = stream;
    // That a stream was aborted is told later, in a turn of its own.
    const isReset = newest?.closed && (newest.rstCode !== constants.NGHTTP2_NO_ERROR || !newest.writableEnded);
    if (!isReset) return;
    const nowMs = performance.now();
    if (nowMs - watched.resetsSinceMs > RESETS_MS) {
      watched.resets = 0;
      watched.resetsSinceMs = nowMs;
    }
    if (++watched.resets !== MAX_RESETS) return;
    this.cutOffCount++;
    session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM);
    // What came in the same chunk would be read on.
    watched.socket.destroy();
  }

  #endIdle(firstRequestMs: number, idleMs: number): void {
    const nowMs = performance.now();
    for (const [session, watched] of this.#sessions) {
      const { socket, newest, sinceMs } = watched;
      const bytes = socket.bytesRead + socket.bytesWritten;
      if (bytes !== watched.bytes) watched.changedMs = nowMs;
      watched.bytes = bytes;
      // After a protocol error Node closes nothing by itself: this is what ends such a connection, too.
      if (newest === undefined && nowMs - sinceMs >= firstRequestMs) {
        session.destroy();
        socket.destroy();
        this.#raw.get(watched.end)?.destroy();
      }
      // Streams that are silent for so long may go on.
      else if (nowMs - watched.changedMs >= idleMs) session.close();
    }
  }
}

function endOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}
