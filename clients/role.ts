/** The calls of a load worker: one load, one window, one audit. */

import type { Role, WorkerCalls } from '../bench/contract/calls.ts';
import type { Lane } from '../bench/contract/lane.ts';
import { ByteMeter, windowCount } from '../bench/measure/byte-meter.ts';
import { hello } from '../bench/measure/clock.ts';
import { heapInUseBytes, NO_HEAP, readWindow } from '../bench/measure/process-usage.ts';
import type { Load } from './load/load.ts';
import { loads } from './load/procedures.ts';

const CLOSE_GRACE_MS = 5_000;

export function createWorkerRole(findLane: (id: string) => Lane): Role<WorkerCalls> {
  let meter = new ByteMeter();
  let load: Load | undefined;
  /** Never freed: with the last object of a shape, a full collection also frees the code that was optimised for that shape. */
  const rehearsed: Load[] = [];
  const keys: string[] = [];
  let heapBytes = NO_HEAP;

  return {
    hello,

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
      return { heapBytes: heapBytes.connected };
    },

    async measure(params) {
      if (!load) throw new Error('this worker is not connected yet');
      const running = load;
      const read = () => ({ wire: meter.read(), open: meter.openSockets.size, deliveries: running.deliveries });
      const [report, { before, after, usage }] = await Promise.all([
        load.run(params),
        readWindow(params.windowNs, read, heapBytes),
      ]);
      const windowDeliveries = after.deliveries - before.deliveries;
      const wire = windowCount(before.wire, after.wire, after.open);
      return { ...report, wire, windowDeliveries, usage };
    },

    async close() {
      await load?.close();
      await meter.drained(CLOSE_GRACE_MS);
      return { wire: meter.read(), keys: keys.splice(0) };
    },
  };
}
