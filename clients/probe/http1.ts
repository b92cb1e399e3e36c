/** HTTP/1.1 on a bare socket: one request at a time, in the bytes that undici sends. */

import type { ClientContext, ReadSocket } from '../../bench/contract/transport.ts';
import type { HttpConnection, HttpExchange, HttpRequest, OpenHttp } from '../wire/http.ts';
import { type OpenSocket, openSocket, withinGrace } from '../wire/sockets.ts';
import { ResponseReader } from './response-reader.ts';

interface Pending {
  readonly request: HttpRequest;
  readonly exchange: HttpExchange;
}

/** Serves `over: 'http'` with `connections: 'own'`. */
export function bareHttp(read: ReadSocket): OpenHttp {
  return (context) => new BareHttp1(context, read);
}

class BareHttp1 implements HttpConnection {
  readonly isMultiplexed = false;
  readonly #context: ClientContext;
  readonly #host: string;
  readonly #read: ReadSocket;
  readonly #open = new Set<OpenSocket>();
  readonly #waiting: Pending[] = [];
  #current: OpenSocket | undefined;
  #underWay: Pending | undefined;
  #finished = () => {};

  constructor(context: ClientContext, read: ReadSocket) {
    this.#context = context;
    this.#host = new URL(context.url).host;
    this.#read = read;
  }

  send(request: HttpRequest, exchange: HttpExchange): void {
    this.#waiting.push({ request, exchange });
    this.#sendNext();
  }

  async close(graceful: boolean): Promise<void> {
    await withinGrace(this.#endSockets(graceful), () => {
      this.#finished();
      for (const { socket } of this.#open) socket.destroy();
    });
    for (const { exchange } of this.#waiting.splice(0)) exchange.failed(new Error('the connection is closed'));
  }

  async #endSockets(graceful: boolean): Promise<void> {
    if (graceful && this.#underWay) {
      await new Promise<void>((resolve) => {
        this.#finished = resolve;
      });
    }
    // Destroyed, a socket would lose what is on its way: bytes sent by one side and not received by the other.
    for (const { socket } of this.#open) socket.end();
    await Promise.all([...this.#open].map(({ gone }) => gone));
  }

  #sendNext(): void {
    if (this.#underWay) return;
    this.#underWay = this.#waiting.shift();
    if (!this.#underWay) return;
    // It may have been closed in this turn, of which its reader is told later.
    if (!this.#current?.socket.writable) this.#current = this.#connect();
    write(this.#current, this.#underWay.request, this.#host);
  }

  #connect(): OpenSocket {
    const opened = openSocket(this.#context);
    this.#open.add(opened);
    void opened.gone.then(() => this.#open.delete(opened));
    let isLast = false;
    const reader = new ResponseReader({
      head: (status, headers) => {
        isLast = headers.connection?.toLowerCase() === 'close';
        this.#underWay?.exchange.head(status, headers);
      },
      chunk: (piece, receivedNs) => this.#underWay?.exchange.chunk(piece, receivedNs),
      end: () => {
        if (isLast) opened.socket.end();
        this.#complete((exchange) => exchange.end());
      },
    });
    this.#read(opened.socket, {
      data: (chunk, receivedNs) => {
        try {
          reader.read(chunk, receivedNs);
        } catch (error) {
          if (!(error instanceof Error)) throw error;
          opened.socket.destroy();
          this.#complete((exchange) => exchange.failed(error));
        }
      },
      closed: (failure) => {
        // Another may have taken its place by now.
        if (this.#current !== opened) return;
        this.#current = undefined;
        if (failure || !reader.close()) {
          this.#complete((exchange) => exchange.failed(failure ?? new Error('the server ended the connection')));
        }
      },
    });
    return opened;
  }

  /** Before the exchange is told: it may send the next request. */
  #complete(tell: (exchange: HttpExchange) => void): void {
    const done = this.#underWay;
    if (!done) return;
    this.#underWay = undefined;
    tell(done.exchange);
    this.#finished();
    this.#sendNext();
  }
}

function write({ socket }: OpenSocket, { method, path, headers, body }: HttpRequest, host: string): void {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n${lines.join('')}`;
  if (body === undefined) {
    socket.write(`${head}\r\n`, 'latin1');
    return;
  }
  socket.cork();
  socket.write(`${head}content-length: ${Buffer.byteLength(body)}\r\n\r\n`, 'latin1');
  socket.write(body);
  socket.uncork();
}
