/**
 * A transparent hop between clients and server that reads along: one ledger per connection, both directions.
 *
 * Bytes go on unchanged and in order, and are read only once they are on their way. The relay knows no library that wrote
 * them, and costs the measured processes nothing.
 */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Address } from '../../contract/calls.ts';
import type { LedgerCount, WireProtocol } from '../../contract/ledger.ts';
import { ConnectionLedger } from '../../ledger/connection.ts';
import { noCount, sumCounts } from '../../ledger/layers.ts';
import { KeyLog } from '../../ledger/tls/key-log.ts';
import { ByteMeter } from '../../measure/byte-meter.ts';
import { nowNs } from '../../measure/clock.ts';

export interface TapTarget extends Address {
  readonly protocol: WireProtocol;
  /** Whether connections are encrypted; then `addKeys` must be told their secrets, or nothing within is read. */
  readonly tls: boolean;
}

export class Tap {
  /** Sockets towards the clients, and towards the server. */
  readonly clientSide = new ByteMeter();
  readonly serverSide = new ByteMeter();
  readonly #keyLog: KeyLog | undefined;
  readonly #open = new Set<ConnectionLedger>();
  /** Of connections that have ended, those whose secrets may still come; and what the others carried together. */
  readonly #waiting = new Set<ConnectionLedger>();
  #ended = noCount();
  /** Clients that spoke last: an answer to them is on its way, or parked. */
  readonly #asking = new Set<Socket>();
  readonly #target: TapTarget;
  readonly #server: Server;

  private constructor(target: TapTarget) {
    this.#target = target;
    this.#keyLog = target.tls ? new KeyLog() : undefined;
    // Half-open, so that an end travels as an end and not as a disappearance.
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => this.#relay(client));
  }

  static async open(target: TapTarget): Promise<Tap> {
    const tap = new Tap(target);
    tap.#server.listen(0, '127.0.0.1');
    await once(tap.#server, 'listening');
    return tap;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /**
   * Resolves when every client has had the last word answered, or at `atMostMs`: a request counted without its answer would
   * be one too many or one too few in a short window. A parked one is at both ends of it.
   */
  async answered(atMostMs: number): Promise<void> {
    for (const untilNs = nowNs() + atMostMs * 1e6; this.#asking.size > 0 && nowNs() < untilNs; ) {
      await setTimeout(1);
    }
  }

  /** Secrets of TLS as lines of an NSS key log. What passed before them has waited for them, in `tls`, and is read now. */
  addKeys(lines: readonly string[]): void {
    this.#keyLog?.add(lines);
    for (const ledger of [...this.#waiting]) this.#close(ledger);
  }

  /** What all connections so far carried. */
  count(): LedgerCount {
    return sumCounts([this.#ended, ...[...this.#open, ...this.#waiting].map((ledger) => ledger.count())]);
  }

  /** Stops to accept and waits until every connection has ended, but not for long. */
  async close(graceMs: number): Promise<void> {
    this.#server.close();
    const ended = await Promise.all([this.clientSide.drained(graceMs), this.serverSide.drained(graceMs)]);
    if (ended.every(Boolean)) return;
    for (const socket of [...this.clientSide.openSockets, ...this.serverSide.openSockets]) socket.destroy();
  }

  #relay(client: Socket): void {
    const { host, port, protocol } = this.#target;
    const server = connect({ host, port, noDelay: true, allowHalfOpen: true });
    const ledger = new ConnectionLedger(protocol, this.#keyLog);
    this.#open.add(ledger);
    this.clientSide.track(client);
    this.serverSide.track(server);
    client.once('close', () => this.#asking.delete(client));
    forward(
      client,
      server,
      (chunk) => {
        this.#asking.add(client);
        ledger.fromClient(chunk);
      },
      () => ledger.clientEnded(),
    );
    forward(
      server,
      client,
      (chunk) => {
        this.#asking.delete(client);
        ledger.fromServer(chunk);
      },
      () => ledger.serverEnded(),
    );
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
    if (ledger.isWaiting) this.#waiting.add(ledger);
    else this.#ended = sumCounts([this.#ended, ledger.count()]);
  }
}

function forward(from: Socket, to: Socket, read: (chunk: Buffer) => void, ended: () => void): void {
  from.on('data', (chunk: Buffer) => {
    if (!to.write(chunk)) {
      from.pause();
      to.once('drain', () => from.resume());
    }
    read(chunk);
  });
  from.on('end', () => {
    ended();
    to.end();
  });
  // A reset travels on as a disappearance; nobody is left with half a connection.
  from.on('error', () => to.destroy());
  from.on('close', () => {
    ended();
    to.end();
  });
}
