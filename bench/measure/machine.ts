/** What the system says of itself while a cell runs. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Noise } from '../contract/result.ts';
import { nowNs } from './clock.ts';
import { throttledUs, throttleFiles } from './throttle.ts';
import type { Pinning } from './warnings.ts';

/** A file's text; undefined where there is none. */
export function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return undefined;
  }
}

/** Starts to watch the machine. The returned function tells what was seen since. */
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
  /** Of the process's control group and those above it. */
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

/** Pure: two readings of the counters become shares of what lay between. */
export function noiseBetween(before: Counters, after: Counters): Noise {
  // Of the ticks in proc(5) some go back a little now and then.
  const share = (from: number | undefined, to: number | undefined, total: number) =>
    from === undefined || to === undefined || total <= 0 ? null : Math.max(0, to - from) / total;
  const elapsedUs = (after.atNs - before.atNs) / 1e3;
  const throttled = after.throttledUs
    .map((us, level) => share(before.throttledUs[level], us, elapsedUs))
    .filter((each) => each !== null);
  return {
    cpuPressure: share(before.pressureUs, after.pressureUs, elapsedUs),
    steal: share(before.stealTicks, after.stealTicks, after.allTicks - before.allTicks),
    // Cores that are held back at once add up: then this is more than the share of the window, and 1 the most it can be.
    throttled: throttled.length === 0 ? null : Math.min(1, Math.max(...throttled)),
  };
}

/** Whether processes can be pinned to cores here. */
export function canPin(): boolean {
  try {
    execFileSync('taskset', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Keeps this process, and what it starts unpinned, on one core. */
export function pinSelf(core: number): void {
  execFileSync('taskset', ['-acp', String(core), String(process.pid)], { stdio: 'ignore' });
}

/** The cores this process may use; undefined where the system does not tell. */
export function allowedCores(): number[] | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readText('/proc/self/status') ?? '')?.[1];
  return list?.split(',').flatMap((range) => {
    const [from = 0, to = from] = range.split('-').map(Number);
    return Array.from({ length: to - from + 1 }, (_, index) => from + index);
  });
}

/**
 * One core for the server, one for each worker, and what is left for relay, link and orchestrator, which share with the last
 * worker where nothing is left. Undefined where nothing can be pinned.
 */
export function planPinning(workers: number, cores: readonly number[] | undefined): Pinning {
  const [server, ...others] = cores ? [...cores].reverse() : [];
  const free = others.length > 0 ? others : cores;
  return {
    server,
    workers: Array.from({ length: workers }, (_, index) => free?.[index % free.length]),
    relay: free?.[Math.min(workers, free.length - 1)],
  };
}

/** How many files and sockets a process may hold; null where there is no such limit or nobody tells. */
export function fileDescriptorLimit(): number | null {
  return numberOrNull(/^Max open files\s+(\d+)/m.exec(readText('/proc/self/limits') ?? '')?.[1]);
}

/** What bounds a run on this machine. */
export interface MachineLimits {
  /** Load workers that get a core of their own. */
  readonly workers: number;
  /** Files and sockets per process; null where unknown. */
  readonly fileDescriptors: number | null;
  /** Ports that outgoing connections to one address can use; null where unknown. */
  readonly localPorts: number | null;
}

export function machineLimits(cores: readonly number[] | undefined): MachineLimits {
  const available = cores?.length ?? cpus().length;
  const ports = localPortRange();
  return {
    // With cores to spare, one is for the relay, the link and the orchestrator.
    workers: available > 2 ? available - 2 : 1,
    fileDescriptors: fileDescriptorLimit(),
    localPorts: ports && ports.last - ports.first + 1,
  };
}

/** Which ports outgoing connections get; null where nobody tells. */
export function localPortRange(): { readonly first: number; readonly last: number } | null {
  const [first, last] = readText('/proc/sys/net/ipv4/ip_local_port_range')?.split(/\s+/).map(Number) ?? [];
  return first === undefined || last === undefined ? null : { first, last };
}

export function numberOrNull(text: string | undefined): number | null {
  return text === undefined || text === '' || Number.isNaN(Number(text)) ? null : Number(text);
}
