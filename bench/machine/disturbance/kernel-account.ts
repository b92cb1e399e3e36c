/** What the kernel accounts for: CPU pressure, steal and idle time of each core, and quotas. */

import { setTimeout as sleep } from 'node:timers/promises';
import { nowNs } from '../../measure/clock.ts';
import { readText } from '../../measure/system-files.ts';
import type { Noise } from './limits.ts';
import { throttledUs, throttleFiles } from './throttle.ts';

/** Of 10 ms each, since the machine's start. */
export interface Ticks {
  readonly idle: number;
  readonly steal: number;
  readonly all: number;
}

export interface MachineReading {
  readonly atNs: number;
  readonly pressureUs: number | undefined;
  /** By name: `cpu0` for the first core, `cpu` for all of them. Empty where the system does not tell. */
  readonly ticks: ReadonlyMap<string, Ticks>;
  /** For the process's control group and those above it. */
  readonly throttledUs: readonly (number | undefined)[];
}

/** @returns a function that reads the noise since this call */
export function watchNoise(): () => Noise {
  const before = readMachine();
  return () => noiseBetween(before, readMachine());
}

let quotas: readonly string[] | undefined;

export function readMachine(): MachineReading {
  quotas ??= throttleFiles(readText('/proc/self/cgroup') ?? '', readText('/proc/self/mountinfo') ?? '');
  const pressure = /^some .*total=(\d+)/m.exec(readText('/proc/pressure/cpu') ?? '')?.[1];
  return {
    atNs: nowNs(),
    pressureUs: pressure === undefined ? undefined : Number(pressure),
    ticks: parseTicks(readText('/proc/stat') ?? ''),
    throttledUs: quotas.map((file) => throttledUs(readText(file) ?? '')),
  };
}

/** @param stat text of /proc/stat; fields of proc(5): user nice system idle iowait irq softirq steal … */
export function parseTicks(stat: string): Map<string, Ticks> {
  // The lines of the cores come first; that of the interrupts can be long.
  const [head = ''] = stat.split('\nintr', 1);
  const lines = [...head.matchAll(/^(cpu\d*) +(.*)$/gm)];
  return new Map(
    lines.map(([, name = '', fields = '']) => {
      const ticks = fields.split(' ').slice(0, 8).map(Number);
      const [, , , idle = 0, iowait = 0, , , steal = 0] = ticks;
      return [name, { idle: idle + iowait, steal, all: ticks.reduce((sum, value) => sum + value, 0) }];
    }),
  );
}

/** Steal is that of all cores. */
export function noiseBetween(before: MachineReading, after: MachineReading): Noise {
  const elapsedUs = (after.atNs - before.atNs) / 1e3;
  const throttled = after.throttledUs
    .map((us, level) => shareBetween(before.throttledUs[level], us, elapsedUs))
    .filter((each) => each !== null);
  return {
    cpuPressure: shareBetween(before.pressureUs, after.pressureUs, elapsedUs),
    steal: stealBetween(before, after, 'cpu'),
    throttled: throttled.length === 0 ? null : Math.max(...throttled),
  };
}

/** @param name of a core in `ticks` */
export function stealBetween(before: MachineReading, after: MachineReading, name: string): number | null {
  const [from, to] = [before.ticks.get(name), after.ticks.get(name)];
  return shareBetween(from?.steal, to?.steal, (to?.all ?? 0) - (from?.all ?? 0));
}

/** One or two come from rounding: a window of half a second has fifty. */
const LEAST_TICKS = 3;

/**
 * Of the time in which a core was wanted, what the hypervisor gave to others: a core that does more is stolen from more, and of
 * its whole time that would be the lane's own load. 0 where less than three ticks were stolen.
 *
 * @param name of a core in `ticks`
 */
export function stealOfBusyBetween(before: MachineReading, after: MachineReading, name: string): number | null {
  const [from, to] = [before.ticks.get(name), after.ticks.get(name)];
  if (from === undefined || to === undefined) return null;
  if (to.steal - from.steal < LEAST_TICKS) return 0;
  return shareBetween(from.steal, to.steal, to.all - from.all - (to.idle - from.idle));
}

/**
 * Some counters of proc(5) go back a little now and then. Others come late: the kernel adds to the pressure's total in steps,
 * which a short time between two readings can be less than (22 times so within 0.1 ms, 1.02 times within a second). And cores
 * that are throttled at once add up. A share that is above 1 would make the cell's record invalid.
 */
function shareBetween(from: number | undefined, to: number | undefined, total: number): number | null {
  return from === undefined || to === undefined || total <= 0 ? null : Math.min(1, Math.max(0, to - from) / total);
}

/** Long enough for a tick of /proc/stat to be a small part of it. */
const BUSY_MS = 60;

/** Whether a core was busy for more than half of a short time, with whatever it runs now; false where nothing tells. */
export async function isCoreBusy(core: number): Promise<boolean> {
  const read = () => parseTicks(readText('/proc/stat') ?? '').get(`cpu${core}`);
  const [before, startNs] = [read(), nowNs()];
  await sleep(BUSY_MS);
  const [after, elapsedMs] = [read(), (nowNs() - startNs) / 1e6];
  return before !== undefined && after !== undefined && (after.idle - before.idle) * MS_PER_TICK < elapsedMs / 2;
}
const MS_PER_TICK = 10;
