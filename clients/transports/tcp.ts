/** The control: one event per line on a bare TCP socket. Messages to the server are lines of JSON. */

import { LineReader } from '../../bench/contract/lines.ts';
import type { ClientTransport, PushClient } from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { Echoes } from '../wire/echoes.ts';
import { openSocket } from '../wire/sockets.ts';

export const tcp: ClientTransport = {
  defaults: {},

  connect(context, sink) {
    const lines = new LineReader();
    const echoes = new Echoes();
    const { socket, gone } = openSocket(context);
    let connected = false;
    let ended = false;

    const client: PushClient = {
      close() {
        ended = true;
        echoes.end('the client is closed');
        socket.destroy();
        return gone;
      },
      request: (text) => echoes.ask(() => socket.write(`${JSON.stringify(text)}\n`)),
    };
    return new Promise((resolve, reject) => {
      let failure: Error | undefined;
      const line = (text: string, receivedNs: number) => {
        if (connected) return echoes.deliver(text, receivedNs, sink);
        // The empty line that was asked for says: subscribed.
        if (text !== '') {
          failure = new Error(`the server answered ${text.slice(0, 200)}`);
          return socket.destroy();
        }
        connected = true;
        resolve(client);
      };
      socket.write(context.since === undefined ? 'ack=1\n' : `since=${context.since}&ack=1\n`);
      socket.on('data', (chunk) => {
        const receivedNs = nowNs();
        lines.push(chunk, (text) => ended || line(text, receivedNs));
      });
      socket.on('error', (error) => {
        failure = error;
      });
      socket.once('close', () => {
        const message = failure?.message ?? 'the server ended the connection';
        if (!connected) return reject(new Error(message));
        echoes.end(message);
        if (ended) return;
        ended = true;
        sink.closed({ kind: failure ? 'error' : 'server', message });
      });
    });
  },
};
