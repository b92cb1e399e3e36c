/** A tap between real sockets, for tests: what passes is read by a ledger per connection. */

import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect, onTestFinished } from 'vitest';
import { type LedgerCount, sumOf, type WireFormat, type WireProtocol } from '../contract/ledger.ts';
import { ByteMeter } from '../measure/byte-meter.ts';
import { ConnectionLedger } from './connection.ts';
import type { DirectionName } from './direction.ts';
import { sumCounts } from './layers.ts';
import type { KeyLog } from './tls/key-log.ts';

export interface OpenTap {
  readonly port: number;
  /** Sockets on both sides of the tap. */
  readonly sockets: ByteMeter;
  readonly ledgers: readonly ConnectionLedger[];
  /** All that passed, in order. */
  readonly passed: readonly { readonly direction: DirectionName; readonly chunk: Buffer }[];
  readonly keyLog: KeyLog | undefined;
  /** The sum over all connections. */
  count(): LedgerCount;
}

/** Returns the port of a server that is closed when the test has finished. */
export async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

/** Both sides of the tap: each byte of the count, unread ones included, is received once and sent once. */
export function expectAllPassed({ up, down, unreadBytes }: LedgerCount, { sockets }: OpenTap): void {
  const sum = sumOf(up) + sumOf(down) + unreadBytes.up + unreadBytes.down;
  expect(sockets.read()).toMatchObject({ sentBytes: sum, receivedBytes: sum });
}

/** Closed when the test has finished. */
export async function openTap(serverPort: number, wire: WireProtocol | WireFormat, keyLog?: KeyLog): Promise<OpenTap> {
  const sockets = new ByteMeter();
  const ledgers: ConnectionLedger[] = [];
  const passed: { direction: DirectionName; chunk: Buffer }[] = [];
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const server = connect({ host: '127.0.0.1', port: serverPort, noDelay: true, allowHalfOpen: true });
    const ledger = new ConnectionLedger(wire, keyLog);
    ledgers.push(ledger);
    sockets.track(client);
    sockets.track(server);
    pass(client, server, (chunk) => {
      passed.push({ direction: 'up', chunk });
      ledger.fromClient(chunk);
    }).on('end', () => ledger.clientEnded());
    pass(server, client, (chunk) => {
      passed.push({ direction: 'down', chunk });
      ledger.fromServer(chunk);
    }).on('end', () => ledger.serverEnded());
  });
  const port = await listen(listener);
  onTestFinished(() => {
    for (const socket of sockets.openSockets) socket.destroy();
  });
  return { sockets, ledgers, passed, keyLog, port, count: () => sumCounts(ledgers.map((ledger) => ledger.count())) };
}

function pass(from: Socket, to: Socket, read: (chunk: Buffer) => void): Socket {
  from.on('data', (chunk: Buffer) => {
    read(chunk);
    to.write(chunk);
  });
  from.on('end', () => to.end());
  from.on('error', () => to.destroy());
  return from;
}
