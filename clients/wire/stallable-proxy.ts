/**
 * A hop before the server that can be shut: then it takes nothing more from the server, on any connection, and the kernel's
 * buffers fill. Clients behind it need not be able to stop by themselves: what HTTP libraries call a pause differs, and HTTP/2
 * of Node reads on after everything that it writes.
 */

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { Address } from '../../bench/contract/calls.ts';
import type { ClientContext } from '../../bench/contract/transport.ts';

export interface Valve {
  readonly address: Address;
  /** For good. Connections that are opened later are shut too. */
  shut(): void;
  /** Ends every connection, and takes no other. */
  close(): void;
}

const CHUNK_BYTES = 65_536;

/** @param meter counts its sockets towards the server: what clients have received is what these have */
export async function openValve(target: Address, meter: ClientContext['meter']): Promise<Valve> {
  const { host, port } = target;
  const servers = new Set<Socket>();
  let isShut = false;
  const hop = createServer({ noDelay: true }, (client) => {
    const server: Socket = connect({
      host,
      port,
      noDelay: true,
      // Unlike a stream, it does not read ahead once it is paused.
      onread: {
        buffer: Buffer.allocUnsafe(CHUNK_BYTES),
        callback: (size, chunk) => client.write(Uint8Array.prototype.slice.call(chunk, 0, size)),
      },
    });
    meter.track(server);
    servers.add(server);
    if (isShut) server.pause();
    client.on('drain', () => isShut || server.resume());
    server.once('end', () => client.end());
    client.pipe(server);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      socket.on('error', () => socket.destroy());
      socket.once('close', () => other.destroy());
    }
    server.once('close', () => servers.delete(server));
  });
  hop.listen(0, '127.0.0.1');
  await once(hop, 'listening');
  return {
    address: { host: '127.0.0.1', port: (hop.address() as AddressInfo).port },
    shut() {
      isShut = true;
      for (const server of servers) server.pause();
    },
    close() {
      hop.close();
      for (const server of servers) server.destroy();
    },
  };
}
