/** The calls of a measured server: one lane, one feed, one window. */

import type { ListenParams, Role, ServerCalls } from '../bench/contract/calls.ts';
import type { Lane } from '../bench/contract/lane.ts';
import type { MountedTransport, PollCounts } from '../bench/contract/transport.ts';
import { type Alarm, createAlarm } from '../bench/measure/alarm.ts';
import { windowCount } from '../bench/measure/byte-meter.ts';
import { hello, nowNs } from '../bench/measure/clock.ts';
import { LatencyRecorder } from '../bench/measure/latency.ts';
import { heapInUseBytes, NO_HEAP, readWindow } from '../bench/measure/process-usage.ts';
import { Feed } from './feed/feed.ts';
import { Host, type HostOptions } from './http/host.ts';

/** How long a close waits for the clients' sockets to end; then the server closes all the same. */
const CLIENTS_GONE_MS = 1_000;
/** How long a server that died may keep its port. */
const PORT_WAIT_MS = 2_000;

export function createServerRole(findLane: (id: string) => Lane): Role<ServerCalls> {
  let running: Running | undefined;
  /** Never freed: with the last object of a shape, a full collection also frees the code that was optimised for that shape. */
  const rehearsed: Running[] = [];
  /** Not read in a successor: a full collection would delay its clients' recovery. */
  let heapBytes = NO_HEAP;
  /** Replaced when the window begins; in use before it, so that its code is compiled by then. */
  let lag = new LatencyRecorder();
  const recordLag = (lagNs: number) => lag.record(lagNs);
  const current = () => {
    if (!running) throw new Error('this server does not listen yet');
    return running;
  };

  return {
    hello,

    async listen(params) {
      const { lane, options, feed: spec, successor, isRehearsal } = params;
      const transport = await findLane(lane).server();
      const resolved = { ...transport.defaults, ...options };
      const alarm = await createAlarm();
      const feed = new Feed(spec, alarm);
      // Before it listens: the cursors of its clients would be ahead of a feed without a past.
      if (successor) feed.start(successor.startNs, successor.lastSeq, recordLag);
      const host = new Host(feed, hostOptions(params));
      const mounted = await transport.mount(host, feed, resolved);
      running = { alarm, feed, host, mounted, isSuccessor: successor !== undefined, isRehearsal };
      if (isRehearsal) rehearsed.push(running);
      if (!successor && !isRehearsal) heapBytes = { empty: heapInUseBytes(), connected: 0 };
      const { url } = mounted;
      return { url, options: resolved, certificate: await host.certificate() };
    },

    readHeap() {
      heapBytes = { ...heapBytes, connected: heapInUseBytes() };
      return { heapBytes: heapBytes.connected };
    },

    async measure({ startNs, warmupEvents, windowEvents, windowNs }) {
      const { feed, host, mounted, isSuccessor, isRehearsal } = current();
      if (!isSuccessor) {
        const lateNs = Math.max(0, nowNs() - startNs);
        if (lateNs > 0 && !isRehearsal) throw new Error(`not ready in time: ${(lateNs / 1e6).toFixed(0)} ms late`);
        // A rehearsal is not measured: on a busy machine it begins late, with all of its events, in place of failing the cell.
        feed.start(startNs + lateNs, warmupEvents + windowEvents, recordLag);
      }

      const read = (isEnd: boolean) => {
        if (!isEnd) lag = new LatencyRecorder();
        const { meter } = host;
        return { wire: meter.read(), open: meter.openSockets.size, lastSeq: feed.lastSeq, polls: mounted.polls };
      };
      const { before, after, usage } = await readWindow(windowNs, read, heapBytes);
      const { p50Us, p95Us, p99Us, maxUs } = lag.summary();
      return {
        wire: windowCount(before.wire, after.wire, after.open),
        usage,
        lag: { p50Us, p95Us, p99Us, maxUs },
        achievedEventsPerSecond: (after.lastSeq - before.lastSeq) / ((windowNs[1] - windowNs[0]) / 1e9),
        ...(before.polls && after.polls && { polls: polledBetween(before.polls, after.polls) }),
      };
    },

    async close() {
      const { alarm, feed, host, mounted } = current();
      feed.stop();
      // All clients have closed, but this process may not have read every end yet: no client would receive what it sent now,
      // and the byte counts of the two sides would differ.
      await host.meter.drained(CLIENTS_GONE_MS);
      await host.close([mounted]);
      await alarm.close();
      running = undefined;
      return { wire: host.meter.read(), cutOffClients: mounted.cutOffCount };
    },
  };
}

function polledBetween(before: PollCounts, after: PollCounts): PollCounts {
  return {
    answered: after.answered - before.answered,
    empty: after.empty - before.empty,
    parked: after.parked - before.parked,
    queued: after.queued - before.queued,
  };
}

function hostOptions({ address, certificate, successor }: ListenParams): HostOptions {
  const common = { ...(address !== undefined && { address }), certificate };
  if (!successor) return common;
  return { ...common, httpPort: successor.port, tcpPort: successor.port, portWaitMs: PORT_WAIT_MS };
}

interface Running {
  readonly alarm: Alarm;
  readonly feed: Feed;
  readonly host: Host;
  readonly mounted: MountedTransport;
  readonly isRehearsal: boolean | undefined;
  /** Its feed goes on since it listens. */
  readonly isSuccessor: boolean;
}
