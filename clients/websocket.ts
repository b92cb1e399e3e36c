/** WebSocket: one text message per event; ws reads the frames. */

import { connect as connectSocket, type TcpNetConnectOpts } from 'node:net';
import { WebSocket } from 'ws';
import { readGap } from '../bench/contract/event.ts';
import type { ClientTransport } from '../bench/contract/transport.ts';
import { nowNs } from '../bench/measure/clock.ts';

const SUBPROTOCOL = 'pushlab.v1';
/** Close code of a connection that ended without a close frame (RFC 6455, section 7.1.5). */
const ABNORMAL = 1006;
const CLOSE_GRACE_MS = 1_000;

export const websocket: ClientTransport = {
  defaults: {},

  connect(context, sink) {
    const url = context.since === undefined ? context.url : `${context.url}?since=${context.since}`;
    const ws = new WebSocket(url, [SUBPROTOCOL], {
      perMessageDeflate: false,
      createConnection: (({ host, port }: TcpNetConnectOpts) => {
        const socket = connectSocket({ host: host ?? '127.0.0.1', port, noDelay: true });
        context.meter.track(socket);
        return socket;
      }) as typeof connectSocket,
    });
    let receivedNs = 0;
    let connected = false;
    let ended = false;
    const gone = new Promise<void>((resolve) => ws.once('close', () => resolve()));

    // Ahead of the listener that ws adds: the clock is read before the frame is, as in the other transports.
    ws.once('upgrade', ({ socket }) => {
      socket.on('data', () => {
        receivedNs = nowNs();
      });
    });
    ws.on('message', (data: Buffer) => {
      if (ended) return;
      const text = data.toString('utf8');
      const gap = text.startsWith('{"gap":') ? readGap(text) : undefined;
      if (gap) sink.gap(gap.after, gap.oldest);
      else sink.event(text, receivedNs || nowNs());
    });

    return new Promise((resolve, reject) => {
      ws.once('open', () => {
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
