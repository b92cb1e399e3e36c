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
 * What the server may send ahead of the client, per stream and per connection: as Chromium. Both are far above what these
 * clients leave unread, so that flow control does not show in a result.
 */
const WINDOW_BYTES = { stream: 6 * 1024 * 1024, connection: 15 * 1024 * 1024 };
/** In MB, for all clients that share the connection. */
const MAX_SESSION_MEMORY = 4_096;

export type Http2Link = ReturnType<typeof openHttp2Link>;

/**
 * One connection at a time, and how many clients use it.
 *
 * @param context without `onConnecting`: the link's users call their own
 * @param unused called when the last user leaves
 */
function openHttp2Link(context: ClientContext, unused: () => void) {
  let users = 0;
  let openStreams = 0;
  let session: ClientHttp2Session | undefined;
  let open: OpenSocket | undefined;
  let closing: Promise<void> | undefined;

  const { host, origin } = new URL(context.url);

  const connectSession = () => {
    const opened = openSocket(context, 'h2');
    const connecting = connect(origin, {
      createConnection: () => opened.socket,
      maxSessionMemory: MAX_SESSION_MEMORY,
      settings: { enablePush: false, initialWindowSize: WINDOW_BYTES.stream },
    });
    connecting.once('connect', () => connecting.setLocalWindowSize(WINDOW_BYTES.connection));
    // An error is emitted by each of the session's streams too; without a listener here it would end the process.
    connecting.on('error', () => {});
    open = opened;
    return connecting;
  };
  /**
   * A GOAWAY gives up the streams that are open, and is answered by one. Without an open stream it is left out: the server of
   * Node would end its side while its answer is on its way, and count a TLS alert that it can't send any more.
   */
  const endSocket = async ({ socket, gone }: OpenSocket) => {
    if (session && openStreams > 0) {
      const answered = once(session, 'goaway').catch(() => {});
      session.close();
      await Promise.race([answered, gone]);
    }
    socket.end();
    await gone;
  };

  return {
    join() {
      users++;
    },
    request(headers: OutgoingHttpHeaders, hasBody: boolean): ClientHttp2Stream {
      if (!session || session.closed || session.destroyed) session = connectSession();
      openStreams++;
      // Node's own is without the brackets of an IPv6 address.
      headers[':authority'] = host;
      return session.request(headers, { endStream: !hasBody }).once('close', () => openStreams--);
    },
    /** The last user takes the connection along; resolves when that is gone, or, before, when the user's streams are. */
    async leave(streams: ReadonlySet<ClientHttp2Stream>): Promise<void> {
      users--;
      if (users === 0) unused();
      // A swarm leaves in one turn. One GOAWAY does for all, where servers take a thousand RST_STREAM for an attack
      // (CVE-2023-44487) and end the connection with an error.
      await setImmediate();
      if (users === 0) {
        closing ??= open && withinGrace(endSocket(open), () => open?.socket.destroy());
        return await closing;
      }
      const gone = [...streams].map((stream) => new Promise((resolve) => stream.once('close', resolve)));
      for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
      await Promise.all(gone);
    },
  };
}

const linksBySwarm = new WeakMap<object, Map<string, Http2Link>>();

/** The link of a client; with `isShared`, that of all clients of its swarm that go to the same address. */
export function joinHttp2Link(context: ClientContext, isShared: boolean): Http2Link {
  const swarm = isShared ? context.swarm : undefined;
  const links = (swarm && linksBySwarm.get(swarm)) ?? new Map<string, Http2Link>();
  if (swarm) linksBySwarm.set(swarm, links);
  const address = JSON.stringify([context.url, context.via]);
  const unused = () => links.delete(address);
  const link = links.get(address) ?? openHttp2Link({ ...context, onConnecting: undefined }, unused);
  links.set(address, link);
  link.join();
  return link;
}
