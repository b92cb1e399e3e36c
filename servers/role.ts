/** What a measured server does when it is called: one lane, one feed, one window. */

import type { Role, ServerCalls, Succession, WireReading } from '../bench/contract/child.ts';
import type { Lane } from '../bench/contract/lane.ts';
import type { MountedTransport } from '../bench/contract/transport.ts';
import { type Alarm, createAlarm } from '../bench/measure/alarm.ts';
import { nowNs, sleepUntil } from '../bench/measure/clock.ts';
import { createLatencyRecorder, type LatencyRecorder } from '../bench/measure/latency.ts';
import { beginUsage, heapInUseBytes } from '../bench/measure/process-usage.ts';
import { windowCount } from '../bench/measure/wire.ts';
import { Feed } from './feed.ts';
import { Host, type HostOptions } from './host.ts';

/** How long it may take to hear that the clients are gone; with some that stay, the server closes all the same. */
const CLIENTS_GONE_MS = 1_000;
/** How long a server that died may keep its port. */
const PORT_WAIT_MS = 2_000;
/** A full collection would keep the clients of a dead server waiting. */
const HEAP_UNREAD = { empty: 0, connected: 0 };

export function createServerRole(findLane: (id: string) => Lane): Role<ServerCalls> {
  let running: Running | undefined;
  let emptyHeapBytes = 0;
  /** Anew for the window; before it, so that its code is compiled by then. */
  let lag: LatencyRecorder = createLatencyRecorder();
  const recordLag = (lagNs: number) => lag.record(lagNs);
  /** What the rehearsal's connection carried. */
  let rehearsed: WireReading = { sentBytes: 0, receivedBytes: 0, connections: 0 };
  const current = () => {
    if (!running) throw new Error('this server does not listen yet');
    return running;
  };

  return {
    hello: () => ({ nowNs: nowNs(), nodeVersion: process.version }),

    async listen({ lane, options, feed: spec, address, successor }) {
      const transport = await findLane(lane).server();
      const resolved = { ...transport.defaults, ...options };
      const alarm = await createAlarm();
      const feed = new Feed(spec, alarm);
      // Before the first client comes: its cursor would be ahead of a feed without a past.
      if (successor) feed.start(successor.startNs, successor.lastSeq, recordLag);
      const host = new Host(feed, {
        ...(address !== undefined && { address }),
        ...(successor && inPlaceOf(successor)),
      });
      const mounted = await transport.mount(host, feed, resolved);
      running = { alarm, feed, host, mounted, isSuccessor: successor !== undefined };
      if (!successor) emptyHeapBytes = heapInUseBytes();
      const { url } = mounted;
      return { url, options: resolved, certificate: await host.certificate() };
    },

    async settle() {
      const { host } = current();
      await host.meter.drained(CLIENTS_GONE_MS);
      rehearsed = host.meter.read();
      emptyHeapBytes = heapInUseBytes();
      return {};
    },

    async measure({ startNs, warmupEvents, windowEvents, windowNs }) {
      const { feed, host, isSuccessor } = current();
      const heapBytes = isSuccessor ? HEAP_UNREAD : { empty: emptyHeapBytes, connected: heapInUseBytes() };
      if (!isSuccessor) {
        if (nowNs() > startNs) throw new Error(`not ready in time: ${((nowNs() - startNs) / 1e6).toFixed(0)} ms late`);
        feed.start(startNs, warmupEvents + windowEvents, recordLag);
      }

      await sleepUntil(windowNs[0]);
      lag = createLatencyRecorder();
      const before = { wire: host.meter.read(), lastSeq: feed.lastSeq };
      const endUsage = beginUsage(heapBytes);
      await sleepUntil(windowNs[1]);
      const after = { wire: host.meter.read(), lastSeq: feed.lastSeq };
      const usage = endUsage();
      const { p50Us, p95Us, p99Us, maxUs } = lag.summary();
      return {
        wire: windowCount(before.wire, after.wire, host.meter.openSockets.size),
        usage,
        lag: { p50Us, p95Us, p99Us, maxUs },
        achievedEventsPerSecond: (after.lastSeq - before.lastSeq) / ((windowNs[1] - windowNs[0]) / 1e9),
      };
    },

    async close() {
      const { alarm, feed, host, mounted } = current();
      feed.stop();
      // The clients have closed, but this process may not have heard of all. What it said to them now, nobody would receive,
      // and the two sides' bytes would disagree.
      await host.meter.drained(CLIENTS_GONE_MS);
      await host.close([mounted]);
      await alarm.close();
      const wire = host.meter.read();
      return {
        wire: windowCount(rehearsed, wire, wire.connections - rehearsed.connections),
        cutOffClients: mounted.cutOffCount,
      };
    },
  };
}

function inPlaceOf({ port, certificate }: Succession): HostOptions {
  return { httpPort: port, tcpPort: port, portWaitMs: PORT_WAIT_MS, certificate };
}

interface Running {
  readonly alarm: Alarm;
  readonly feed: Feed;
  readonly host: Host;
  readonly mounted: MountedTransport;
  /** Its feed goes on since it listens. */
  readonly isSuccessor: boolean;
}
