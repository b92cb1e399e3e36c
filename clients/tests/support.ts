/** Servers that behave as the test says, rightly or wrongly: nothing of ours. */

import { createHash } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { eventually, RecordingSink } from '../../bench/contract/test-support.ts';
import type { ClientContext, ClientTransport, PushClient } from '../../bench/contract/transport.ts';
import { ByteMeter } from '../../bench/measure/byte-meter.ts';

export interface ScriptedServer {
  readonly port: number;
  /** What clients sent, request by request (HTTP) or line by line. */
  readonly requests: string[];
  readonly sockets: Socket[];
}

/**
 * @param answer called with each request, up to its empty line (`\r\n\r\n`) or, for other protocols, its `\n`; a body is
 *   waited for and left out
 */
export async function openScript(
  answer: (socket: Socket, request: string, count: number) => void,
  end = '\r\n\r\n',
): Promise<ScriptedServer> {
  const requests: string[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    sockets.push(socket);
    let received = '';
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      for (let at = received.indexOf(end); at !== -1; at = received.indexOf(end)) {
        const request = received.slice(0, at);
        const bodyBytes = Number(/\r\ncontent-length: (\d+)/i.exec(request)?.[1] ?? 0);
        if (received.length < at + end.length + bodyBytes) return;
        received = received.slice(at + end.length + bodyBytes);
        requests.push(request);
        answer(socket, request, requests.length);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  return { port: typeof address === 'object' && address ? address.port : 0, requests, sockets };
}

export interface Connecting {
  readonly sink: RecordingSink;
  readonly meter: ByteMeter;
  readonly connected: Promise<PushClient>;
}

/** A client on its way; closed with the test. */
export function begin<O extends object>(
  transport: ClientTransport<O>,
  url: string,
  { options, ...context }: { options?: Partial<O> } & Partial<ClientContext> = {},
): Connecting {
  const meter = new ByteMeter();
  const sink = new RecordingSink();
  const connected = transport.connect({ url, meter, phase: 0, headers: 'minimal', ...context }, sink, {
    ...transport.defaults,
    ...options,
  });
  onTestFinished(async () => {
    const client = await connected.catch(() => undefined);
    // Without its sockets, its close has nothing to wait for.
    for (const socket of meter.openSockets) socket.destroy();
    await client?.close();
  });
  return { sink, meter, connected };
}

/** It is refused for this reason, its sink is left alone and its socket is gone. */
export async function expectRefused({ sink, meter, connected }: Connecting, reason: string | RegExp): Promise<void> {
  await expect(connected).rejects.toThrow(reason);
  await eventually(() => expect(meter.openSockets.size).toBe(0));
  expect(sink.calls).toBe(0);
}

/** An HTTP/1.1 response as bytes; its length told unless the headers say otherwise. */
export function response(status: number, headers: Readonly<Record<string, string>> = {}, body = ''): string {
  const withLength = 'Transfer-Encoding' in headers || status === 204;
  const all = { ...headers, ...(!withLength && { 'Content-Length': String(Buffer.byteLength(body)) }) };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} X\r\n${lines.join('')}\r\n${body}`;
}

/** The answer of RFC 6455, section 4.2.2, to a request to upgrade. */
export function switchProtocols(request: string): string {
  const key = /sec-websocket-key: (\S+)/i.exec(request)?.[1] ?? '';
  const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
  return `HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`;
}
