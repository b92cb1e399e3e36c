/** What others took of the machine while a cell ran. */

import { nowNs } from '../measure/clock.ts';
import { readText } from '../measure/system-files.ts';
import type { Noise } from './noise-limits.ts';
import { throttledUs, throttleFiles } from './throttle.ts';

/** @returns a function that reads the noise since this call */
export function watchNoise(): () => Noise {
  const quotas = throttleFiles(readText('/proc/self/cgroup') ?? '', readText('/proc/self/mountinfo') ?? '');
  const before = readCounters(quotas);
  return () => noiseBetween(before, readCounters(quotas));
}

interface Counters {
  readonly atNs: number;
  readonly pressureUs: number | undefined;
  readonly stealTicks: number | undefined;
  readonly allTicks: number;
  /** For the process's control group and those above it. */
  readonly throttledUs: readonly (number | undefined)[];
}

function readCounters(quotas: readonly string[]): Counters {
  const pressure = /^some .*total=(\d+)/m.exec(readText('/proc/pressure/cpu') ?? '')?.[1];
  // Fields of proc(5): user nice system idle iowait irq softirq steal …
  const ticks = /^cpu +(.*)$/m
    .exec(readText('/proc/stat') ?? '')?.[1]
    ?.split(' ')
    .slice(0, 8)
    .map(Number);
  return {
    atNs: nowNs(),
    pressureUs: pressure === undefined ? undefined : Number(pressure),
    stealTicks: ticks?.[7],
    allTicks: ticks?.reduce((sum, value) => sum + value, 0) ?? 0,
    throttledUs: quotas.map((file) => throttledUs(readText(file) ?? '')),
  };
}

export function noiseBetween(before: Counters, after: Counters): Noise {
  // Some counters of proc(5) go back a little now and then. Others come late: the kernel adds to the pressure's total in
  // steps, which a short time between two readings can be less than (22 times so within 0.1 ms, 1.02 times within a second).
  // And cores that are throttled at once add up. A share that is above 1 would make the cell's record invalid.
  const share = (from: number | undefined, to: number | undefined, total: number) =>
    from === undefined || to === undefined || total <= 0 ? null : Math.min(1, Math.max(0, to - from) / total);
  const elapsedUs = (after.atNs - before.atNs) / 1e3;
  const throttled = after.throttledUs
    .map((us, level) => share(before.throttledUs[level], us, elapsedUs))
    .filter((each) => each !== null);
  return {
    cpuPressure: share(before.pressureUs, after.pressureUs, elapsedUs),
    steal: share(before.stealTicks, after.stealTicks, after.allTicks - before.allTicks),
    throttled: throttled.length === 0 ? null : Math.max(...throttled),
  };
}
