/** WebSocket: one message per event; ws reads the frames. */

import type { connect as connectSocket } from 'node:net';
import { WebSocket } from 'ws';
import { decodeBinary } from '../../bench/contract/event-binary.ts';
import {
  type ClientTransport,
  HTTP_DEFAULTS,
  type HttpOptions,
  WEBSOCKET_DEFAULTS,
  type WebSocketWireOptions,
} from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { Echoes } from '../wire/echoes.ts';
import { requestHeaders } from '../wire/header-profiles.ts';
import { MessageArrivals } from '../wire/message-arrivals.ts';
import { type OpenSocket, openSocket, withinGrace } from '../wire/sockets.ts';
import { LifeCycle } from './life-cycle.ts';

export interface WebSocketOptions extends HttpOptions, WebSocketWireOptions {}

/** Close code of a connection that ended without a close frame (RFC 6455, section 7.1.5). */
const ABNORMAL = 1006;

export const websocket: ClientTransport<WebSocketOptions> = {
  defaults: { ...HTTP_DEFAULTS, ...WEBSOCKET_DEFAULTS },

  connect(context, sink, { over, compression }) {
    const url = context.since === undefined ? context.url : `${context.url}?since=${context.since}`;
    let open: OpenSocket | undefined;
    const ws = new WebSocket(url, {
      // The server decides whether a compressor keeps its context.
      perMessageDeflate: compression !== 'none' && { threshold: 0 },
      headers: requestHeaders(context.headers, 'websocket', context.url, over),
      createConnection: (() => {
        open = openSocket(context);
        return open.socket;
      }) as typeof connectSocket,
    });
    const arrivals = new MessageArrivals(compression !== 'none');
    const echoes = new Echoes();
    const closed = new Promise((resolve) => ws.once('close', resolve));
    const life = new LifeCycle(sink, {
      release(why) {
        echoes.end(why);
        ws.close(1000);
        return withinGrace(
          closed.then(() => open?.gone),
          () => ws.terminate(),
        );
      },
      request: (text) => echoes.request(() => ws.send(text)),
    });

    ws.on('message', (data: Buffer, isBinary) => {
      const receivedNs = arrivals.take();
      if (life.ended) return;
      const text = isBinary ? decodeBinary(data) : undefined;
      echoes.deliver(text ?? data.toString(), receivedNs, sink);
    });
    ws.once('open', () => {
      // The clock is read before ws reads the frame, as in the other transports. A listener added any earlier would take the
      // frames that came together with the server's 101 away from ws.
      open?.socket.prependListener('data', (chunk: Buffer) => arrivals.note(chunk, nowNs()));
      life.connect();
    });
    ws.once('unexpected-response', (_request, { statusCode }) =>
      life.end('error', `the server answered ${statusCode}`),
    );
    let failure: Error | undefined;
    ws.on('error', (error) => {
      failure = error;
    });
    ws.once('close', (code, reason) => {
      const message = failure?.message ?? (reason.toString() || `closed with ${code}`);
      life.end(code === ABNORMAL || failure ? 'error' : 'server', message, code);
    });
    return life.connected;
  },
};
