import { describe, expect, onTestFinished, test } from 'vitest';
import type { FeedSpec, ListenParams, MeasureParams, Succession } from '../bench/contract/calls.ts';
import { MEASURED_CURSOR_BASE } from '../bench/contract/event.ts';
import type { Lane } from '../bench/contract/lane.ts';
import { eventually, range } from '../bench/contract/test-support.ts';
import { nowNs, sleepUntil } from '../bench/measure/clock.ts';
import { RING_LIMITS } from './feed/ring.ts';
import { createServerRole } from './role.ts';
import { getRequest, RawClient } from './tests/support.ts';
import { longPolling } from './transports/long-polling.ts';
import { tcp } from './transports/tcp.ts';

const FEED: FeedSpec = {
  seed: 7,
  eventsPerSecond: 500,
  arrivals: { process: 'spread', slotShare: 0.5 },
  ring: RING_LIMITS,
  payloadBytes: 100,
};

const lanes: Record<string, Pick<Lane, 'server'>> = {
  pushed: { server: async () => tcp },
  parked: { server: async () => longPolling },
};

/** A role that listens; closed with the test, if the test did not. */
async function listen(
  lane: string,
  options: ListenParams['options'] = {},
  successor?: Succession,
  isRehearsal?: boolean,
) {
  const role = createServerRole((id) => lanes[id] as Lane);
  const listening = await role.listen({ lane, options, feed: FEED, isRehearsal, ...(successor && { successor }) });
  let closed: ReturnType<typeof role.close> | undefined;
  const close = async () => {
    closed ??= role.close({});
    return await closed;
  };
  onTestFinished(async () => void (await close()));
  return { role, listening, port: Number(new URL(listening.url).port), close };
}

function paramsFor(warmupEvents: number, windowEvents: number, leadMs = 500): MeasureParams {
  const startNs = nowNs() + leadMs * 1e6;
  const slotNs = 1e9 / FEED.eventsPerSecond;
  const endOf = (events: number) => startNs + (events - 0.25) * slotNs;
  return {
    startNs,
    warmupEvents,
    windowEvents,
    windowNs: [endOf(warmupEvents), endOf(warmupEvents + windowEvents)],
    giveUpNs: startNs + 60e9,
    payloadBytes: FEED.payloadBytes,
  };
}

describe('a measured server', () => {
  test('reads its heap, and measures no window once it compiles nothing any more', async () => {
    const { role } = await listen('pushed');
    expect(role.stopCompiling({})).toEqual({});
    const { heapBytes } = await role.readHeap({});
    expect(heapBytes).toBeGreaterThan(0);
    await expect(async () => await role.measure(paramsFor(0, 1))).rejects.toThrow('no window can be measured any more');
  });

  test('says where it listens, and its options with the defaults filled in', async () => {
    const { listening } = await listen('pushed', { maxBacklogBytes: 5_000 });
    expect(listening.url).toMatch(/^tcp:\/\/127\.0\.0\.1:\d+$/);
    expect(listening.options).toEqual({ ...tcp.defaults, maxBacklogBytes: 5_000 });
  });

  test('publishes the events of warm-up and window, and no more', async () => {
    const { role, port, close } = await listen('pushed');
    const client = await RawClient.connect(port);
    client.send('ack=1\n');
    await client.sees('\n');
    const measured = await role.measure(paramsFor(5, 20));
    await eventually(() => expect(client.text.match(/"seq":\d+/g)).toHaveLength(25));
    expect(
      client.text
        .trimEnd()
        .split('\n')
        .slice(-25)
        .map((text) => (JSON.parse(text) as { seq: number }).seq),
    ).toEqual(range(MEASURED_CURSOR_BASE + 1, MEASURED_CURSOR_BASE + 25));
    expect(measured.lag.p50Us).toBeGreaterThanOrEqual(0);
    expect(measured.wire.connections).toBe(1);
    client.socket.destroy();
    expect(await close()).toEqual({
      wire: { sentBytes: client.received.length, receivedBytes: 'ack=1\n'.length, connections: 1 },
      cutOffClients: 0,
    });
  });

  test('tells the deliveries to polls of the window alone, where it parks any', async () => {
    const { role, port } = await listen('parked');
    const params = paramsFor(10, 500);
    const measuring = role.measure(params);
    const client = await RawClient.connect(port);
    const seen = () => client.text.match(/"seq":\d+/g)?.length ?? 0;
    client.send(getRequest(`/long-polling?since=${MEASURED_CURSOR_BASE}`));
    await eventually(() => expect(seen()).toBe(1));
    await sleepUntil(params.windowNs[0] + 100e6);
    client.send(getRequest(`/long-polling?since=${MEASURED_CURSOR_BASE + 1}`));
    expect(await measuring).toMatchObject({ polls: { parked: 0, queued: seen() - 1 } });
    expect(seen()).toBeGreaterThan(10);

    const { role: other } = await listen('pushed');
    expect(await other.measure(paramsFor(1, 5))).not.toHaveProperty('polls');
  });

  test('tells when it wrote each event of the window to a probe, where there are probes', async () => {
    const { role, port } = await listen('pushed');
    const clients = await Promise.all(range(1, 3).map(() => RawClient.connect(port)));
    for (const client of clients) {
      client.send('ack=1\n');
      await client.sees('\n');
    }
    const probePorts = [0, 0, clients[1]?.socket.localPort ?? 0];
    const params = { ...paramsFor(5, 20), probePorts };
    const { stamps } = await role.measure(params);
    expect(stamps).toMatchObject({ firstSeq: MEASURED_CURSOR_BASE + 6, probes: probePorts.map((port) => ({ port })) });
    expect(stamps?.bornNs).toHaveLength(20);
    const [none, , { writtenNs } = { writtenNs: [] }] = stamps?.probes ?? [];
    expect(none?.writtenNs).toEqual([]);
    expect(writtenNs).toHaveLength(20);
    for (const [at, bornNs] of (stamps?.bornNs ?? []).entries()) {
      expect(bornNs).toBeGreaterThan(params.startNs);
      expect(writtenNs[at]).toBeGreaterThanOrEqual(bornNs);
    }
    expect(writtenNs).toEqual(writtenNs.toSorted((a, b) => a - b));
  });

  test('begins a rehearsal late where it is late, with all of its events', async () => {
    const { role, port } = await listen('pushed', {}, undefined, true);
    const client = await RawClient.connect(port);
    client.send('ack=1\n');
    await client.sees('\n');
    const measured = await role.measure(paramsFor(2, 3, -500));
    expect(measured.wire.connections).toBe(1);
    await client.sees(`"seq":${MEASURED_CURSOR_BASE + 5},`);
    expect(client.received.toString().match(/"seq":\d+/g)).toEqual(
      [1, 2, 3, 4, 5].map((seq) => `"seq":${MEASURED_CURSOR_BASE + seq}`),
    );
  });

  test('refuses to measure late, and before it listens', async () => {
    const { role } = await listen('pushed');
    await expect(role.measure(paramsFor(1, 1, -1))).rejects.toThrow(/^not ready in time: \d+ ms late$/);
    const idle = createServerRole(() => lanes['pushed'] as Lane);
    await expect(idle.measure(paramsFor(1, 1))).rejects.toThrow('does not listen yet');
    await expect(idle.close({})).rejects.toThrow('does not listen yet');
  });

  test('says nothing more to clients that are gone when it closes, so that the bytes agree', async () => {
    const { port, close } = await listen('parked');
    const clients = await Promise.all(range(1, 20).map(() => RawClient.connect(port)));
    for (const client of clients)
      client.send(getRequest('/long-polling') + getRequest(`/long-polling?since=${MEASURED_CURSOR_BASE}`));
    await Promise.all(clients.map((client) => client.sees('Event-Cursor')));
    for (const { socket } of clients) socket.destroy();
    const { wire } = await close();
    expect(wire.sentBytes).toBe(clients.reduce((sum, { received }) => sum + received.length, 0));
  });

  test('listens anew once it has closed, and counts from there', async () => {
    const { role, port, close } = await listen('pushed');
    const before = await RawClient.connect(port);
    before.send('ack=1\n');
    await before.sees('\n');
    before.socket.destroy();
    await close();
    const again = await role.listen({ lane: 'pushed', options: {}, feed: FEED });
    const after = await RawClient.connect(Number(new URL(again.url).port));
    after.send('\n');
    await role.measure(paramsFor(1, 2));
    await eventually(() => expect(after.received.toString().match(/\n/g)).toHaveLength(3));
    after.socket.destroy();
    const { wire } = await role.close({});
    expect(wire).toEqual({ sentBytes: after.received.length, receivedBytes: 1, connections: 1 });
  });

  test('closes with clients that stay', async () => {
    const { port, close } = await listen('pushed');
    const client = await RawClient.connect(port);
    client.send('ack=1\n');
    await client.sees('\n');
    await close();
    await client.seesEnd();
  });
});

describe('a server that takes the place of one that died', () => {
  test('listens on its port, with the same past, and goes on at once', async () => {
    const seqs = (text: string) => [...text.matchAll(/"seq":(\d+)/g)].map(([, seq]) => Number(seq));
    const { role, port, close } = await listen('pushed');
    const params = paramsFor(5, 60, 100);
    const dying = role.measure(params);
    const before = await RawClient.connect(port);
    before.send(`since=${MEASURED_CURSOR_BASE}&ack=1\n`);
    await eventually(() => expect(seqs(before.text)).toContain(MEASURED_CURSOR_BASE + 20));
    before.socket.destroy();
    await close();

    const lastSeq = MEASURED_CURSOR_BASE + params.warmupEvents + params.windowEvents;
    const successor = await listen(
      'pushed',
      {},
      {
        port,
        startNs: params.startNs,
        lastSeq,
      },
    );
    expect(successor.port).toBe(port);
    const after = await RawClient.connect(port);
    after.send(`since=${MEASURED_CURSOR_BASE}\n`);
    const measured = await successor.role.measure(params);
    await eventually(() => expect(seqs(after.text)).toEqual(range(MEASURED_CURSOR_BASE + 1, lastSeq)));
    const lines = ({ text }: RawClient) => text.split('\n').filter((line) => line.startsWith('{'));
    const had = lines(before).slice(0, -1);
    expect(lines(after).slice(0, had.length)).toEqual(had);
    expect(measured.usage.cpuUs).toBeGreaterThan(0);
    await dying;
  });
});
