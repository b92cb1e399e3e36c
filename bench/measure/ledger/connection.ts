/**
 * The ledger: an independent reader of the raw bytes of one connection, that puts every byte into exactly one layer.
 *
 * It reads RFC 9112, RFC 9113 with RFC 7541, WHATWG HTML 9.2, RFC 6455 and newline-delimited text by itself, and shares
 * nothing with the libraries that wrote the bytes. What it can't read it tells and does not guess.
 */

import type { LedgerCount, WireProtocol } from '../../contract/ledger.ts';
import { Direction } from './direction.ts';
import type { Exchanges } from './exchange.ts';
import { Http1 } from './http1.ts';
import { Http2 } from './http2/http2.ts';
import { noCount } from './layers.ts';
import { TcpLines } from './lines.ts';

export class ConnectionLedger {
  readonly #up = new Direction('up');
  readonly #down = new Direction('down');
  readonly #exchanges: Exchanges | undefined;
  readonly #http2: Http2 | undefined;

  /** @param protocol what the client speaks first: HTTP/1.1, whatever becomes of it, HTTP/2, or lines */
  constructor(protocol: WireProtocol) {
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
    this.#up.feed(chunk);
  }

  fromServer(chunk: Buffer): void {
    this.#down.feed(chunk);
  }

  /** No byte will follow from the client. Idempotent. */
  clientEnded(): void {
    this.#up.end();
  }

  /** No byte will follow from the server. Completes a response that lasts until then. Idempotent. */
  serverEnded(): void {
    this.#down.end();
  }

  /**
   * At any moment, and for each direction: the layers and the unread bytes sum to the bytes that came.
   *
   * What is begun counts by what it looks like so far. It may move to another layer: a head to `handshake` when it turns
   * out to open a lasting connection, an event to `control` when its end never comes.
   */
  count(): LedgerCount {
    return {
      ...noCount(),
      ...this.#exchanges?.read(),
      ...this.#http2?.counts.read(),
      up: { ...this.#up.layers },
      down: { ...this.#down.layers },
      events: this.#down.messages,
      messagesUp: this.#up.messages,
      unreadBytes: { up: this.#up.unreadBytes, down: this.#down.unreadBytes },
      problems: [this.#up.problem, this.#down.problem].filter((problem) => problem !== undefined),
    };
  }
}
