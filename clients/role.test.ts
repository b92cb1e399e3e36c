import { describe, expect, test } from 'vitest';
import type { MeasureParams, Tapping } from '../bench/contract/calls.ts';
import { encodeEvent, MEASURED_CURSOR_BASE } from '../bench/contract/event.ts';
import type { Lane } from '../bench/contract/lane.ts';
import { range } from '../bench/contract/test-support.ts';
import type { BareTransport, ClientContext, ClientTransport, EventSink } from '../bench/contract/transport.ts';
import { nowNs } from '../bench/measure/clock.ts';
import { mergeLatency } from '../bench/measure/latency.ts';
import { createWorkerRole } from './role.ts';

const PAYLOAD_BYTES = 100;

/** A worker over a transport whose events the test gives. */
function openWorker(lane: Partial<Lane> = {}) {
  const sinks: EventSink[] = [];
  const contexts: ClientContext[] = [];
  let open = 0;
  const transport: ClientTransport<{ speed?: number }> = {
    defaults: { speed: 1 },
    async connect(context, sink) {
      if (context.url === 'test://shut') throw new Error('the door is shut');
      sinks.push(sink);
      context.keylog?.(`secret ${contexts.push(context)}`);
      open++;
      return {
        async close() {
          open--;
          // Even a server that says goodbye at the wrong moment is no surprise any more.
          sink.closed({ kind: 'server', message: 'bye' });
        },
      };
    },
  };
  const role = createWorkerRole(() => ({ client: async () => transport, ...lane }) as unknown as Lane);
  const connect = (clients: number, url = 'test://open', tap?: Tapping, isProbe?: boolean) =>
    role.connect({
      procedure: 'deliver',
      lane: 'any',
      options: { speed: 2 },
      url,
      certificate: undefined,
      clients,
      firstClient: 0,
      seed: 7,
      headers: 'minimal',
      via: undefined,
      tap,
      isProbe,
    });
  return { role, sinks, contexts, connect, open: () => open };
}

/** Of the cell's event with this number, from 1. */
const textOf = (number: number) => encodeEvent(MEASURED_CURSOR_BASE + number, 0, 0.5, PAYLOAD_BYTES).text;

function params(warmupEvents: number, windowEvents: number): MeasureParams {
  const startNs = nowNs();
  return {
    startNs,
    warmupEvents,
    windowEvents,
    windowNs: [startNs, startNs + 20e6],
    giveUpNs: startNs + 60e9,
    payloadBytes: PAYLOAD_BYTES,
  };
}

describe('latencies of clients behind a relay', () => {
  test.each([
    ['are left out where there are others', false, 2],
    ['count where there are no others', true, 3],
  ])('%s', async (_name, areTimed, timed) => {
    const { role, connect, sinks } = openWorker();
    await connect(3, 'test://open', { host: '127.0.0.1', port: 9, clients: 1, ofClients: 3, areTimed });
    const window = params(0, 1);
    const measured = role.measure(window);
    for (const sink of sinks) sink.event(textOf(1), window.startNs + 1e6);
    const { delivery, latency } = await measured;
    expect(delivery.delivered).toBe(3);
    expect(mergeLatency(latency).count).toBe(timed);
  });
});

describe('a worker of probes', () => {
  test('tells each delivery of the window, and that it reads by the library where there is no other way', async () => {
    const { role, connect, sinks } = openWorker();
    expect(await connect(2, 'test://open', undefined, true)).toMatchObject({ ports: [0, 0], reader: 'library' });
    const window = params(1, 2);
    const measured = role.measure(window);
    for (const number of range(1, 3)) {
      for (const sink of sinks) sink.event(textOf(number), window.startNs + number);
    }
    const { delivery, probed } = await measured;
    expect(delivery).toMatchObject({ delivered: 4, missing: 0 });
    expect(probed).toMatchObject({
      clients: [0, 1, 0, 1],
      seqs: [2, 2, 3, 3].map((number) => MEASURED_CURSOR_BASE + number),
    });
  });

  test('reads bare sockets where the lane with its options has them', async () => {
    const bare: BareTransport = () => ({ defaults: {}, connect: async () => ({ async close() {} }) });
    const { connect, open } = openWorker({ bare: async () => bare });
    expect(await connect(1, 'test://open', undefined, true)).toMatchObject({ reader: 'bare' });
    expect(open()).toBe(0);
    expect(await connect(1)).not.toHaveProperty('reader');
    expect(open()).toBe(1);
  });
});

test('TLS secrets of clients behind the relay are told with the call in which they came', async () => {
  const { role, connect, contexts } = openWorker();
  const tap = { host: '127.0.0.1', port: 9, clients: 1, ofClients: 1, areTimed: true };
  expect(await connect(1, 'test://open', tap)).toMatchObject({ keys: ['secret 1'] });
  contexts[0]?.keylog?.('secret 2');
  expect(await role.close({})).toMatchObject({ keys: ['secret 2'] });
});

describe('a load worker', () => {
  test('opens its clients with the options of the lane over the defaults', async () => {
    const { connect, sinks } = openWorker();
    expect(await connect(5)).toEqual({ options: { speed: 2 }, keys: [] });
    expect(sinks).toHaveLength(5);
  });

  test('answers when every delivery is in, and closes without surprise', async () => {
    const { role, connect, sinks, open } = openWorker();
    await connect(3);
    const measuring = role.measure(params(1, 4));
    for (const number of range(1, 5)) {
      for (const sink of sinks) sink.event(textOf(number), nowNs());
    }
    const { delivery, negativeLatencies, firstProblem, windowDeliveries } = await measuring;
    expect(delivery).toMatchObject({ expected: 12, delivered: 12, missing: 0, unexpected: 0 });
    expect({ negativeLatencies, firstProblem }).toEqual({ negativeLatencies: 0, firstProblem: undefined });
    expect(windowDeliveries).toBeLessThanOrEqual(15);
    expect(await role.close({})).toEqual({ wire: { sentBytes: 0, receivedBytes: 0, connections: 0 }, keys: [] });
    expect(open()).toBe(0);
  });

  test('connects anew once it has closed, and counts from there', async () => {
    const { role, connect, sinks } = openWorker();
    await connect(2);
    await role.close({});
    await connect(1);
    const measuring = role.measure(params(0, 1));
    sinks.at(-1)?.event(textOf(1), nowNs());
    const { delivery } = await measuring;
    expect(delivery).toMatchObject({ expected: 1, delivered: 1, unexpected: 0 });
  });

  test('grows by clients that no audit counts, and closes them with the others', async () => {
    const { role, connect, sinks, open } = openWorker();
    await connect(2);
    const measuring = role.measure(params(0, 1));
    for (const sink of sinks) sink.event(textOf(1), nowNs());
    const { delivery } = await measuring;
    await role.grow({ clients: 3, firstClient: 2 });
    expect(open()).toBe(5);
    expect(delivery).toMatchObject({ expected: 2, delivered: 2, unexpected: 0 });
    await role.close({});
    expect(open()).toBe(0);
  });

  test('does not grow before it has connected', async () => {
    const { role } = openWorker();
    await expect(role.grow({ clients: 1, firstClient: 0 })).rejects.toThrow('this load has no clients that stay');
  });

  test('says which client could not connect', async () => {
    const { connect } = openWorker();
    await expect(connect(2, 'test://shut')).rejects.toThrow('could not connect to test://shut: the door is shut');
  });
});
