/** The calls of a load worker: one load, one window, one audit. */

import type { Role, WorkerCalls } from '../bench/contract/calls.ts';
import { canProbe, type Lane } from '../bench/contract/lane.ts';
import { ByteMeter, windowCount } from '../bench/measure/byte-meter.ts';
import { hello } from '../bench/measure/clock.ts';
import { readWindow } from '../bench/measure/process-usage.ts';
import type { Load, LoadSpec } from './load/load.ts';
import { loads } from './load/procedures.ts';

const CLOSE_GRACE_MS = 5_000;

export function createWorkerRole(findLane: (id: string) => Lane): Role<WorkerCalls> {
  let meter = new ByteMeter();
  let load: Load | undefined;
  /** Never freed: with the last object of a shape, a full collection also frees the code that was optimised for that shape. */
  const rehearsed: Load[] = [];
  const keys: string[] = [];
  /** A probe is woken by its events alone. */
  let monitorsLoop = true;

  return {
    hello,

    async load({ lane, procedure }) {
      await Promise.all([loads[procedure](), findLane(lane).client()]);
      return {};
    },

    async connect({ lane: id, options, procedure, isRehearsal, isProbe, ...spec }) {
      const lane = findLane(id);
      const [open, transport] = await Promise.all([loads[procedure](), lane.client()]);
      const resolved = { ...transport.defaults, ...options };
      meter = new ByteMeter();
      const keylog = (line: string) => void keys.push(line);
      const loadSpec = { transport, options: resolved, meter, keylog, page: lane.page, ...spec };
      const probes = isProbe ? await openProbesOf({ ...lane, options: resolved }, loadSpec) : undefined;
      load = probes?.load ?? (await open(loadSpec));
      if (isRehearsal) rehearsed.push(load);
      monitorsLoop = !isProbe;
      const { pids } = load;
      const told = probes ? { ports: [...probes.load.ports], reader: probes.reader } : pids && { pids: [...pids] };
      return { options: resolved, keys: keys.splice(0), ...told };
    },

    collect() {
      globalThis.gc?.();
      return {};
    },

    async measure(params) {
      if (!load) throw new Error('this worker is not connected yet');
      const running = load;
      const read = () => ({ wire: meter.read(), open: meter.openSockets.size, deliveries: running.deliveries });
      const [report, { before, after, usage }] = await Promise.all([
        load.run(params),
        readWindow(params.windowNs, read, { monitorsLoop }),
      ]);
      const windowDeliveries = after.deliveries - before.deliveries;
      const wire = windowCount(before.wire, after.wire, after.open);
      return { ...report, wire, windowDeliveries, usage };
    },

    async grow(share) {
      if (!load?.grow) throw new Error('this load has no clients that stay');
      await load.grow(share);
      return {};
    },

    async close() {
      await load?.close();
      await meter.drained(CLOSE_GRACE_MS);
      return { wire: meter.read(), keys: keys.splice(0) };
    },
  };
}

/** On bare sockets where the lane with these options has them. */
async function openProbesOf(lane: Lane, spec: LoadSpec) {
  const [{ openProbes }, bare] = await Promise.all([
    import('./probe/probes.ts'),
    canProbe(lane) ? lane.bare?.() : undefined,
  ]);
  return { load: await openProbes(spec, bare), reader: bare ? ('bare' as const) : ('library' as const) };
}
