import { describe, expect, test } from 'vitest';
import { RecordingSink, range } from '../../bench/contract/test-support.ts';
import type { ClientContext, ClientTransport } from '../../bench/contract/transport.ts';
import { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { openSwarm, type SwarmSpec } from './swarm.ts';

/** A transport without a server: each client connects a turn of the event loop later. */
function pretend({ failAt = Number.POSITIVE_INFINITY } = {}) {
  const contexts: ClientContext[] = [];
  let opening = 0;
  let mostOpening = 0;
  let open = 0;
  const transport: ClientTransport = {
    defaults: {},
    async connect(context) {
      const count = contexts.push(context);
      mostOpening = Math.max(mostOpening, ++opening);
      await new Promise((resolve) => setImmediate(resolve));
      opening--;
      if (count >= failAt) throw new Error('the door is shut');
      open++;
      let closed = false;
      return {
        async close() {
          if (!closed) open--;
          closed = true;
        },
      };
    },
  };
  return { transport, contexts, counts: () => ({ mostOpening, open }) };
}

function spec(transport: ClientTransport, changes: Partial<SwarmSpec> = {}): SwarmSpec {
  return {
    transport,
    options: {},
    url: 'test://x',
    clients: 200,
    firstClient: 0,
    seed: 7,
    headers: 'minimal',
    meter: new ByteMeter(),
    ...changes,
  };
}

describe('a swarm', () => {
  test('opens all clients, a bounded number at a time, each with a sink of its own', async () => {
    const { transport, contexts, counts } = pretend();
    const numbers: number[] = [];
    const swarm = await openSwarm(spec(transport, { firstClient: 100 }), (number) => {
      numbers.push(number);
      return new RecordingSink();
    });
    expect(contexts).toHaveLength(200);
    expect(numbers).toEqual(range(100, 299));
    expect(counts().open).toBe(200);
    expect(counts().mostOpening).toBeGreaterThan(1);
    expect(counts().mostOpening).toBeLessThanOrEqual(64);
    await swarm.close();
    expect(counts().open).toBe(0);
  });

  test('sends a share of all clients through the relay, spread evenly, and no other', async () => {
    const { transport, contexts } = pretend();
    const tap = { host: '127.0.0.1', port: 9, clients: 3, ofClients: 300, areTimed: false };
    await openSwarm(spec(transport, { firstClient: 100, tap }), () => new RecordingSink());
    const tapped = contexts.flatMap(({ via }, index) => (via ? [100 + index] : []));
    expect(tapped).toEqual([199, 299]);
    expect(contexts[99]?.via).toEqual({ host: '127.0.0.1', port: 9 });
  });

  test('sends none through the relay that are no part of what it has a share of', async () => {
    const { transport, contexts } = pretend();
    const tap = { host: '127.0.0.1', port: 9, clients: 4, ofClients: 4, areTimed: true };
    const swarm = await openSwarm(spec(transport, { clients: 10, tap }), () => new RecordingSink());
    expect(contexts.map(({ via }) => via !== undefined)).toEqual(range(0, 9).map((number) => number < 4));
    expect([...swarm.clients.keys()].sort((a, b) => a - b)).toEqual(range(0, 9));
  });

  test('sends all others to where the distance begins', async () => {
    const { transport, contexts } = pretend();
    const via = { host: '127.0.0.1', port: 8 };
    const tap = { host: '127.0.0.1', port: 9, clients: 1, ofClients: 200, areTimed: false };
    await openSwarm(spec(transport, { via, tap }), () => new RecordingSink());
    expect(contexts.map((context) => context.via?.port)).toEqual([...range(1, 199).map(() => 8), 9]);
    expect(contexts[0]?.url).toBe('test://x');
  });

  test('tells the TLS secrets of the clients behind the relay, and of no others', async () => {
    const { transport, contexts } = pretend();
    const tap = { host: '127.0.0.1', port: 9, clients: 3, ofClients: 300, areTimed: false };
    const keylog = () => {};
    await openSwarm(spec(transport, { clients: 300, tap, keylog, certificate: 'PEM' }), () => new RecordingSink());
    for (const context of contexts) expect(context.keylog).toBe(context.via && keylog);
    expect(contexts.filter((context) => context.keylog)).toHaveLength(3);
    expect(new Set(contexts.map(({ certificate }) => certificate))).toEqual(new Set(['PEM']));
  });

  test('lets its clients share connections with each other, and not with those of another', async () => {
    const { transport, contexts } = pretend();
    for (const _ of range(1, 2)) await openSwarm(spec(transport, { clients: 3 }), () => new RecordingSink());
    const swarms = contexts.map(({ swarm }) => swarm);
    expect(new Set(swarms.slice(0, 3)).size).toBe(1);
    expect(new Set(swarms).size).toBe(2);
    expect(swarms).not.toContain(undefined);
  });

  test('gives a client its phase by its number, whichever worker it runs in', async () => {
    const phases = async (clients: number, firstClient: number, seed = 7) => {
      const { transport, contexts } = pretend();
      await openSwarm(spec(transport, { clients, firstClient, seed }), () => new RecordingSink());
      return contexts.map(({ phase }) => phase);
    };
    const all = await phases(50, 0);
    expect([...(await phases(20, 0)), ...(await phases(30, 20))]).toEqual(all);
    expect(new Set(all).size).toBe(50);
    expect(all.every((phase) => phase >= 0 && phase < 1)).toBe(true);
    expect(await phases(50, 0, 8)).not.toEqual(all);
  });

  test('that can not open one closes all others, and says which', async () => {
    const { transport, contexts, counts } = pretend({ failAt: 100 });
    const opening = openSwarm(spec(transport), () => new RecordingSink());
    await expect(opening).rejects.toThrow('client 100 of 200 could not connect to test://x: the door is shut');
    expect(counts().open).toBe(0);
    expect(contexts.length).toBeLessThan(200);
  });

  test('grows by a share with sinks of its own, on connections of the same swarm', async () => {
    const { transport, contexts, counts } = pretend();
    const all = spec(transport, { clients: 3 });
    const swarm = await openSwarm(all, () => new RecordingSink());
    const numbers: number[] = [];
    await swarm.grow({ clients: 2, firstClient: 10 }, (number) => {
      numbers.push(number);
      return new RecordingSink();
    });
    expect(numbers).toEqual([10, 11]);
    expect([...swarm.clients.keys()].sort((a, b) => a - b)).toEqual([0, 1, 2, 10, 11]);
    expect(new Set(contexts.map((context) => context.swarm))).toEqual(new Set([all]));
    await swarm.close();
    expect(counts().open).toBe(0);
  });

  test('that can not grow closes all clients, and says which could not connect', async () => {
    const { transport, counts } = pretend({ failAt: 5 });
    const swarm = await openSwarm(spec(transport, { clients: 3 }), () => new RecordingSink());
    const growing = swarm.grow({ clients: 2, firstClient: 3 }, () => new RecordingSink());
    await expect(growing).rejects.toThrow('client 2 of 2 could not connect to test://x: the door is shut');
    expect(counts().open).toBe(0);
  });

  test('of no clients is open at once', async () => {
    const { transport, contexts } = pretend();
    await (await openSwarm(spec(transport, { clients: 0 }), () => new RecordingSink())).close();
    expect(contexts).toEqual([]);
  });
});
