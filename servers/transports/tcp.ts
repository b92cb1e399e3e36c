/**
 * The control: events on a bare TCP socket, one per line. Its cost is the least that any transport can have.
 *
 * The client's first line is empty, or `since=N`. With `ack=1` in it (`since=N&ack=1`) the server answers an empty line once
 * the client is subscribed. Every further line is a message, in JSON, and is answered with `{"echo":…}` around it.
 */

import type { Socket } from 'node:net';
import { encodeEcho } from '../../bench/contract/event.ts';
import { LineReader } from '../../bench/contract/lines.ts';
import { MAX_MESSAGE_BYTES, type ServerTransport } from '../../bench/contract/transport.ts';
import { BadInput, BadParameter, isJson, readCursor, readQuery } from '../http/query.ts';
import { BACKLOG_DEFAULTS, type BacklogOptions } from './backlog.ts';
import { Broadcast, LINES, NEWLINE } from './broadcast.ts';
import { WritablePeer } from './writable-peer.ts';

const MAX_FIRST_LINE_BYTES = 256;

export interface TcpOptions extends BacklogOptions {
  /** How long a client may take for its first line, and, once refused, to end its side. @default 10000 */
  readonly deadlineMs?: number;
}

export const tcp: ServerTransport<TcpOptions> = {
  defaults: { ...BACKLOG_DEFAULTS, deadlineMs: 10_000 },

  async mount(host, feed, { maxBacklogBytes, deadlineMs }) {
    const broadcast = new Broadcast<WritablePeer<Socket>>(feed, LINES, maxBacklogBytes);
    const sockets = new Set<Socket>();

    const { url } = await host.tcp((socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      accept(socket, broadcast, deadlineMs);
    });
    return broadcast.mounted({ url }, () => {
      for (const socket of sockets) socket.end();
    });
  },
};

function accept(socket: Socket, broadcast: Broadcast<WritablePeer<Socket>>, deadlineMs: number): void {
  const peer = new WritablePeer(socket);
  const lines = new LineReader();
  let isJoined = false;
  const startDeadline = () => setTimeout(() => socket.destroy(), deadlineMs);
  let deadline = startDeadline();

  const checkLength = (bytes: number) => {
    const maxBytes = isJoined ? MAX_MESSAGE_BYTES : MAX_FIRST_LINE_BYTES;
    if (bytes > maxBytes) throw new BadInput(`the line is longer than ${maxBytes} bytes`);
  };
  const onLine = (line: string) => {
    checkLength(Buffer.byteLength(line));
    const text = line.replace(/\r$/, '');
    if (isJoined) {
      if (!isJson(text)) throw new BadInput('the line is not JSON');
      return broadcast.say(peer, Buffer.from(`${encodeEcho(text)}\n`));
    }
    const { since, ack } = readQuery(text, ['since', 'ack']);
    const cursor = readCursor(since);
    if (ack !== undefined && ack !== '1') throw new BadParameter('ack', ack, '1, or nothing');
    isJoined = true;
    clearTimeout(deadline);
    if (ack) socket.write(NEWLINE);
    broadcast.join(peer, cursor);
  };
  const onData = (chunk: Buffer) => {
    try {
      lines.push(chunk, onLine);
      checkLength(lines.heldBytes);
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      socket.off('data', onData).resume();
      broadcast.leave(peer);
      clearTimeout(deadline);
      deadline = startDeadline();
      socket.end(`${JSON.stringify(error)}\n`);
    }
  };
  socket.on('data', onData);
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    broadcast.leave(peer);
    clearTimeout(deadline);
  });
}
