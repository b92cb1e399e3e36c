import { connect, createServer, type Server, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { eventually } from '../contract/test-support.ts';
import { ByteMeter } from './byte-meter.ts';

/** A server that meters what it accepts, and connections to it. */
async function open() {
  const meter = new ByteMeter();
  const accepted: Socket[] = [];
  const server: Server = createServer((socket) => {
    meter.track(socket);
    accepted.push(socket);
    socket.on('error', () => {}).resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  const clients: Socket[] = [];
  onTestFinished(() => {
    for (const socket of [...clients, ...accepted]) socket.destroy();
    server.close();
  });
  const join = async () => {
    const count = accepted.length + 1;
    const client = connect({ host: '127.0.0.1', port });
    clients.push(client.on('error', () => {}).resume());
    await eventually(() => expect(accepted).toHaveLength(count));
    return client;
  };
  return { meter, accepted, join };
}

describe('a byte meter', () => {
  test('counts what a socket sent and received, in bytes, while it is open and after', async () => {
    const { meter, accepted, join } = await open();
    const client = await join();
    client.write('🚀');
    accepted[0]?.write('xyz');
    await eventually(() => expect(meter.read()).toEqual({ sentBytes: 3, receivedBytes: 4, connections: 1 }));
    client.destroy();
    await eventually(() => expect(meter.openSockets.size).toBe(0));
    expect(meter.read()).toEqual({ sentBytes: 3, receivedBytes: 4, connections: 1 });
    await join();
    expect(meter.read()).toEqual({ sentBytes: 3, receivedBytes: 4, connections: 2 });
  });

  test('counts what a socket did before it was tracked', async () => {
    const { accepted, join } = await open();
    const client = await join();
    client.write('12345');
    await eventually(() => expect(accepted[0]?.bytesRead).toBe(5));
    const late = new ByteMeter();
    if (accepted[0]) late.track(accepted[0]);
    expect(late.read()).toEqual({ sentBytes: 0, receivedBytes: 5, connections: 1 });
  });

  test('is drained at once when nothing is open', async () => {
    expect(await new ByteMeter().drained(0)).toBe(true);
  });

  test('is drained when the last socket is gone', async () => {
    const { meter, join } = await open();
    const [first, second] = [await join(), await join()];
    let settled = false;
    const drained = meter.drained(10_000).then((isDrained) => {
      settled = true;
      return isDrained;
    });
    first.destroy();
    await eventually(() => expect(meter.openSockets.size).toBe(1));
    expect(settled).toBe(false);
    second.destroy();
    expect(await drained).toBe(true);
  });

  test('is drained when those that came in the meantime are gone too', async () => {
    const { meter, join } = await open();
    const first = await join();
    const drained = meter.drained(10_000);
    const second = await join();
    first.destroy();
    await eventually(() => expect(meter.openSockets.size).toBe(1));
    second.destroy();
    expect(await drained).toBe(true);
  });

  test('is not drained when sockets outlast the wait, and may be asked again', async () => {
    const { meter, join } = await open();
    const client = await join();
    expect(await meter.drained(1)).toBe(false);
    const again = [meter.drained(10_000), meter.drained(10_000)];
    client.destroy();
    expect(await Promise.all(again)).toEqual([true, true]);
  });
});
