/** The ledger beside the compression of Node and ws: bytes tapped from real sockets. */

import { once } from 'node:events';
import { createServer, get, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { constants, createGzip, type Gzip } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type PerMessageDeflateOptions, WebSocket, WebSocketServer } from 'ws';
import { sumOf } from '../contract/ledger.ts';
import { eventually, range } from '../contract/test-support.ts';
import { openTap } from './test-tap.ts';

const textOf = (seq: number) => JSON.stringify({ seq, symbol: 'ACME', price: seq * 1.7, pad: 'x'.repeat(40) });

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

describe('an event stream in gzip', () => {
  test('tells each event as soon as it is flushed, and its compressed bytes are payload', async () => {
    let stream: Gzip | undefined;
    let compressedBytes = 0;
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Content-Encoding': 'gzip' });
      response.flushHeaders();
      const gzip = createGzip().on('data', (chunk: Buffer) => {
        compressedBytes += chunk.length;
        response.write(chunk);
      });
      stream = gzip.on('end', () => response.end());
    });
    const tap = await openTap(await listen(server), 'http');
    const [answer] = (await once(get({ host: '127.0.0.1', port: tap.port }), 'response')) as [IncomingMessage];
    answer.resume();
    for (const seq of range(1, 50)) {
      stream?.write(`id:${seq}\ndata:${textOf(seq)}\n\n`);
      await new Promise<void>((resolve) => stream?.flush(constants.Z_SYNC_FLUSH, resolve));
      await eventually(() => expect(tap.count().events).toBe(seq));
    }
    stream?.end();
    await once(answer, 'end');
    const { down, problems, unreadBytes } = tap.count();
    expect(problems).toEqual([]);
    expect(unreadBytes).toEqual({ up: 0, down: 0 });
    expect(down).toMatchObject({ payload: compressedBytes, framing: 0, control: 0 });
    expect(down.payload).toBeLessThan(50 * textOf(1).length);
    expect(down.handshake).toBeGreaterThan(0);
  });
});

describe('permessage-deflate', () => {
  const agreements: [string, PerMessageDeflateOptions][] = [
    ['that keeps its context', {}],
    ['without context takeover', { serverNoContextTakeover: true, clientNoContextTakeover: true }],
    ['in the smallest window', { serverMaxWindowBits: 9, clientMaxWindowBits: 9 }],
    ['of long messages alone', { threshold: 1_000 }],
  ];

  test.each(agreements)('%s: a message is one, and what is left of it is payload', async (_, options) => {
    const http = createServer();
    const sent = { up: 0, down: 0 };
    const server = new WebSocketServer({ server: http, perMessageDeflate: { threshold: 0, ...options } });
    server.on('connection', (socket) => {
      socket.on('message', (message) => {
        sent.down += String(message).length;
        socket.send(String(message));
      });
    });
    const tap = await openTap(await listen(http), 'http');
    const client = new WebSocket(`ws://127.0.0.1:${tap.port}`, { perMessageDeflate: { threshold: 0 } });
    await once(client, 'open');
    const texts = range(1, 40).map((seq) => (seq % 10 === 0 ? textOf(seq).repeat(200) : textOf(seq)));
    for (const text of texts) {
      sent.up += text.length;
      client.send(text);
      await once(client, 'message');
    }
    client.close(1000);
    await once(client, 'close');

    const count = tap.count();
    expect(count.problems).toEqual([]);
    expect(count).toMatchObject({ events: 40, messagesUp: 40, unreadBytes: { up: 0, down: 0 } });
    const all = sumOf(count.up) + sumOf(count.down);
    expect(tap.sockets.read()).toMatchObject({ sentBytes: all, receivedBytes: all });
    expect(count.up.payload).toBeLessThan(sent.up);
    expect(count.down.payload).toBeLessThan(sent.down);
    // Close frames: 2 B of header and 2 of code, with a mask upwards.
    expect([count.up.control, count.down.control]).toEqual([8, 4]);
  });
});
