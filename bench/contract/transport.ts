/** The contract between the two sides of a transport, and their context. */

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Express } from 'express';
import type { EventFeed } from './event.ts';
import type { HeaderProfile } from './headers.ts';

/**
 * What carries HTTP: HTTP/1.1 on TCP, HTTP/1.1 on TLS, or HTTP/2 on TLS. TLS is 1.3, with a certificate that the server makes
 * when it starts; every connection pays for a full handshake.
 */
export type HttpCarrier = 'http' | 'https' | 'h2';

/** Options of every transport on HTTP, both halves. */
export interface HttpOptions {
  /** @default 'http' */
  readonly over?: HttpCarrier;
}

export const HTTP_DEFAULTS = { over: 'http' } as const satisfies HttpOptions;

/** Options that a WebSocket server and its clients share. */
export interface WebSocketWireOptions {
  /**
   * permessage-deflate (RFC 7692) of every message, both ways: `deflate` keeps the compressor's context from message to
   * message, `deflate-fresh` does not. @default 'none'
   */
  readonly compression?: 'none' | 'deflate' | 'deflate-fresh';
  /** What the server sends: text, or the bytes of `event-binary.ts`. @default 'text' */
  readonly encoding?: 'text' | 'binary';
}

export const WEBSOCKET_DEFAULTS = {
  compression: 'none',
  encoding: 'text',
} as const satisfies WebSocketWireOptions;

/** The largest message that a server takes from a client: on the wire, without framing. */
export const MAX_MESSAGE_BYTES = 65_536;

// --- server ---

export interface ServerTransport<O extends object = object> {
  readonly defaults: Readonly<Required<O>>;
  /** Starts to serve the feed. The host's sockets are metered; the host outlives the mount. */
  mount(host: ServerHost, feed: EventFeed, options: Readonly<Required<O>>): Promise<MountedTransport>;
}

export interface MountedTransport extends Endpoint {
  /** Clients connected or parked now; 0 for a transport that keeps none between requests. */
  readonly clientCount: number;
  readonly cutOffCount: number;
  /** So far; absent where nobody polls. */
  readonly polls?: PollCount;
  /** Ends every client as the protocol says, and leaves no timer and no subscription. */
  close(): Promise<void>;
}

/** Answers to polls so far. */
export interface PollCount {
  readonly answered: number;
  /** Those that brought no event. */
  readonly empty: number;
  /** Absent where polls are not parked. */
  readonly deliveries?: PolledDeliveries;
}

/**
 * Deliveries in answers to polls, by what the event found when it was published. Between an answer and the next poll, one
 * round trip or more, a client has no poll at the server: an event is queued then, and takes up to three transits in place of
 * one (RFC 6202, section 2.2, "Maximal Latency").
 */
export interface PolledDeliveries {
  /** Events that found the client's poll parked. */
  readonly parked: number;
  /** Events that were there when the poll came. */
  readonly queued: number;
}

export interface Certificate {
  readonly key: string;
  readonly cert: string;
}

export interface Endpoint {
  readonly url: string;
  /** The server's, in PEM. */
  readonly certificate?: string;
}

/** What the transports mounted in a server process share. Listeners are made at first use. */
export interface ServerHost {
  /** One port for all mounts, and so one carrier. */
  http(over: HttpCarrier): Promise<HttpHost>;
  /** A TCP port of its own. One mount only. */
  tcp(accept: (socket: Socket) => void): Promise<{ readonly url: string }>;
}

export interface HttpHost {
  readonly app: Express;
  addressOf(path: string): Endpoint;
  /** True once the host closes: a response should end its connection. */
  readonly closing: boolean;
  /** Answers `POST /upstream`, for transports whose own channel goes downwards only. Once is enough for all of them. */
  serveUpstream(): void;
  /** Takes upgrade requests of this path, of pages that may read events. Those of other paths are answered 404. */
  onUpgrade(path: string, accept: (request: IncomingMessage, socket: Socket, head: Buffer) => void): void;
}

// --- client ---

/** The client half of a transport: one simulated client. */
export interface ClientTransport<O extends object = object> {
  readonly defaults: Readonly<Required<O>>;
  /** Resolves when the next event would be received. Rejects otherwise, and then the sink is never called. */
  connect(context: ClientContext, sink: EventSink, options: Readonly<Required<O>>): Promise<PushClient>;
}

/** What reads a socket. Nothing is called after `closed`. */
export interface SocketReader {
  /** @param receivedNs the first reading of the clock when the chunk came */
  data(chunk: Buffer, receivedNs: number): void;
  /** @param failure why, unless the connection ended as TCP says */
  closed(failure: Error | undefined): void;
}

/** Begins to read a socket, and stamps each chunk; when the reader is told is its own affair. */
export type ReadSocket = (socket: Socket, reader: SocketReader) => void;

/**
 * The client half on bare sockets, without TLS and compression: the same bytes as the libraries', and each chunk stamped before
 * anything else is done with it.
 */
export type BareTransport<O extends object = object> = (read: ReadSocket) => ClientTransport<O>;

export interface ClientContext {
  readonly url: string;
  /** Cursor of a client that reconnects: seq of the last event it has. Without it: from the next event on. */
  readonly since?: number;
  /** Where in its cycle a client acts that acts periodically, 0 to 1; cycles are counted from the clock's zero. */
  readonly phase: number;
  readonly headers: HeaderProfile;
  /** Where its sockets really go, when a relay stands in between. Requests name the host of its URL all the same. */
  readonly via?: { readonly host: string; readonly port: number };
  /** Counts every socket the client opens. */
  readonly meter: { track(socket: Socket): void };
  /** Told whenever the client begins to open a connection, or to use another one that it shares; between two requests too. */
  readonly onConnecting?: (() => void) | undefined;
  /** The only certificate that the client trusts, in PEM. */
  readonly certificate?: string | undefined;
  /** Told each TLS secret of the client's connections, as a line of the NSS key log format. */
  readonly keylog?: ((line: string) => void) | undefined;
  /** Clients with the same one share a connection, where their lane says so; a client without it shares none. */
  readonly swarm?: object | undefined;
}

export interface EventSink {
  /** @param receivedNs the client's first reading of the monotonic clock when the bytes arrived */
  event(text: string, receivedNs: number): void;
  /** The server no longer holds what comes after the cursor; events from `oldest` on follow. */
  gap(after: number, oldest: number): void;
  /** At most once, never before connect resolved, and never after a local close. */
  closed(reason: CloseReason): void;
}

export interface CloseReason {
  /** `server`: it ended the connection as the protocol says; `error`: anything else. */
  readonly kind: 'server' | 'error';
  /** The WebSocket close code or the HTTP status, where there is one. */
  readonly code?: number;
  readonly message: string;
}

export interface PushClient {
  /**
   * Sends a message to the server and resolves with the server's echo of it. Several are answered in their order, unless the
   * client is multiplexed.
   *
   * @throws Error when the server refuses it, or when the connection ends before the answer or has ended
   */
  request?(text: string): Promise<string>;
  /** Whether messages go beside each other, and are answered in any order. @default false */
  readonly isMultiplexed?: boolean;
  /** Idempotent; resolves when the socket is gone. */
  close(): Promise<void>;
}
