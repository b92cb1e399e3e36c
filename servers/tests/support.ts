/** Servers as the tests see them: from the outside, over raw sockets and plain HTTP requests. Nothing of our clients. */

import { type IncomingHttpHeaders, type RequestOptions, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { eventually } from '../../bench/contract/test-support.ts';
import type { PollCounts, ServerTransport } from '../../bench/contract/transport.ts';
import { EventLog } from '../feed/feed.ts';
import type { RingLimits } from '../feed/ring.ts';
import { Host, type HostOptions } from '../http/host.ts';

export interface TestServer {
  readonly feed: EventLog;
  readonly host: Host;
  readonly port: number;
  readonly clientCount: number;
  readonly cutOffCount: number;
  readonly polls: PollCounts | undefined;
  close(): Promise<void>;
}

export interface TestServerOptions {
  readonly ring?: RingLimits;
  readonly host?: HostOptions;
}

/** One transport over a feed that the test fills; closed with the test, however that ends. */
export async function openServer<O extends object>(
  transport: ServerTransport<O>,
  options: Partial<O> = {},
  { ring, host: hostOptions }: TestServerOptions = {},
): Promise<TestServer> {
  const feed = new EventLog(ring);
  const host = new Host(feed, hostOptions);
  const mounted = await transport.mount(host, feed, { ...transport.defaults, ...options });
  let closed: Promise<void> | undefined;
  const close = () => {
    closed ??= host.close([mounted]);
    return closed;
  };
  onTestFinished(close);
  return {
    feed,
    host,
    port: Number(new URL(mounted.url).port),
    get clientCount() {
      return mounted.clientCount;
    },
    get cutOffCount() {
      return mounted.cutOffCount;
    },
    get polls() {
      return mounted.polls;
    },
    close,
  };
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request on a connection of its own, unless an agent says otherwise. */
export function ask(port: number, path: string, options: RequestOptions = {}, body?: string | Buffer): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.once('error', reject);
      response.once('end', () => {
        const body = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      });
    });
    sent.once('error', reject);
    sent.end(body);
  });
}

/** A socket that keeps what it gets. */
export class RawClient {
  readonly socket: Socket;
  #chunks: Buffer[] = [];
  #ended = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk);
    });
    socket.on('end', () => {
      this.#ended = true;
    });
    // A reset is one of the ways for a server to end a connection.
    socket.on('error', () => {});
  }

  /** @param allowHalfOpen whether it stays open when the server ends its side */
  static async connect(port: number, allowHalfOpen = false): Promise<RawClient> {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true, allowHalfOpen });
    onTestFinished(() => void socket.destroy());
    const client = new RawClient(socket);
    await new Promise((resolve, reject) => socket.once('connect', resolve).once('error', reject));
    return client;
  }

  get received(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  get text(): string {
    return this.received.toString();
  }

  /** The server ended its side. */
  get ended(): boolean {
    return this.#ended;
  }

  get closed(): boolean {
    return this.socket.closed;
  }

  send(data: string | Buffer): void {
    this.socket.write(data);
  }

  /** Resolves when the text came. */
  async sees(text: string): Promise<void> {
    await eventually(() => expect(this.text).toContain(text));
  }

  /** Resolves when the server ended the connection, cleanly or not. */
  async seesEnd(): Promise<void> {
    await eventually(() => expect(this.ended || this.closed).toBe(true));
  }
}

/** A GET as bytes. */
export function getRequest(target: string, headers: Readonly<Record<string, string>> = {}): string {
  const lines = Object.entries({ Host: '127.0.0.1', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `GET ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Undoes HTTP/1.1 chunking (RFC 9112, section 7.1) of what came so far. */
export function unchunk(body: Buffer): string {
  return unchunkBytes(body).toString();
}

export function unchunkBytes(body: Buffer): Buffer {
  const chunks: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = Number.parseInt(body.toString('latin1', at, lineEnd), 16);
    if (lineEnd === -1 || size === 0 || lineEnd + 2 + size > body.length) break;
    chunks.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
  return Buffer.concat(chunks);
}

/** The response that a raw client got so far, its body without chunking. */
export function readResponse(received: Buffer): { head: string; body: string } {
  const headEnd = received.indexOf('\r\n\r\n');
  const head = received.toString('latin1', 0, headEnd === -1 ? received.length : headEnd);
  const body = headEnd === -1 ? Buffer.alloc(0) : received.subarray(headEnd + 4);
  return { head, body: /transfer-encoding: chunked/i.test(head) ? unchunk(body) : body.toString() };
}
