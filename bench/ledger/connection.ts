/**
 * The ledger: an independent reader of the raw bytes of one connection, that puts every byte into exactly one layer.
 *
 * It reads RFC 9112, RFC 9113 with RFC 7541, WHATWG HTML 9.2, RFC 6455 and newline-delimited text by itself, within RFC 8446
 * or without it, and shares nothing with the libraries that wrote the bytes. What it can't read it tells and does not guess.
 */

import type { LedgerCount, WireProtocol } from '../contract/ledger.ts';
import { Direction, type Intake } from './direction.ts';
import type { Exchanges } from './exchange.ts';
import { Http1 } from './http1/http1.ts';
import { Http2 } from './http2/http2.ts';
import { noCount } from './layers.ts';
import { TcpLines } from './lines.ts';
import type { KeyLog } from './tls/key-log.ts';
import { Tls } from './tls/tls.ts';

export class ConnectionLedger {
  readonly #up = new Direction('up');
  readonly #down = new Direction('down');
  readonly #exchanges: Exchanges | undefined;
  readonly #http2: Http2 | undefined;
  readonly #tls: Tls | undefined;
  readonly #fromClient: Intake;
  readonly #fromServer: Intake;

  /**
   * @param protocol what the client speaks first: HTTP/1.1, whatever becomes of it, HTTP/2, or lines
   * @param keyLog when TLS is around it: tells the secrets, before the bytes or after them
   */
  constructor(protocol: WireProtocol, keyLog?: KeyLog) {
    this.#tls = keyLog && new Tls(this.#up, this.#down, keyLog);
    this.#fromClient = this.#tls?.up ?? this.#up;
    this.#fromServer = this.#tls?.down ?? this.#down;
    if (protocol === 'http') {
      this.#exchanges = new Http1(this.#up, this.#down).exchanges;
    } else if (protocol === 'http2') {
      this.#http2 = new Http2(this.#up, this.#down);
      this.#exchanges = this.#http2.exchanges;
    } else {
      this.#up.reader = new TcpLines(this.#up);
      this.#down.reader = new TcpLines(this.#down);
    }
  }

  /** Bytes as they came, in any split. Those of a question are told before those of its answer. */
  fromClient(chunk: Buffer): void {
    this.#fromClient.feed(chunk);
  }

  fromServer(chunk: Buffer): void {
    this.#fromServer.feed(chunk);
  }

  /** No byte will follow from the client. Idempotent. */
  clientEnded(): void {
    this.#fromClient.end();
  }

  /** No byte will follow from the server. Completes a response that lasts until then. Idempotent. */
  serverEnded(): void {
    this.#fromServer.end();
  }

  /** Whether secrets of TLS that come now could still change what it counts. */
  get isWaiting(): boolean {
    return this.#tls?.isWaiting ?? false;
  }

  /**
   * At any moment, and for each direction: the layers and the unread bytes sum to the bytes that came.
   *
   * What is begun counts by what it looks like so far. It may move to another layer: a head to `handshake` when it turns
   * out to open a lasting connection, an event to `control` when its end never comes, what is encrypted from `tls` to its
   * own once it is opened.
   */
  count(): LedgerCount {
    return {
      ...noCount(),
      ...this.#exchanges?.read(),
      ...this.#http2?.counts.read(),
      up: { ...this.#up.layers, tls: this.#tls?.up.layers.tls ?? 0 },
      down: { ...this.#down.layers, tls: this.#tls?.down.layers.tls ?? 0 },
      tlsHandshake: { up: this.#tls?.up.handshakeBytes ?? 0, down: this.#tls?.down.handshakeBytes ?? 0 },
      events: this.#down.messages,
      messagesUp: this.#up.messages,
      unreadBytes: {
        up: this.#up.unreadBytes + (this.#tls?.up.unreadBytes ?? 0),
        down: this.#down.unreadBytes + (this.#tls?.down.unreadBytes ?? 0),
      },
      problems: [...(this.#tls?.problems ?? []), this.#up.problem, this.#down.problem].filter(
        (problem) => problem !== undefined,
      ),
    };
  }
}
