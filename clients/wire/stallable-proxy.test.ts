import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../../bench/contract/test-support.ts';
import { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { StallableProxy } from './stallable-proxy.ts';

/** A server that says back what it hears, a proxy before it, and clients behind that. */
async function openBoth() {
  const accepted: Socket[] = [];
  const server = createServer((socket) => {
    accepted.push(socket.on('error', () => {}));
    socket.pipe(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const meter = new ByteMeter();
  const proxy = await StallableProxy.open({ host: '127.0.0.1', port: (server.address() as AddressInfo).port }, meter);
  const clients: Socket[] = [];
  onTestFinished(() => {
    for (const socket of [...clients, ...accepted]) socket.destroy();
    void proxy.close(0);
    server.close();
  });
  const open = () => {
    let received = '';
    const client = connect(proxy.address).on('error', () => {});
    client.on('data', (chunk) => {
      received += chunk;
    });
    clients.push(client);
    return { client, received: () => received };
  };
  return { proxy, meter, accepted, open };
}

describe('a stallable proxy', () => {
  test('lets both sides through, and an end', async () => {
    const { open, meter } = await openBoth();
    const { client, received } = open();
    const text = 'abc'.repeat(200_000);
    client.write(text);
    await eventually(() => expect(received()).toHaveLength(text.length));
    expect(received()).toBe(text);
    expect(meter.read()).toMatchObject({ sentBytes: text.length, receivedBytes: text.length, connections: 1 });
    client.end();
    await eventually(() => expect(meter.openSockets.size).toBe(0));
  });

  test('that stalls takes nothing more from the server, on new connections neither; what clients say goes on', async () => {
    const { proxy, open, meter, accepted } = await openBoth();
    const before = open();
    before.client.write('hello');
    await eventually(() => expect(before.received()).toBe('hello'));
    proxy.stall();
    const after = open();
    before.client.write('again');
    after.client.write('hello');
    await eventually(() => expect(accepted.map(({ bytesWritten }) => bytesWritten)).toEqual([10, 5]));
    // What one side has written to a loopback is there for the other; several turns would have taken it.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(meter.read()).toMatchObject({ sentBytes: 15, receivedBytes: 5 });
    expect([before.received(), after.received()]).toEqual(['hello', '']);
  });

  test('that closes ends its connections on both sides, stalled or not', async () => {
    const { proxy, open, accepted } = await openBoth();
    const { client, received } = open();
    client.write('hello');
    await eventually(() => expect(received()).toBe('hello'));
    proxy.stall();
    void proxy.close(0);
    await eventually(() => expect([client, ...accepted].every(({ destroyed }) => destroyed)).toBe(true));
    await expect(
      new Promise((resolve, reject) => connect(proxy.address).on('error', reject).on('connect', resolve)),
    ).rejects.toThrow();
  });
});
