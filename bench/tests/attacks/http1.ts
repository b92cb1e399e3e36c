/** Attacks over HTTP/1.1: many requests ahead of their answers, which nobody reads. */

import { connect, type Socket } from 'node:net';
import type { Attack } from './attack.ts';

/** Opens connections, sends each the same requests at once, and never reads. */
function pipelined(connections: number, requests: number, target: (request: number, lastSeq: number) => string) {
  return async ({ port, lastSeq, share }: Parameters<Attack['begin']>[0]) => {
    const count = Math.ceil(requests * share);
    const sockets: Socket[] = [];
    for (let at = 0; at < Math.ceil(connections * share); at++) {
      const socket = connect({ host: '127.0.0.1', port });
      socket.pause();
      // The server may cut it off.
      socket.on('error', () => {});
      sockets.push(socket);
      await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
    }
    const heads = Array.from(
      { length: count },
      (_, at) => `GET ${target(at, lastSeq)} HTTP/1.1\r\nHost: localhost\r\n\r\n`,
    );
    for (const socket of sockets) socket.write(heads.join(''));
    return () => {
      for (const socket of sockets) socket.destroy();
    };
  };
}

export const http1Attacks: readonly Attack[] = [
  {
    name: 'pipelined-polls',
    summary: '8 connections, each with 1,000 polls for all that the ring holds, and nobody reads',
    isTls: false,
    begin: pipelined(8, 1_000, (at, lastSeq) => `/polling?since=${lastSeq - 4_000 + at}`),
  },
  {
    name: 'pipelined-streams',
    summary: '20 connections, each with 1,000 requests for an event stream',
    isTls: false,
    begin: pipelined(20, 1_000, (_at, lastSeq) => `/sse?since=${lastSeq - 4_000}`),
  },
  {
    name: 'pipelined-long-polls',
    summary: '500 connections, each with 200 long polls that are parked',
    isTls: false,
    begin: pipelined(500, 200, (_at, lastSeq) => `/long-polling?since=${lastSeq + 1_000_000}&hold=60`),
  },
];
