/**
 * The control: events on a bare TCP socket, one per line, with no protocol to speak of. The floor under all others.
 *
 * The client sends one line: empty, or `since=N`. With `ack=1` in it (`since=N&ack=1`) the server answers an empty line
 * once the client is subscribed; without, it says nothing but events.
 */

import type { Socket } from 'node:net';
import { encodeGap } from '../bench/contract/event.ts';
import type { ServerTransport } from '../bench/contract/transport.ts';
import { BACKLOG_DEFAULTS, type BacklogOptions } from './backlog.ts';
import { Broadcast, type Peer } from './broadcast.ts';
import { BadParameter, readCursor, readQuery } from './query.ts';

const NEWLINE = Buffer.from('\n');
const MAX_LINE_BYTES = 256;
const LINE_DEADLINE_MS = 10_000;

export const tcp: ServerTransport<BacklogOptions> = {
  defaults: BACKLOG_DEFAULTS,

  async mount(host, feed, { maxBacklogBytes }) {
    const broadcast = new Broadcast<TcpPeer>(
      feed,
      {
        event: ({ bytes }) => Buffer.concat([bytes, NEWLINE]),
        gap: (gap) => Buffer.from(`${encodeGap(gap)}\n`),
      },
      maxBacklogBytes,
    );
    const sockets = new Set<Socket>();

    const { url } = await host.tcp((socket) => {
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => sockets.delete(socket));
      readLine(socket, (line) => {
        try {
          const query = readQuery(line, ['since', 'ack']);
          const since = readCursor(query.since);
          if (query.ack !== undefined && query.ack !== '1') throw new BadParameter('ack', query.ack, '1, or nothing');
          if (query.ack) socket.write(NEWLINE);
          const peer = new TcpPeer(socket);
          socket.once('close', () => broadcast.leave(peer));
          broadcast.join(peer, since);
        } catch (error) {
          if (!(error instanceof BadParameter)) throw error;
          socket.end(`${JSON.stringify(error)}\n`);
        }
      });
    });

    return {
      url,
      get clientCount() {
        return broadcast.size;
      },
      get cutOffCount() {
        return broadcast.cutOffCount;
      },
      async close() {
        broadcast.close();
        for (const socket of sockets) socket.end();
      },
    };
  },
};

class TcpPeer implements Peer {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get backlogBytes(): number {
    return this.#socket.writableLength;
  }

  write(frame: Buffer, flushed?: () => void): void {
    this.#socket.write(frame, flushed);
  }

  cutOff(): void {
    this.#socket.destroy();
  }
}

/** The first line, without its end. What comes after it is read and forgotten. */
function readLine(socket: Socket, use: (line: string) => void): void {
  let head = '';
  const deadline = setTimeout(() => socket.destroy(), LINE_DEADLINE_MS);
  socket.once('close', () => clearTimeout(deadline));
  const onData = (chunk: Buffer) => {
    head += chunk.toString('latin1');
    const end = head.indexOf('\n');
    if (end === -1 && head.length <= MAX_LINE_BYTES) return;
    clearTimeout(deadline);
    socket.off('data', onData);
    socket.resume();
    if (end === -1) socket.end(`{"error":{"message":"the first line is longer than ${MAX_LINE_BYTES} bytes"}}\n`);
    else use(head.slice(0, end).replace(/\r$/, ''));
  };
  socket.on('data', onData);
}
