/** A hop between TCP clients and a server: accepts, connects, counts both sides, closes. Its subclasses forward bytes. */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type OnReadOpts, type Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import type { Address } from '../contract/calls.ts';
import { ByteMeter } from './byte-meter.ts';
import { nowNs } from './clock.ts';

export interface Outlet {
  chunk(chunk: Buffer): void;
  end(): void;
  /** The socket is gone without an end. */
  reset(): void;
}

const CHECK_MS = 5;

export abstract class TcpHop {
  /** Sockets towards the clients, and towards the server. */
  readonly clientSide = new ByteMeter();
  readonly serverSide = new ByteMeter();
  // Half-open on both sides: otherwise an end would close the other direction too.
  readonly #listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    this.clientSide.track(client);
    this.carry(client);
  });

  async listen(address = '127.0.0.1'): Promise<this> {
    this.#listener.listen(0, address);
    await once(this.#listener, 'listening');
    return this;
  }

  get address(): Address {
    const { address, port } = this.#listener.address() as AddressInfo;
    return { host: address, port };
  }

  /** Stops to accept, waits at most `graceMs` while anything is on its way, and destroys what is left. */
  async close(graceMs: number): Promise<void> {
    this.#listener.close();
    for (const untilNs = nowNs() + graceMs * 1e6; this.isBusy && nowNs() < untilNs; ) await setTimeout(CHECK_MS);
    for (const socket of [...this.clientSide.openSockets, ...this.serverSide.openSockets]) socket.destroy();
  }

  protected get isBusy(): boolean {
    return this.clientSide.openSockets.size + this.serverSide.openSockets.size > 0;
  }

  protected abstract carry(client: Socket): void;

  protected connect({ host, port }: Address, onread?: OnReadOpts): Socket {
    const server = connect({ host, port, allowHalfOpen: true, noDelay: true, ...(onread && { onread }) });
    this.serverSide.track(server);
    return server;
  }
}

export function readInto(source: Socket, outlet: Outlet): void {
  let hasEnded = false;
  source.on('data', (chunk: Buffer) => outlet.chunk(chunk));
  source.on('end', () => {
    hasEnded = true;
    outlet.end();
  });
  // 'close' follows, with `hadError`. Without a listener, the error would end the process.
  source.on('error', () => {});
  source.on('close', (hadError) => {
    if (hadError || !hasEnded) outlet.reset();
  });
}

/**
 * Writes to `to` at once. A full one makes the source wait; a reset destroys it.
 *
 * @param onChunk called with each chunk once it is written
 * @param onEnd called at the end or reset before it travels on; at both where one follows the other
 */
export function outletTo(
  to: Socket,
  source: { pause(): unknown; resume(): unknown },
  onChunk: (chunk: Buffer) => void = () => {},
  onEnd: () => void = () => {},
): Outlet {
  return {
    chunk(chunk) {
      if (!to.write(chunk)) {
        source.pause();
        to.once('drain', () => source.resume());
      }
      onChunk(chunk);
    },
    end() {
      onEnd();
      to.end();
    },
    reset() {
      onEnd();
      to.destroy();
    },
  };
}
