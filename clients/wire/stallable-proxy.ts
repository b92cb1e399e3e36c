/**
 * A hop before the server that can stall: then it takes nothing more from the server, on any connection, and the kernel's
 * buffers fill. Clients behind it need not be able to stop by themselves: what HTTP libraries call a pause differs, and HTTP/2
 * of Node reads on after everything that it writes.
 */

import type { Socket } from 'node:net';
import type { Address } from '../../bench/contract/calls.ts';
import type { ClientContext } from '../../bench/contract/transport.ts';
import { outletTo, readInto, TcpHop } from '../../bench/measure/tcp-hop.ts';

const CHUNK_BYTES = 65_536;

export class StallableProxy extends TcpHop {
  readonly #target: Address;
  readonly #meter: ClientContext['meter'];
  #isStalled = false;

  private constructor(target: Address, meter: ClientContext['meter']) {
    super();
    this.#target = target;
    this.#meter = meter;
  }

  /** @param meter counts its sockets towards the server: what clients have received is what these have */
  static open(target: Address, meter: ClientContext['meter']): Promise<StallableProxy> {
    return new StallableProxy(target, meter).listen();
  }

  /** For good, and for connections that are opened later too. */
  stall(): void {
    this.#isStalled = true;
    for (const server of this.serverSide.openSockets) server.pause();
  }

  protected override carry(client: Socket): void {
    // With a buffer of its own a socket does not read ahead once it is paused, as a stream does.
    const server: Socket = this.connect(this.#target, {
      buffer: Buffer.allocUnsafe(CHUNK_BYTES),
      callback(size, chunk) {
        down.chunk(Buffer.from(chunk.subarray(0, size)));
        return true;
      },
    });
    const down = outletTo(client, { pause: () => server.pause(), resume: () => this.#isStalled || server.resume() });
    this.#meter.track(server);
    if (this.#isStalled) server.pause();
    readInto(server, down);
    readInto(client, outletTo(server, client));
    // A stalled server's end is never read: without this, its socket would outlive a client that leaves.
    client.once('end', () => this.#isStalled && client.end());
    client.once('close', () => server.destroySoon());
  }
}
