/** The contract between the two sides of a transport, and what each is given to work with. */

import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import type { EventFeed } from './event.ts';
import type { HeaderProfile } from './headers.ts';

// --- server ---

/** One way to get events from server to client: its server half. */
export interface ServerTransport<O extends object = object> {
  readonly defaults: Readonly<Required<O>>;
  /** Starts to serve the feed. The host's sockets are metered; the host outlives the mount. */
  mount(host: ServerHost, feed: EventFeed, options: Readonly<Required<O>>): Promise<MountedTransport>;
}

export interface MountedTransport {
  /** Where its clients connect. */
  readonly url: string;
  /** Clients connected or parked now; 0 for a transport that keeps none between requests. */
  readonly clientCount: number;
  /** Clients cut off because they did not read. */
  readonly cutOffCount: number;
  /** Ends every client as the protocol says, and leaves no timer and no subscription. */
  close(): Promise<void>;
}

/** What a server process lends to the transports mounted in it. Listeners are made at first use. */
export interface ServerHost {
  http(): Promise<HttpHost>;
  /** A TCP port of its own. One mount only. */
  tcp(accept: (socket: Socket) => void): Promise<{ readonly url: string }>;
}

export interface HttpHost {
  readonly app: Express;
  /** `http://address:port` */
  readonly origin: string;
  /** True once the host closes: a response should end its connection. */
  readonly closing: boolean;
  /** Whether a page of this origin may read events; true without an `Origin`. */
  allowsOrigin(origin: string | undefined): boolean;
  /** Takes upgrade requests of one path. */
  onUpgrade(path: string, accept: (request: IncomingMessage, socket: Duplex, head: Buffer) => void): void;
}

// --- client ---

/** One way to get events from server to client: its client half, as one simulated client. */
export interface ClientTransport<O extends object = object> {
  readonly defaults: Readonly<Required<O>>;
  /** Resolves when the next event would be received. Rejects otherwise, and then the sink is never called. */
  connect(context: ClientContext, sink: EventSink, options: Readonly<Required<O>>): Promise<PushClient>;
}

export interface ClientContext {
  readonly url: string;
  /** The cursor of a client that comes back: seq of the last event it has. Without it: from the next event on. */
  readonly since?: number;
  /** Where in its cycle a client that acts periodically begins, 0 to 1. */
  readonly phase: number;
  readonly headers: HeaderProfile;
  /** Where its sockets really go, when a relay stands in between. What the client says on the wire names its URL's host. */
  readonly via?: { readonly host: string; readonly port: number };
  /** Counts every socket the client opens. */
  readonly meter: { track(socket: Socket): void };
  /** Told whenever the client begins to open a connection, by itself between two requests too. */
  readonly onConnecting?: (() => void) | undefined;
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
  /** Idempotent; resolves when the socket is gone. */
  close(): Promise<void>;
}
