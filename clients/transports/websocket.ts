/** WebSocket: one message per event; ws reads the frames. */

import type { connect as connectSocket } from 'node:net';
import { WebSocket } from 'ws';
import { decodeBinary } from '../../bench/contract/event-binary.ts';
import {
  type ClientTransport,
  HTTP_DEFAULTS,
  type HttpOptions,
  type PushClient,
  WEBSOCKET_DEFAULTS,
  type WebSocketWireOptions,
} from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { Echoes } from '../wire/echoes.ts';
import { requestHeaders } from '../wire/header-profiles.ts';
import { MessageArrivals } from '../wire/message-arrivals.ts';
import { type OpenSocket, openSocket } from '../wire/sockets.ts';

export interface WebSocketOptions extends HttpOptions, WebSocketWireOptions {}

/** Close code of a connection that ended without a close frame (RFC 6455, section 7.1.5). */
const ABNORMAL = 1006;
/** How long the server's close frame may take: longer than any RTT. */
const CLOSE_GRACE_MS = 3_000;

export const websocket: ClientTransport<WebSocketOptions> = {
  defaults: { ...HTTP_DEFAULTS, ...WEBSOCKET_DEFAULTS },

  connect(context, sink, { over, compression }) {
    const url = context.since === undefined ? context.url : `${context.url}?since=${context.since}`;
    let open: OpenSocket | undefined;
    const ws = new WebSocket(url, {
      // Whether a context is kept, the server decides.
      perMessageDeflate: compression !== 'none' && { threshold: 0 },
      headers: requestHeaders(context.headers, 'websocket', context.url, over),
      createConnection: (() => {
        open = openSocket(context);
        return open.socket;
      }) as typeof connectSocket,
    });
    const arrivals = new MessageArrivals(compression !== 'none');
    const echoes = new Echoes();
    let connected = false;
    let ended = false;
    const closed = new Promise((resolve) => ws.once('close', resolve));
    const gone = closed.then(() => open?.gone);

    const client: PushClient = {
      close() {
        ended = true;
        echoes.end('the client is closed');
        const timer = setTimeout(() => ws.terminate(), CLOSE_GRACE_MS);
        void gone.then(() => clearTimeout(timer));
        ws.close(1000);
        return gone;
      },
      request: (text) => echoes.ask(() => ws.send(text)),
    };

    ws.on('message', (data: Buffer, isBinary) => {
      const receivedNs = arrivals.take();
      if (ended) return;
      const text = isBinary ? decodeBinary(data) : undefined;
      echoes.deliver(text ?? data.toString(), receivedNs, sink);
    });

    return new Promise((resolve, reject) => {
      ws.once('open', () => {
        // Ahead of the listener of ws: the clock is read before the frame is, as in the other transports. Any earlier than
        // here, and a listener would take the frames that came together with the server's 101 away from ws.
        open?.socket.prependListener('data', (chunk: Buffer) => arrivals.note(chunk, nowNs()));
        connected = true;
        resolve(client);
      });
      ws.once('unexpected-response', (request, response) => {
        reject(new Error(`the server answered ${response.statusCode}`));
        request.destroy();
      });
      let failure: Error | undefined;
      ws.on('error', (error) => {
        failure = error;
      });
      ws.once('close', (code, reason) => {
        const message = failure?.message ?? (reason.toString() || `closed with ${code}`);
        if (!connected) return reject(new Error(message));
        echoes.end(message);
        if (ended) return;
        ended = true;
        sink.closed({ kind: code === ABNORMAL || failure ? 'error' : 'server', code, message });
      });
    });
  },
};
