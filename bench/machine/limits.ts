/** What bounds a run on this machine: cores, descriptors, ports. */

import { cpus } from 'node:os';
import { numberOrNull, readText } from '../measure/system-files.ts';

/** How many files and sockets a process may hold; null where there is no such limit or the system does not tell. */
export function fileDescriptorLimit(): number | null {
  return numberOrNull(/^Max open files\s+(\d+)/m.exec(readText('/proc/self/limits') ?? '')?.[1]);
}

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
    // With cores to spare, one is for the probe, and one for the relay, the link and the orchestrator.
    workers: Math.max(1, available - 3),
    fileDescriptors: fileDescriptorLimit(),
    localPorts: ports && ports.last - ports.first + 1,
  };
}

/** Which ports outgoing connections get; null where the system does not tell. */
export function localPortRange(): { readonly first: number; readonly last: number } | null {
  const [first, last] = readText('/proc/sys/net/ipv4/ip_local_port_range')?.split(/\s+/).map(Number) ?? [];
  return first === undefined || last === undefined ? null : { first, last };
}
