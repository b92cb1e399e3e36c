/**
 * WebSocket (RFC 6455): one message per event, in a frame that is made once for all clients; all else is done by ws. A text
 * message from the client is echoed as `{"echo":…}`. Close codes: 1001 on shutdown, 1003 for a binary message, 1009 above the
 * message limit, 1013 when the client is too slow. A client that answers no ping is gone.
 */

import { WebSocketServer } from 'ws';
import { type EncodedEvent, encodeEcho, encodeGap, type Gap } from '../../bench/contract/event.ts';
import { encodeBinary } from '../../bench/contract/event-binary.ts';
import {
  HTTP_DEFAULTS,
  type HttpOptions,
  MAX_MESSAGE_BYTES,
  type ServerTransport,
  WEBSOCKET_DEFAULTS,
  type WebSocketWireOptions,
} from '../../bench/contract/transport.ts';
import { readSince } from '../http/query.ts';
import { sendJson } from '../http/responses.ts';
import { BACKLOG_DEFAULTS, type BacklogOptions } from './backlog.ts';
import { Broadcast } from './broadcast.ts';
import { messageFrame } from './websocket-frame.ts';
import { CLOSE, closeSoon, WebSocketPeer } from './websocket-peers.ts';

export interface WebSocketOptions extends BacklogOptions, HttpOptions, WebSocketWireOptions {
  /** @default 30000 */
  readonly pingMs?: number;
  /** The largest message taken from a client. @default 65536 */
  readonly maxMessageBytes?: number;
}

/** What a client may offer as `Sec-WebSocket-Protocol`. */
const SUBPROTOCOL = 'pushlab.v1';

export const websocket: ServerTransport<WebSocketOptions> = {
  defaults: {
    ...HTTP_DEFAULTS,
    ...BACKLOG_DEFAULTS,
    ...WEBSOCKET_DEFAULTS,
    pingMs: 30_000,
    maxMessageBytes: MAX_MESSAGE_BYTES,
  },

  async mount(host, feed, { over, maxBacklogBytes, pingMs, maxMessageBytes, compression, encoding }) {
    const http = await host.http(over);
    const isBinary = encoding === 'binary';
    const encode = isBinary ? encodeBinary : (text: string) => Buffer.from(text);
    const isCompressed = compression !== 'none';
    // ws makes a frame for each client, which of one message are all the same.
    const framed = (payload: Buffer) => (isCompressed ? payload : messageFrame(payload, isBinary ? 'binary' : 'text'));
    const framing = {
      event: ({ text, bytes }: EncodedEvent) => framed(isBinary ? encodeBinary(text) : bytes),
      gap: (gap: Gap) => framed(encode(encodeGap(gap))),
    };
    const broadcast = new Broadcast<WebSocketPeer>(feed, framing, maxBacklogBytes);
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: deflateOf(compression),
      maxPayload: maxMessageBytes,
      handleProtocols: (offered) => offered.has(SUBPROTOCOL) && SUBPROTOCOL,
    });

    http.onUpgrade('/websocket', (request, socket, head) => {
      const since = readSince(request);
      server.handleUpgrade(request, socket, head, (ws) => {
        // ws closes with the code for what it refuses (too long, unmasked …). Without a listener it would end the process.
        ws.on('error', () => {});
        if (http.closing) return void closeSoon(ws, CLOSE.goingAway, 'the server shuts down');
        const peer = new WebSocketPeer(ws, isCompressed ? { isBinary } : { socket });
        ws.once('close', () => broadcast.leave(peer));
        ws.on('message', (data: Buffer, isBinaryMessage) => {
          if (ws.readyState !== ws.OPEN) return;
          if (isBinaryMessage) return void closeSoon(ws, CLOSE.unsupportedData, 'only text messages are taken');
          broadcast.say(peer, framed(encode(encodeEcho(JSON.stringify(data.toString())))));
        });
        broadcast.join(peer, since);
      });
    });
    // No 426: it has to come with an Upgrade (RFC 9110, section 15.5.22), and HTTP/2 has none.
    http.app.get('/websocket', (_request, response) => {
      sendJson(response, 400, { error: { header: 'Upgrade', allowed: 'websocket' } });
    });

    broadcast.repeat(pingMs, (peer) => peer.pingOrTerminate());
    const { url, ...endpoint } = http.addressOf('/websocket');
    return broadcast.mounted({ ...endpoint, url: url.replace(/^http/, 'ws') }, () =>
      Promise.all([...broadcast.peers()].map((peer) => peer.end())),
    );
  },
};

/**
 * Every message is compressed, however short, by a compressor per client, ten messages at a time on the threads of libuv (the
 * default of ws). Without takeover the output is the same for all clients; neither ws nor this server shares it.
 */
function deflateOf(compression: Required<WebSocketWireOptions>['compression']) {
  if (compression === 'none') return false;
  const isFresh = compression === 'deflate-fresh';
  return { threshold: 0, serverNoContextTakeover: isFresh, clientNoContextTakeover: isFresh };
}
