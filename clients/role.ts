/** What a load worker does when it is called: one swarm, one window, one audit. */

import { isTapped, type Role, type WorkerCalls } from '../bench/contract/child.ts';
import type { Lane } from '../bench/contract/lane.ts';
import type { EventSink } from '../bench/contract/transport.ts';
import { ByteMeter } from '../bench/measure/byte-meter.ts';
import { nowNs, sleepUntil } from '../bench/measure/clock.ts';
import { beginUsage, heapInUseBytes } from '../bench/measure/process-usage.ts';
import { windowCount } from '../bench/measure/wire.ts';
import { Receiver } from './receiver.ts';
import { openSwarm, type Swarm } from './swarm.ts';

const NOBODY: EventSink = { event() {}, gap() {}, closed() {} };
/** How long sockets may take to close. */
const CLOSE_GRACE_MS = 5_000;

export function createWorkerRole(findLane: (id: string) => Lane): Role<WorkerCalls> {
  const meter = new ByteMeter();
  const receiver = new Receiver();
  const keys: string[] = [];
  let swarm: Swarm | undefined;
  let emptyHeapBytes = 0;

  return {
    hello: () => ({ pid: process.pid, nowNs: nowNs(), nodeVersion: process.version }),

    async rehearse({ lane, options, ...spec }) {
      const transport = await findLane(lane).client();
      const resolved = { ...transport.defaults, ...options };
      const apart = new ByteMeter();
      const one = { ...spec, clients: 1, tap: undefined };
      const first = await openSwarm({ transport, options: resolved, meter: apart, ...one }, () => NOBODY);
      await first.close();
      await apart.drained(CLOSE_GRACE_MS);
      return {};
    },

    async connect({ lane, options, ...spec }) {
      const transport = await findLane(lane).client();
      const resolved = { ...transport.defaults, ...options };
      emptyHeapBytes = heapInUseBytes();
      const { tap } = spec;
      const keylog = (line: string) => void keys.push(line);
      swarm = await openSwarm({ transport, options: resolved, meter, keylog, ...spec }, (client) =>
        receiver.addClient(tap === undefined || tap.areTimed || !isTapped(client, tap)),
      );
      return { options: resolved, keys: keys.splice(0) };
    },

    async measure(ask) {
      const heapBytes = { empty: emptyHeapBytes, connected: heapInUseBytes() };
      const { windowNs } = ask;
      const drained = receiver.start(ask);
      await sleepUntil(windowNs[0]);
      const before = { wire: meter.read(), deliveries: receiver.deliveries };
      const endUsage = beginUsage(heapBytes);
      await sleepUntil(windowNs[1]);
      const after = { wire: meter.read(), deliveries: receiver.deliveries };
      const usage = endUsage();

      await drained;
      return {
        wire: windowCount(before.wire, after.wire, meter.openSockets.size),
        windowDeliveries: after.deliveries - before.deliveries,
        usage,
        ...receiver.report(),
      };
    },

    async close() {
      receiver.stop();
      await swarm?.close();
      await meter.drained(CLOSE_GRACE_MS);
      return { wire: meter.read(), keys };
    },
  };
}
