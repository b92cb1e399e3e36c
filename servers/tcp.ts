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

export interface TcpOptions extends BacklogOptions {
  /** How long a client may take for its line, and, once refused, to end its side. @default 10000 */
  readonly deadlineMs?: number;
}

export const tcp: ServerTransport<TcpOptions> = {
  defaults: { ...BACKLOG_DEFAULTS, deadlineMs: 10_000 },

  async mount(host, feed, { maxBacklogBytes, deadlineMs }) {
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
      const deadline = setTimeout(() => socket.destroy(), deadlineMs);
      socket.once('close', () => {
        sockets.delete(socket);
        clearTimeout(deadline);
      });
      const refuse = (body: object) => socket.end(`${JSON.stringify(body)}\n`);
      readLine(socket, (line) => {
        if (line === undefined) {
          refuse({ error: { message: `the first line is longer than ${MAX_LINE_BYTES} bytes` } });
          return;
        }
        try {
          const query = readQuery(line, ['since', 'ack']);
          const since = readCursor(query.since);
          if (query.ack !== undefined && query.ack !== '1') throw new BadParameter('ack', query.ack, '1, or nothing');
          clearTimeout(deadline);
          if (query.ack) socket.write(NEWLINE);
          const peer = new TcpPeer(socket);
          socket.once('close', () => broadcast.leave(peer));
          broadcast.join(peer, since);
        } catch (error) {
          if (!(error instanceof BadParameter)) throw error;
          refuse(error);
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

  write(frame: Buffer, flushed?: (error?: Error | null) => void): void {
    this.#socket.write(frame, flushed);
  }

  cutOff(): void {
    this.#socket.destroy();
  }
}

/** The first line, without its end; undefined when it is too long. What comes after it is read and forgotten. */
function readLine(socket: Socket, use: (line: string | undefined) => void): void {
  let head = '';
  const onData = (chunk: Buffer) => {
    head += chunk.toString('latin1');
    const end = head.indexOf('\n');
    if (end === -1 && head.length <= MAX_LINE_BYTES) return;
    socket.off('data', onData);
    socket.resume();
    use(end === -1 || end > MAX_LINE_BYTES ? undefined : head.slice(0, end).replace(/\r$/, ''));
  };
  socket.on('data', onData);
}
