/**
 * The ledger: an independent reader of the raw bytes of one connection, that puts every byte into exactly one layer.
 *
 * It reads RFC 9112, RFC 9113 with RFC 7541, WHATWG HTML 9.2, RFC 6455 and newline-delimited text, within RFC 8446 or
 * without it, and shares no code with the libraries that wrote the bytes. It reads what the servers and clients of this
 * project write; anything else is reported as a problem, and the bytes from there on as unread.
 */

import type { LayerBytes, LedgerCount, WireFormat, WireProtocol } from '../contract/ledger.ts';
import { Direction, type DirectionName } from './direction.ts';
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

  /**
   * @param wire what the lane's row says of the bytes; or only the protocol of the first of them (HTTP/1.1, even where a
   *   WebSocket follows, HTTP/2, or lines): then media types say what bodies hold, as for bytes of others
   * @param keyLog the secrets of TLS, where it is around the protocol; they may come before the bytes or after them
   */
  constructor(wire: WireProtocol | WireFormat, keyLog?: KeyLog) {
    const format = typeof wire === 'string' ? undefined : wire;
    const protocol = typeof wire === 'string' ? wire : wire.protocol;
    this.#tls = keyLog && new Tls(this.#up, this.#down, keyLog);
    if (protocol === 'lines') {
      this.#up.reader = new TcpLines(this.#up);
      this.#down.reader = new TcpLines(this.#down);
    } else {
      this.#http2 = protocol === 'http2' ? new Http2(this.#up, this.#down, format) : undefined;
      this.#exchanges = (this.#http2 ?? new Http1(this.#up, this.#down, format)).exchanges;
    }
  }

  /** Takes bytes in any split. Those of a request must come before those of its response. */
  fromClient(chunk: Buffer): void {
    (this.#tls?.up ?? this.#up).feed(chunk);
  }

  fromServer(chunk: Buffer): void {
    (this.#tls?.down ?? this.#down).feed(chunk);
  }

  /** Tells that no byte will follow from the client. Idempotent. */
  clientEnded(): void {
    (this.#tls?.up ?? this.#up).end();
  }

  /** Tells that no byte will follow from the server. Completes a response that lasts until then. Idempotent. */
  serverEnded(): void {
    (this.#tls?.down ?? this.#down).end();
  }

  /** Bytes by layer so far, of what is within TLS: to look at between bytes, which `count` is too slow for. */
  get layers(): Readonly<Record<DirectionName, LayerBytes>> {
    return { up: this.#up.layers, down: this.#down.layers };
  }

  /** Events carried downwards so far. */
  get events(): number {
    return this.#down.messages;
  }

  /** Whether secrets of TLS that come now could still change the count. */
  get isWaiting(): boolean {
    return this.#tls?.isWaiting ?? false;
  }

  /**
   * The bytes so far: for each direction, the layers and the unread bytes sum to the bytes that came.
   *
   * An unfinished message counts by what it looks like so far, and may move to another layer: a head to `handshake` when it
   * opens a lasting connection, an event to `control` when its end never comes, encrypted bytes from `tls` to their own.
   */
  count(): LedgerCount {
    const [up, down, tls] = [this.#up, this.#down, this.#tls];
    const problems = [...(tls?.problems ?? []), up.problem, down.problem];
    return {
      ...noCount(),
      ...this.#exchanges?.read(),
      ...this.#http2?.counts.read(),
      up: { ...up.layers, tls: tls?.up.layers.tls ?? 0 },
      down: { ...down.layers, tls: tls?.down.layers.tls ?? 0 },
      tlsHandshake: { up: tls?.up.handshakeBytes ?? 0, down: tls?.down.handshakeBytes ?? 0 },
      events: down.messages,
      messagesUp: up.messages,
      unreadBytes: {
        up: up.unreadBytes + (tls?.up.unreadBytes ?? 0),
        down: down.unreadBytes + (tls?.down.unreadBytes ?? 0),
      },
      problems: problems.filter((problem) => problem !== undefined),
    };
  }
}
