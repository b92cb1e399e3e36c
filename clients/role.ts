/** What a load worker does when it is called: one load, one window, one audit. */

import type { MeasureParams, ProcessUsage, Role, WorkerCalls, WorkerMeasured } from '../bench/contract/calls.ts';
import type { Lane } from '../bench/contract/lane.ts';
import { ByteMeter } from '../bench/measure/byte-meter.ts';
import { nowNs, sleepUntil } from '../bench/measure/clock.ts';
import { beginUsage, heapInUseBytes } from '../bench/measure/process-usage.ts';
import { windowCount } from '../bench/measure/wire.ts';
import type { Load } from './load/load.ts';
import { loads } from './load/procedures.ts';

/** How long sockets may take to close. */
const CLOSE_GRACE_MS = 5_000;

export function createWorkerRole(findLane: (id: string) => Lane): Role<WorkerCalls> {
  let meter = new ByteMeter();
  let load: Load | undefined;
  /** Kept: with the last object of a shape, a full collection takes away what the compilers have learnt of that shape. */
  const rehearsed: Load[] = [];
  const keys: string[] = [];
  let heapBytes: ProcessUsage['heapBytes'] = { empty: 0, connected: 0 };

  return {
    hello: () => ({ nowNs: nowNs(), nodeVersion: process.version }),

    async connect({ lane, options, procedure, isRehearsal, ...spec }) {
      const [open, transport] = await Promise.all([loads[procedure](), findLane(lane).client()]);
      const resolved = { ...transport.defaults, ...options };
      meter = new ByteMeter();
      if (!isRehearsal) heapBytes = { empty: heapInUseBytes(), connected: 0 };
      const keylog = (line: string) => void keys.push(line);
      load = await open({ transport, options: resolved, meter, keylog, ...spec });
      if (isRehearsal) rehearsed.push(load);
      return { options: resolved, keys: keys.splice(0) };
    },

    readHeap() {
      heapBytes = { ...heapBytes, connected: heapInUseBytes() };
      return {};
    },

    async measure(params) {
      if (!load) throw new Error('this worker is not connected yet');
      const [report, used] = await Promise.all([load.run(params), readWindow(params, meter, load, heapBytes)]);
      return { ...report, ...used };
    },

    async close() {
      await load?.close();
      await meter.drained(CLOSE_GRACE_MS);
      return { wire: meter.read(), keys: keys.splice(0) };
    },
  };
}

/** What the process carried and used from one end of the window to the other. */
async function readWindow(
  { windowNs }: MeasureParams,
  meter: ByteMeter,
  load: Load,
  heapBytes: ProcessUsage['heapBytes'],
): Promise<Pick<WorkerMeasured, 'wire' | 'windowDeliveries' | 'usage'>> {
  await sleepUntil(windowNs[0]);
  const before = { wire: meter.read(), deliveries: load.deliveries };
  const endUsage = beginUsage(heapBytes);
  await sleepUntil(windowNs[1]);
  const after = { wire: meter.read(), deliveries: load.deliveries };
  return {
    wire: windowCount(before.wire, after.wire, meter.openSockets.size),
    windowDeliveries: after.deliveries - before.deliveries,
    usage: endUsage(),
  };
}
