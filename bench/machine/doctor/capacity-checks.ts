/** Whether there is room for what the profiles need. */

import { bad, type Check, NOT_TOLD, ok, warn } from './check.ts';
import type { Facts, Need } from './facts.ts';

const MEBIBYTE = 1024 ** 2;
/** Server, worker, relay and orchestrator; and a client's two ends, by the lane that needs most. */
const MEMORY_BYTES = { processes: 300 * MEBIBYTE, perClient: 128 * 1024 };
/** A run with every scenario, its page and its exports; and what leaves room for more of them. */
const DISK_BYTES = { run: 50 * MEBIBYTE, comfortable: 500 * MEBIBYTE };

export function memory({ availableMemoryBytes, needs }: Facts): Check {
  return forNeeds(needs, {
    id: 'memory',
    seen: `${megabytes(availableMemoryBytes)} available`,
    fits: ({ clients }) => availableMemoryBytes >= MEMORY_BYTES.processes + MEMORY_BYTES.perClient * clients,
    hint: 'Close what else runs, or use fewer --clients.',
  });
}

export function descriptors({ fileDescriptors, needs }: Facts): Check {
  if (fileDescriptors === null) return ok('descriptors', NOT_TOLD);
  return forNeeds(needs, {
    id: 'descriptors',
    seen: `${fileDescriptors} files and sockets per process`,
    fits: (need) => fileDescriptors >= need.descriptors,
    hint: `Raise the limit: ulimit -n ${Math.max(...needs.map((need) => need.descriptors))}`,
  });
}

export function ports({ localPorts, needs }: Facts): Check {
  if (localPorts === null) return ok('ports', NOT_TOLD);
  return forNeeds(needs, {
    id: 'ports',
    seen: `${localPorts} local ports for connections`,
    fits: ({ clients }) => localPorts >= clients,
    hint: 'As root: sysctl net.ipv4.ip_local_port_range="15000 60999"',
  });
}

export function disk({ freeDiskBytes }: Facts): Check {
  if (freeDiskBytes === null) return ok('disk', NOT_TOLD);
  const seen = `${megabytes(freeDiskBytes)} free for results`;
  if (freeDiskBytes >= DISK_BYTES.comfortable) return ok('disk', seen);
  const hint = 'Make room, or save elsewhere with --results.';
  return freeDiskBytes >= DISK_BYTES.run ? warn('disk', seen, hint) : bad('disk', seen, hint);
}

interface Requirement {
  readonly id: string;
  readonly seen: string;
  readonly fits: (need: Need) => boolean;
  readonly hint: string;
}

/** Bad only where no profile can run. */
function forNeeds(needs: readonly Need[], { id, seen, fits, hint }: Requirement): Check {
  const short = needs.filter((need) => !fits(need)).map(({ profile }) => profile);
  if (short.length === 0) return ok(id, seen);
  const what = `${seen}: not enough for ${short.join(' and ')}`;
  return short.length === needs.length ? bad(id, what, hint) : warn(id, what, hint);
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / MEBIBYTE)} MiB`;
}
