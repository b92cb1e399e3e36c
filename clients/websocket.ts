/** WebSocket: one text message per event; ws reads the frames. */

import { connect as connectSocket, type Socket, type TcpNetConnectOpts } from 'node:net';
import { WebSocket } from 'ws';
import { readGap } from '../bench/contract/event.ts';
import type { ClientTransport } from '../bench/contract/transport.ts';
import { nowNs } from '../bench/measure/clock.ts';
import { requestHeaders } from './header-profiles.ts';

/** Close code of a connection that ended without a close frame (RFC 6455, section 7.1.5). */
const ABNORMAL = 1006;
/** How long the server's close frame may take: longer than any RTT. */
const CLOSE_GRACE_MS = 3_000;

export const websocket: ClientTransport = {
  defaults: {},

  connect(context, sink) {
    const url = context.since === undefined ? context.url : `${context.url}?since=${context.since}`;
    let socket: Socket | undefined;
    const ws = new WebSocket(url, {
      perMessageDeflate: false,
      headers: requestHeaders(context.headers, 'websocket', context.url),
      createConnection: (({ host, port }: TcpNetConnectOpts) => {
        context.onConnecting?.();
        socket = connectSocket({ host: host ?? '127.0.0.1', port, ...context.via, noDelay: true });
        context.meter.track(socket);
        return socket;
      }) as typeof connectSocket,
    });
    let receivedNs = 0;
    let connected = false;
    let ended = false;
    const gone = new Promise<void>((resolve) => ws.once('close', () => resolve()));

    ws.on('message', (data: Buffer) => {
      if (ended) return;
      const text = data.toString('utf8');
      const gap = text.startsWith('{"gap":') ? readGap(text) : undefined;
      if (gap) sink.gap(gap.after, gap.oldest);
      else sink.event(text, receivedNs);
    });

    return new Promise((resolve, reject) => {
      ws.once('open', () => {
        // Ahead of the listener of ws: the clock is read before the frame is, as in the other transports. Any earlier than
        // here, and a listener would take the frames that came together with the server's 101 away from ws.
        socket?.prependListener('data', () => {
          receivedNs = nowNs();
        });
        connected = true;
        resolve({
          close() {
            ended = true;
            const timer = setTimeout(() => ws.terminate(), CLOSE_GRACE_MS);
            void gone.then(() => clearTimeout(timer));
            ws.close(1000);
            return gone;
          },
        });
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
        if (ended) return;
        ended = true;
        sink.closed({ kind: code === ABNORMAL || failure ? 'error' : 'server', code, message });
      });
    });
  },
};
