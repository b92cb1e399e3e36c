/**
 * A transparent hop between clients and server that reads along: one ledger per connection, both directions.
 *
 * Bytes go on unchanged and in order, and are read only once they are on their way. The relay uses no library that wrote
 * them, and costs the measured processes nothing.
 */

import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Address } from '../../contract/calls.ts';
import type { LedgerCount, WireExchange, WireFormat } from '../../contract/ledger.ts';
import { ConnectionLedger } from '../../ledger/connection.ts';
import { noCount, sumCounts } from '../../ledger/layers.ts';
import { KeyLog } from '../../ledger/tls/key-log.ts';
import { WireSampler } from '../../ledger/wire-sampler.ts';
import { nowNs } from '../../measure/clock.ts';
import { outletTo, readInto, TcpHop } from '../../measure/tcp-hop.ts';

export interface TapTarget extends Address {
  readonly format: WireFormat;
  /** Whether connections are encrypted; then nothing within is read without their secrets (`addKeys`). */
  readonly tls: boolean;
}

export class Tap extends TcpHop {
  readonly #keyLog: KeyLog | undefined;
  readonly #open = new Set<ConnectionLedger>();
  /** Connections that have ended and whose secrets may still come; `#ended` is what the others carried together. */
  readonly #waiting = new Set<ConnectionLedger>();
  #ended = noCount();
  /** Clients whose last bytes are not answered yet: the answer is on its way, or the poll is parked. */
  readonly #unanswered = new Set<Socket>();
  readonly #target: TapTarget;
  /** Not of TLS: what is within it is read when its secrets come. Not of HTTP/2, whose connection is shared. */
  readonly #sampler: WireSampler | undefined;

  private constructor(target: TapTarget) {
    super();
    this.#target = target;
    this.#keyLog = target.tls ? new KeyLog() : undefined;
    this.#sampler =
      target.tls || target.format.protocol === 'http2' ? undefined : new WireSampler(() => nowNs() / 1_000);
  }

  static open(target: TapTarget): Promise<Tap> {
    return new Tap(target).listen();
  }

  /**
   * Resolves when no client waits for an answer, or after `atMostMs`: a request counted without its answer would be one too
   * many or one too few in a short window. A parked poll stays unanswered, at both ends of the window.
   */
  async answered(atMostMs: number): Promise<void> {
    for (const untilNs = nowNs() + atMostMs * 1e6; this.#unanswered.size > 0 && nowNs() < untilNs; ) {
      await setTimeout(1);
    }
  }

  /** @param lines TLS secrets, of an NSS key log; bytes that came before them were held, counted as `tls`, and are read now */
  addKeys(lines: readonly string[]): void {
    this.#keyLog?.add(lines);
    for (const ledger of [...this.#waiting]) this.#close(ledger);
  }

  count(): LedgerCount {
    return sumCounts([this.#ended, ...[...this.#open, ...this.#waiting].map((ledger) => ledger.count())]);
  }

  /** Of each kind of exchange one, of a connection that was read along with from its first byte. */
  get samples(): WireExchange[] {
    return this.#sampler?.read() ?? [];
  }

  protected override carry(client: Socket): void {
    const server = this.connect(this.#target);
    const ledger = new ConnectionLedger(this.#target.format, this.#keyLog);
    const reader = this.#sampler?.readerOf(ledger) ?? ledger;
    this.#open.add(ledger);
    const readUp = (chunk: Buffer) => {
      this.#unanswered.add(client);
      reader.fromClient(chunk);
    };
    const readDown = (chunk: Buffer) => {
      this.#unanswered.delete(client);
      reader.fromServer(chunk);
    };
    client.once('close', () => this.#unanswered.delete(client));
    const endUp = () => ledger.clientEnded();
    const endDown = () => ledger.serverEnded();
    readInto(client, outletTo(server, client, readUp, endUp));
    readInto(server, outletTo(client, server, readDown, endDown));
    let sockets = 2;
    for (const socket of [client, server]) {
      socket.once('close', () => {
        if (--sockets === 0) this.#close(ledger);
      });
    }
  }

  /** A connection that has ended leaves its numbers: where each poll has one of its own, they are many. */
  #close(ledger: ConnectionLedger): void {
    this.#open.delete(ledger);
    this.#waiting.delete(ledger);
    this.#sampler?.ended(ledger);
    if (ledger.isWaiting) this.#waiting.add(ledger);
    else this.#ended = sumCounts([this.#ended, ledger.count()]);
  }
}
