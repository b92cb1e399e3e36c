import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { nowNs } from '../../measure/clock.ts';
import { createLinkRole } from './role.ts';

const RTT_MS = 10;

async function openRole() {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const role = createLinkRole();
  const { port } = server.address() as AddressInfo;
  const address = await role.open({ url: `ws://127.0.0.1:${port}/path`, rttMs: RTT_MS, seed: 7 });
  return { role, client: connect(address) };
}

const params = (fromMs: number, toMs: number) => ({
  startNs: nowNs(),
  warmupEvents: 0,
  windowEvents: 1,
  windowNs: [nowNs() + fromMs * 1e6, nowNs() + toMs * 1e6] as const,
  giveUpNs: nowNs() + toMs * 1e6,
  payloadBytes: 64,
});

test('counts the chunks of the window, both ways, and no other', async () => {
  const { role, client } = await openRole();
  client.write('before the window');
  await once(client, 'data');
  const measured = role.measure(params(0, 1_000));
  client.write('within');
  await once(client, 'data');
  const { lateness, cpuShare, elapsedUs } = await measured;
  expect(lateness.chunks).toBe(2);
  expect(lateness.p50Us).toBeLessThanOrEqual(lateness.maxUs * 1.001);
  expect(cpuShare).toBeGreaterThan(0);
  expect(elapsedUs).toBeGreaterThan(100_000);
  client.write('after');
  await once(client, 'data');
  client.end();
  await role.close({});
});

test('waits at its close for what is on its way, and counts the same on both sides', async () => {
  const { role, client } = await openRole();
  client.write('first');
  await once(client, 'data');
  client.end('last words');
  const [heard, { clientSide, serverSide }] = await Promise.all([once(client, 'data'), role.close({})]);
  expect(String(heard[0])).toBe('last words');
  expect(clientSide).toEqual({ sentBytes: 15, receivedBytes: 15, connections: 1 });
  expect(serverSide).toEqual({ sentBytes: 15, receivedBytes: 15, connections: 1 });
});

test('refuses to measure before it is open', async () => {
  await expect(createLinkRole().measure(params(0, 1))).rejects.toThrow('not open yet');
});
