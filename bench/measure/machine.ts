/** What the system says of itself while a cell runs. */

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { Noise } from '../contract/result.ts';
import { nowNs } from './clock.ts';
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
  const before = readCounters();
  return () => {
    const after = readCounters();
    const share = (key: 'pressureUs' | 'stealTicks', total: number) => {
      const from = before[key];
      const to = after[key];
      return from === undefined || to === undefined || total <= 0 ? null : (to - from) / total;
    };
    return {
      cpuPressure: share('pressureUs', (after.atNs - before.atNs) / 1e3),
      steal: share('stealTicks', (after.allTicks ?? 0) - (before.allTicks ?? 0)),
      throttled: null,
    };
  };
}

function readCounters() {
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
    allTicks: ticks?.reduce((sum, value) => sum + value, 0),
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
  const [first, last] = readText('/proc/sys/net/ipv4/ip_local_port_range')?.split(/\s+/).map(Number) ?? [];
  return {
    // With cores to spare, one is for the relay, the link and the orchestrator.
    workers: available > 2 ? available - 2 : 1,
    fileDescriptors: fileDescriptorLimit(),
    localPorts: first !== undefined && last !== undefined ? last - first + 1 : null,
  };
}

export function numberOrNull(text: string | undefined): number | null {
  return text === undefined || text === '' || Number.isNaN(Number(text)) ? null : Number(text);
}
