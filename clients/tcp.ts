/** The control: one event per line on a bare TCP socket. */

import { connect as connectSocket } from 'node:net';
import { readGap } from '../bench/contract/event.ts';
import { LineReader } from '../bench/contract/lines.ts';
import type { ClientTransport, PushClient } from '../bench/contract/transport.ts';
import { nowNs } from '../bench/measure/clock.ts';

export const tcp: ClientTransport = {
  defaults: {},

  connect(context, sink) {
    const { hostname, port } = new URL(context.url);
    const lines = new LineReader();
    const server = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
    const socket = connectSocket({ ...server, ...context.via, noDelay: true });
    context.meter.track(socket);
    const gone = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    let connected = false;
    let ended = false;

    const client: PushClient = {
      close() {
        ended = true;
        socket.destroy();
        return gone;
      },
    };
    return new Promise((resolve, reject) => {
      let failure: Error | undefined;
      const line = (text: string, receivedNs: number) => {
        if (!connected) {
          // The empty line that was asked for says: subscribed.
          if (text !== '') {
            failure = new Error(`the server answered ${text.slice(0, 200)}`);
            return socket.destroy();
          }
          connected = true;
          return resolve(client);
        }
        const gap = text.startsWith('{"gap":') ? readGap(text) : undefined;
        if (gap) sink.gap(gap.after, gap.oldest);
        else sink.event(text, receivedNs);
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
        if (ended) return;
        ended = true;
        sink.closed({ kind: failure ? 'error' : 'server', message });
      });
    });
  },
};
