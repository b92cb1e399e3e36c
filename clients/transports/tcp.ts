/** The control: one event per line on a bare TCP socket. Messages to the server are lines of JSON. */

import { LineReader } from '../../bench/contract/lines.ts';
import type { ClientTransport, ReadSocket } from '../../bench/contract/transport.ts';
import { Echoes } from '../wire/echoes.ts';
import { openSocket, readAtOnce } from '../wire/sockets.ts';
import { LifeCycle } from './life-cycle.ts';

export const tcp = tcpOver(readAtOnce);

/** @param read reads the sockets of its clients */
export function tcpOver(read: ReadSocket): ClientTransport {
  return {
    defaults: {},

    connect(context, sink) {
      const lines = new LineReader();
      const echoes = new Echoes();
      const { socket, gone } = openSocket(context);
      const life = new LifeCycle(sink, {
        release(why) {
          echoes.end(why);
          socket.destroy();
          return gone;
        },
        request: (text) => echoes.request(() => socket.write(`${JSON.stringify(text)}\n`)),
      });
      const line = (text: string, receivedNs: number) => {
        if (life.isConnected) echoes.deliver(text, receivedNs, sink);
        // The server's answer to `ack=1`.
        else if (text === '') life.connect();
        else life.end('error', `the server answered ${text.slice(0, 200)}`);
      };
      socket.write(context.since === undefined ? 'ack=1\n' : `since=${context.since}&ack=1\n`);
      read(socket, {
        data(chunk, receivedNs) {
          lines.push(chunk, (text) => life.ended || line(text, receivedNs));
        },
        closed(failure) {
          life.end(failure ? 'error' : 'server', failure?.message ?? 'the server ended the connection');
        },
      });
      return life.connected;
    },
  };
}
