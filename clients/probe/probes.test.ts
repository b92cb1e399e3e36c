/** Probes on real servers: a record of every delivery that the server's stamps fit to. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { findLane } from '../../bench/catalogue/lanes.ts';
import { canProbe } from '../../bench/contract/lane.ts';
import { range } from '../../bench/contract/test-support.ts';
import { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { divideLatency, timedDeliveries } from '../../bench/record/latency-parts.ts';
import { RING_LIMITS } from '../../servers/feed/ring.ts';
import { createServerRole } from '../../servers/role.ts';
import { openProbes } from './probes.ts';

const PROBES = 3;
const WARMUP = 5;
const EVENTS = 20;
const FEED = {
  seed: 7,
  eventsPerSecond: 200,
  arrivals: { process: 'spread', slotShare: 0.5 },
  ring: RING_LIMITS,
  payloadBytes: 100,
} as const;

async function measure(laneId: string) {
  const lane = findLane(laneId);
  const role = createServerRole(findLane);
  const { url, certificate } = await role.listen({ lane: laneId, options: lane.options, feed: FEED });
  const transport = await lane.client();
  const options = {
    ...transport.defaults,
    ...lane.options,
    ...('intervalMs' in transport.defaults && { intervalMs: 20 }),
  };
  const bare = canProbe(lane) ? await lane.bare?.() : undefined;
  const meter = new ByteMeter();
  const share = { clients: PROBES, firstClient: 4 };
  const load = await openProbes(
    { transport, options, url, certificate: certificate?.cert, seed: 7, headers: 'minimal', meter, ...share },
    bare,
  );
  onTestFinished(async () => {
    await load.close();
    await role.close({});
  });
  const { ports } = load;
  const startNs = nowNs() + 300e6;
  const endOf = (events: number) => startNs + ((events - 0.25) / FEED.eventsPerSecond) * 1e9;
  const params = {
    startNs,
    warmupEvents: WARMUP,
    windowEvents: EVENTS,
    windowNs: [endOf(WARMUP), endOf(WARMUP + EVENTS)] as const,
    giveUpNs: startNs + 60e9,
    payloadBytes: FEED.payloadBytes,
    probePorts: ports,
  };
  const [report, { stamps }] = await Promise.all([load.run(params), role.measure(params)]);
  if (!stamps) throw new Error('no stamps');
  return { load, meter, ports, startNs, report, stamps };
}

describe.each([
  'tcp',
  'polling',
  'polling-etag',
  'long-polling',
  'sse',
  'sse-corked',
  'websocket',
  'websocket-binary',
  'streaming',
])('probes of %s', (laneId) => {
  test('get every event once, and each delivery is divided into parts that sum to it', async () => {
    const { load, meter, ports, startNs, report, stamps } = await measure(laneId);
    expect(report.delivery).toMatchObject({ missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 });
    expect(load.deliveries).toBe(PROBES * (WARMUP + EVENTS));
    expect(ports).toEqual([...meter.openSockets].map(({ localPort }) => localPort));
    expect(stamps.probes.map(({ port }) => port)).toEqual(ports);
    const { probed } = report;
    for (const client of range(0, PROBES - 1)) {
      expect(probed.seqs.filter((_, at) => probed.clients[at] === client)).toEqual(
        range(stamps.firstSeq, stamps.firstSeq + EVENTS - 1),
      );
    }
    const deliveries = timedDeliveries(stamps, probed, startNs);
    expect(deliveries).toHaveLength(PROBES * EVENTS);
    for (const { dueNs, bornNs, writtenNs, turnStartNs, receivedNs } of deliveries) {
      const inOrder = [dueNs, bornNs, writtenNs, receivedNs];
      expect(inOrder).toEqual(inOrder.toSorted((a, b) => a - b));
      expect(receivedNs).toBeGreaterThanOrEqual(turnStartNs);
    }
    const parts = Object.values(divideLatency(stamps, probed, startNs)?.means ?? {});
    const latencyNs = deliveries.reduce((sum, { receivedNs, dueNs }) => sum + receivedNs - dueNs, 0);
    expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(latencyNs / deliveries.length / 1e3, 6);
  });
});

test("where bare sockets don't serve, probes are the lane's own clients, and the server has no stamps for them", async () => {
  const { report, stamps, startNs, ports } = await measure('sse-tls');
  expect(report.delivery).toMatchObject({ missing: 0, duplicated: 0, unexpected: 0 });
  expect(report.probed.seqs).toHaveLength(PROBES * EVENTS);
  expect(ports).not.toContain(0);
  expect(stamps.probes.map(({ writtenNs }) => writtenNs)).toEqual([[], [], []]);
  expect(divideLatency(stamps, report.probed, startNs)).toBeUndefined();
});
