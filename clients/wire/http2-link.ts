/** The HTTP/2 connections of simulated clients (RFC 9113): opened at the first request, shared where that is wanted. */

import { once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { setImmediate } from 'node:timers/promises';
import type { ClientContext } from '../../bench/contract/transport.ts';
import { type OpenSocket, openSocket, withinGrace } from './sockets.ts';

/**
 * How much the server may send ahead of the client, per stream and per connection: as much as a Chromium takes. Both are far
 * above what a client of ours leaves unread, so that flow control has no say in a result.
 */
const WINDOW_BYTES = { stream: 6 * 1024 * 1024, connection: 15 * 1024 * 1024 };
/** MB; a connection that many clients share holds as much for all of them. */
const MAX_SESSION_MEMORY = 4_096;

/** One connection at a time, and how many use it. */
export class Http2Link {
  readonly #context: ClientContext;
  readonly #unused: () => void;
  #users = 0;
  #streams = 0;
  #session: ClientHttp2Session | undefined;
  #open: OpenSocket | undefined;
  #closing: Promise<void> | undefined;

  /** @param unused called when the last user leaves */
  constructor(context: ClientContext, unused: () => void) {
    // Those who send over it tell their own contexts.
    this.#context = { ...context, onConnecting: undefined };
    this.#unused = unused;
  }

  join(): void {
    this.#users++;
  }

  request(headers: OutgoingHttpHeaders, hasBody: boolean): ClientHttp2Stream {
    if (!this.#session || this.#session.closed || this.#session.destroyed) this.#session = this.#connect();
    this.#streams++;
    return this.#session.request(headers, { endStream: !hasBody }).once('close', () => this.#streams--);
  }

  /** The last user takes the connection along; resolves when that is gone, or, before, when the user's streams are. */
  async leave(streams: ReadonlySet<ClientHttp2Stream>): Promise<void> {
    this.#users--;
    if (this.#users === 0) this.#unused();
    // A swarm leaves in one turn. One GOAWAY does for all, where servers take a thousand RST_STREAM for an attack
    // (CVE-2023-44487) and end the connection with an error.
    await setImmediate();
    if (this.#users === 0) {
      this.#closing ??= this.#close();
      return await this.#closing;
    }
    const gone = [...streams].map((stream) => new Promise((resolve) => stream.once('close', resolve)));
    for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
    await Promise.all(gone);
  }

  #connect(): ClientHttp2Session {
    const open = openSocket(this.#context, 'h2');
    this.#open = open;
    const session = connect(new URL(this.#context.url).origin, {
      createConnection: () => open.socket,
      maxSessionMemory: MAX_SESSION_MEMORY,
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES.stream },
    });
    session.once('connect', () => session.setLocalWindowSize(WINDOW_BYTES.connection));
    // Each of its requests hears of it by itself.
    session.on('error', () => {});
    return session;
  }

  /**
   * A GOAWAY gives up the streams that are open, and is answered by one. Without any, TLS says goodbye for all: at a GOAWAY
   * the server of Node would end its side while its answer is on its way, and count an alert that it can't send any more.
   */
  async #close(): Promise<void> {
    if (!this.#open || !this.#session) return;
    const { socket } = this.#open;
    await withinGrace(this.#endSocket(this.#session, this.#open), () => socket.destroy());
  }

  async #endSocket(session: ClientHttp2Session, { socket, gone }: OpenSocket): Promise<void> {
    if (this.#streams > 0) {
      const answered = once(session, 'goaway').catch(() => {});
      session.close();
      await Promise.race([answered, gone]);
    }
    socket.end();
    await gone;
  }
}

const linksBySwarm = new WeakMap<object, Map<string, Http2Link>>();

/** The link of a client; with `isShared`, that of all clients of its swarm that go to the same address. */
export function joinHttp2Link(context: ClientContext, isShared: boolean): Http2Link {
  const links = isShared && context.swarm ? linksOf(context.swarm) : new Map<string, Http2Link>();
  const address = JSON.stringify([context.url, context.via]);
  const link = links.get(address) ?? new Http2Link(context, () => links.delete(address));
  links.set(address, link);
  link.join();
  return link;
}

function linksOf(swarm: object): Map<string, Http2Link> {
  const links = linksBySwarm.get(swarm) ?? new Map<string, Http2Link>();
  linksBySwarm.set(swarm, links);
  return links;
}
