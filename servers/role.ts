/** The calls of a measured server: one lane, one feed, one window. */

import type { ListenParams, ProcessUsage, Role, ServerCalls, ServerMeasured } from '../bench/contract/calls.ts';
import { MEASURED_CURSOR_BASE } from '../bench/contract/event.ts';
import type { Lane } from '../bench/contract/lane.ts';
import type { MountedTransport, PollCount } from '../bench/contract/transport.ts';
import { type Alarm, createAlarm } from '../bench/measure/alarm.ts';
import { windowCount } from '../bench/measure/byte-meter.ts';
import { hello, nowNs } from '../bench/measure/clock.ts';
import { LatencyRecorder } from '../bench/measure/latency.ts';
import { heapInUseBytes, readWindow, stopCompiling } from '../bench/measure/process-usage.ts';
import { Feed } from './feed/feed.ts';
import { Host, type HostOptions } from './http/host.ts';
import { WriteStamper } from './http/write-stamper.ts';

/** How long a close waits for the clients' sockets to end; then the server closes all the same. */
const CLIENTS_GONE_MS = 1_000;
/** How long a server that died may keep its port. */
const PORT_WAIT_MS = 2_000;

export function createServerRole(findLane: (id: string) => Pick<Lane, 'server'>): Role<ServerCalls> {
  let running: Running | undefined;
  /** Never freed: with the last object of a shape, a full collection also frees the code that was optimised for that shape. */
  const rehearsed: Running[] = [];
  let isCompiling = true;
  /** One for all feeds: its thread takes 5 ms of CPU time in the half second after its start. */
  let sharedAlarm: Promise<Alarm> | undefined;
  /** Replaced when the window begins; in use before it, so that its code is compiled by then. */
  let lag = new LatencyRecorder();
  /** There where the window has probes. */
  let stamper: WriteStamper | undefined;
  const recordLag = (lagNs: number, seq: number, bornNs: number) => {
    lag.record(lagNs);
    stamper?.born(seq, bornNs);
  };
  const current = () => {
    if (!running) throw new Error('this server does not listen yet');
    return running;
  };

  return {
    hello,

    async load({ lane }) {
      await findLane(lane).server();
      return {};
    },

    async listen(params) {
      const { lane, options, feed: spec, successor, isRehearsal } = params;
      const transport = await findLane(lane).server();
      const resolved = { ...transport.defaults, ...options };
      sharedAlarm ??= createAlarm();
      const alarm = await sharedAlarm;
      const feed = new Feed({ ...spec, cursorBase: MEASURED_CURSOR_BASE }, alarm);
      // Before it listens: the cursors of its clients would be ahead of a feed without a past.
      if (successor) feed.start(successor.startNs, successor.lastSeq - MEASURED_CURSOR_BASE, recordLag);
      const host = new Host(feed, hostOptions(params));
      const mounted = await transport.mount(host, feed, resolved);
      running = { alarm, feed, host, mounted, isSuccessor: successor !== undefined, isRehearsal };
      if (isRehearsal) rehearsed.push(running);
      const { url } = mounted;
      return { url, options: resolved, certificate: await host.certificate() };
    },

    collect() {
      globalThis.gc?.();
      return {};
    },

    readHeap() {
      return { heapBytes: heapInUseBytes() };
    },

    stopCompiling() {
      isCompiling = false;
      stopCompiling();
      return {};
    },

    async measure({ startNs, warmupEvents, windowEvents, windowNs, giveUpNs, probePorts }) {
      if (!isCompiling) throw new Error('no window can be measured any more: nothing is compiled');
      const { alarm, feed, host, mounted, isSuccessor, isRehearsal } = current();
      // Before the feed starts: its first event is the one after its cursor.
      stamper = probePorts && new WriteStamper(feed.lastSeq + warmupEvents + 1, windowEvents);
      stamper?.watch(host.meter.openSockets, probePorts ?? []);
      if (!isSuccessor) {
        const lateNs = Math.max(0, nowNs() - startNs);
        if (lateNs > 0 && !isRehearsal) throw new Error(`not ready in time: ${(lateNs / 1e6).toFixed(0)} ms late`);
        // A rehearsal is not measured: on a busy machine it begins late, with all of its events, in place of failing the cell.
        feed.start(startNs + lateNs, warmupEvents + windowEvents, recordLag);
      }

      const read = (isEnd: boolean) => {
        if (!isEnd) lag = new LatencyRecorder();
        const { meter } = host;
        const { spunNs } = alarm;
        return {
          wire: meter.read(),
          open: meter.openSockets.size,
          lastSeq: feed.lastSeq,
          polls: mounted.polls,
          spunNs,
        };
      };
      const { before, after, usage } = await readWindow(windowNs, read, { monitorsLoop: false });
      await stamper?.complete(giveUpNs);
      stamper?.release();
      const { p50Us, p95Us, p99Us, maxUs } = lag.summary();
      return {
        wire: windowCount(before.wire, after.wire, after.open),
        usage: withoutCpu(usage, (after.spunNs - before.spunNs) / 1e3),
        lag: { p50Us, p95Us, p99Us, maxUs },
        achievedEventsPerSecond: (after.lastSeq - before.lastSeq) / ((windowNs[1] - windowNs[0]) / 1e9),
        ...(before.polls && after.polls && { polls: polledBetween(before.polls, after.polls) }),
        ...(stamper && { stamps: stamper.read() }),
      };
    },

    async measureFloor({ startNs, windowNs: [fromNs, toNs], events, parts: count }) {
      const { alarm, feed } = current();
      feed.start(Math.max(startNs, nowNs()), events, recordLag);
      const parts: { cpuUs: number; elapsedUs: number }[] = [];
      for (let part = 0; part < count; part++) {
        const at = (index: number) => fromNs + ((toNs - fromNs) * index) / count;
        const read = () => alarm.spunNs;
        const { before, after, usage } = await readWindow([at(part), at(part + 1)], read, { monitorsLoop: false });
        const { cpuUs, elapsedUs } = withoutCpu(usage, (after - before) / 1e3);
        parts.push({ cpuUs, elapsedUs });
      }
      return { parts };
    },

    async close() {
      const { feed, host, mounted } = current();
      feed.stop();
      // All clients have closed, but this process may not have read every end yet: no client would receive what it sent now,
      // and the byte counts of the two sides would differ.
      await host.meter.drained(CLIENTS_GONE_MS);
      await host.close([mounted]);
      running = undefined;
      return { wire: host.meter.read(), cutOffClients: mounted.cutOffCount + (await host.cutOffCount()) };
    },
  };
}

/** Without what was spun away until an event was due. */
function withoutCpu(usage: ProcessUsage, spunUs: number): ProcessUsage {
  const cpuUs = Math.max(0, usage.cpuUs - spunUs);
  return { ...usage, cpuUs, cpuShare: cpuUs / usage.elapsedUs };
}

function polledBetween(before: PollCount, after: PollCount): ServerMeasured['polls'] {
  return {
    answered: after.answered - before.answered,
    empty: after.empty - before.empty,
    ...(before.deliveries &&
      after.deliveries && {
        parked: after.deliveries.parked - before.deliveries.parked,
        queued: after.deliveries.queued - before.deliveries.queued,
      }),
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
