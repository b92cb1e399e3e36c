/**
 * The control: events on a bare TCP socket, one per line, with no protocol to speak of. The floor under all others.
 *
 * The client's first line is empty, or `since=N`. With `ack=1` in it (`since=N&ack=1`) the server answers an empty line once
 * the client is subscribed; without, it says nothing but events. Every further line is a message, in JSON, and is answered
 * with `{"echo":…}` around it.
 */

import type { Socket } from 'node:net';
import { encodeEcho } from '../../bench/contract/event.ts';
import { LineReader } from '../../bench/contract/lines.ts';
import { MAX_MESSAGE_BYTES, type ServerTransport } from '../../bench/contract/transport.ts';
import { BadParameter, readCursor, readQuery } from '../http/query.ts';
import { BACKLOG_DEFAULTS, type BacklogOptions } from './backlog.ts';
import { Broadcast, LINES, NEWLINE, type Peer } from './broadcast.ts';

const MAX_FIRST_LINE_BYTES = 256;

export interface TcpOptions extends BacklogOptions {
  /** How long a client may take for its first line, and, once refused, to end its side. @default 10000 */
  readonly deadlineMs?: number;
}

export const tcp: ServerTransport<TcpOptions> = {
  defaults: { ...BACKLOG_DEFAULTS, deadlineMs: 10_000 },

  async mount(host, feed, { maxBacklogBytes, deadlineMs }) {
    const broadcast = new Broadcast<TcpPeer>(feed, LINES, maxBacklogBytes);
    const sockets = new Set<Socket>();

    const { url } = await host.tcp((socket) => {
      const peer = new TcpPeer(socket);
      let isJoined = false;
      const arm = () => setTimeout(() => socket.destroy(), deadlineMs);
      let deadline = arm();
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.once('close', () => {
        sockets.delete(socket);
        broadcast.leave(peer);
        clearTimeout(deadline);
      });

      readLines(socket, () => (isJoined ? MAX_MESSAGE_BYTES : MAX_FIRST_LINE_BYTES), {
        line(line) {
          if (isJoined) return broadcast.say(peer, echo(line));
          const { since, ack } = readQuery(line, ['since', 'ack']);
          const cursor = readCursor(since);
          if (ack !== undefined && ack !== '1') throw new BadParameter('ack', ack, '1, or nothing');
          isJoined = true;
          clearTimeout(deadline);
          if (ack) socket.write(NEWLINE);
          broadcast.join(peer, cursor);
        },
        refused(error) {
          broadcast.leave(peer);
          clearTimeout(deadline);
          deadline = arm();
          socket.end(`${JSON.stringify(error)}\n`);
        },
      });
    });

    return broadcast.mounted({ url }, () => {
      for (const socket of sockets) socket.end();
    });
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

/** A line that can't be used. */
class BadLine extends Error {
  override readonly name = 'BadLine';

  toJSON(): object {
    return { error: { message: this.message } };
  }
}

interface LineUser {
  /** @throws BadLine, BadParameter */
  line(line: string): void;
  /** After this, nothing more is read. */
  refused(error: BadLine | BadParameter): void;
}

function readLines(socket: Socket, maxBytes: () => number, user: LineUser): void {
  const lines = new LineReader();
  const take = (line: string) => {
    if (Buffer.byteLength(line) > maxBytes()) throw tooLong(maxBytes());
    user.line(line.replace(/\r$/, ''));
  };
  const onData = (chunk: Buffer) => {
    try {
      lines.push(chunk, take);
      if (lines.heldBytes > maxBytes()) throw tooLong(maxBytes());
    } catch (error) {
      if (!(error instanceof BadLine || error instanceof BadParameter)) throw error;
      socket.off('data', onData).resume();
      user.refused(error);
    }
  };
  socket.on('data', onData);
}

function tooLong(allowedBytes: number): BadLine {
  return new BadLine(`the line is longer than ${allowedBytes} bytes`);
}

function echo(line: string): Buffer {
  try {
    JSON.parse(line);
  } catch {
    throw new BadLine('the line is not JSON');
  }
  return Buffer.from(`${encodeEcho(line)}\n`);
}
