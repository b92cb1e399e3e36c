/** A hop that holds back the last byte of what a client says first: its request has begun, and is not complete. */

import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

/** Passes one request of a client, without TLS, whose bytes come at once. Closed with the test. */
export async function openGate(url: string) {
  const { hostname, port } = new URL(url);
  const sockets: Socket[] = [];
  let release = () => {};
  let passedBytes = 0;
  let held = () => {};
  const holds = new Promise<void>((resolve) => {
    held = resolve;
  });
  const listener = createServer({ noDelay: true }, (client) => {
    const server = connect({ host: hostname, port: Number(port), noDelay: true });
    sockets.push(client, server);
    for (const socket of [client, server]) socket.on('error', () => {});
    server.pipe(client);
    client.once('data', (first: Buffer) => {
      passedBytes = first.length - 1;
      server.write(first.subarray(0, -1));
      release = () => {
        server.write(first.subarray(-1));
        client.pipe(server);
      };
      held();
    });
  });
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    listener.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = { host: '127.0.0.1', port: (listener.address() as AddressInfo).port };
  return { address, holds, passedBytes: () => passedBytes, open: () => release() };
}
