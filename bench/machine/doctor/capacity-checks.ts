/** Whether there is room for what the profiles need. */

import { type Check, check, notTold } from './check.ts';
import type { Facts, Need } from './facts.ts';

const MEBIBYTE = 1024 ** 2;
/** Server, worker, relay and orchestrator; and a client's two ends, by the lane that needs most. */
const MEMORY_BYTES = { processes: 300 * MEBIBYTE, perClient: 128 * 1024 };
/** A run with every scenario, its page and its exports; and what leaves room for more of them. */
const DISK_BYTES = { run: 50 * MEBIBYTE, comfortable: 500 * MEBIBYTE };

export function memory({ availableMemoryBytes, needs }: Facts): Check {
  const fits = ({ clients }: Need) => availableMemoryBytes >= MEMORY_BYTES.processes + MEMORY_BYTES.perClient * clients;
  const hint = 'Close what else runs, or use fewer --clients.';
  return forNeeds('memory', `${mebibytes(availableMemoryBytes)} available`, needs, fits, hint);
}

export function descriptors({ fileDescriptors, needs }: Facts): Check {
  if (fileDescriptors === null) return notTold('descriptors');
  const fits = (need: Need) => fileDescriptors >= need.descriptors;
  const hint = `Raise the limit: ulimit -n ${Math.max(...needs.map((need) => need.descriptors))}`;
  return forNeeds('descriptors', `${fileDescriptors} files and sockets per process`, needs, fits, hint);
}

export function ports({ localPorts, needs }: Facts): Check {
  if (localPorts === null) return notTold('ports');
  const hint = 'As root: sysctl net.ipv4.ip_local_port_range="15000 60999"';
  const fits = ({ clients }: Need) => localPorts >= clients;
  return forNeeds('ports', `${localPorts} local ports for connections`, needs, fits, hint);
}

export function disk({ freeDiskBytes }: Facts): Check {
  if (freeDiskBytes === null) return notTold('disk');
  const worse = freeDiskBytes >= DISK_BYTES.run ? 'warn' : 'bad';
  const hint = 'Make room, or save elsewhere with --results.';
  const seen = `${mebibytes(freeDiskBytes)} free for results`;
  return check('disk', seen, freeDiskBytes >= DISK_BYTES.comfortable, worse, hint);
}

/** Bad only where no profile can run. */
function forNeeds(
  id: string,
  seen: string,
  needs: readonly Need[],
  fits: (need: Need) => boolean,
  hint: string,
): Check {
  const short = needs.filter((need) => !fits(need)).map(({ profile }) => profile);
  const lacks = short.length === 0 ? '' : `: not enough for ${short.join(' and ')}`;
  return check(id, seen + lacks, short.length === 0, short.length === needs.length ? 'bad' : 'warn', hint);
}

function mebibytes(bytes: number): string {
  return `${Math.floor(bytes / MEBIBYTE)} MiB`;
}
