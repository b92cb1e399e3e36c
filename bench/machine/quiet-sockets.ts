/** The pause between two cells: a cell's sockets must be gone before the next one begins. */

import { readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { nowNs } from '../measure/clock.ts';
import { localPortRange } from './limits.ts';

export interface LeftSockets {
  /** To or from its server's port, in any state but TIME_WAIT. */
  readonly open: number;
  /** Local ports for outgoing connections that TIME_WAIT holds, of any process. */
  readonly timeWait: number;
  /** Nothing is open, and TIME_WAIT holds no more than half of the ports. */
  readonly isQuiet: boolean;
}

export interface CoolDown {
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** @default reads /proc/net */
  readonly look?: (port: number) => Promise<LeftSockets>;
}

interface Socket {
  readonly localPort: number;
  readonly remotePort: number;
  readonly isTimeWait: boolean;
}

const POLL_MS = 250;
const TIME_WAIT = '06';
const SHARE_OF_PORTS = 0.5;

/**
 * Resolves when a server's port has no open sockets, or at the deadline, with what was left. Where the system does not show
 * its sockets it resolves at once, with none.
 *
 * @throws AbortError when `signal` aborts before
 */
export async function waitForQuietSockets(
  port: number,
  { deadlineMs, signal, look = lookAtSockets }: CoolDown,
): Promise<LeftSockets> {
  const deadlineNs = nowNs() + deadlineMs * 1e6;
  for (;;) {
    signal.throwIfAborted();
    const left = await look(port);
    const remainingMs = (deadlineNs - nowNs()) / 1e6;
    if (left.isQuiet || remainingMs <= 0) return left;
    await setTimeout(Math.min(POLL_MS, remainingMs), undefined, { signal });
  }
}

async function lookAtSockets(port: number): Promise<LeftSockets> {
  const tables = ['/proc/net/tcp', '/proc/net/tcp6'].map((path) => readFile(path, 'utf8').catch(() => ''));
  return countLeft((await Promise.all(tables)).flatMap(parseSockets), port, localPortRange());
}

/** Pure. @param range null where unknown: then no number of ports is too many */
export function countLeft(
  sockets: readonly Socket[],
  port: number,
  range: { readonly first: number; readonly last: number } | null,
): LeftSockets {
  const open = sockets.filter(
    ({ localPort, remotePort, isTimeWait }) => !isTimeWait && (localPort === port || remotePort === port),
  ).length;
  const { first, last } = range ?? { first: 0, last: Number.POSITIVE_INFINITY };
  const held = new Set(
    sockets
      .filter(({ isTimeWait, localPort }) => isTimeWait && localPort >= first && localPort <= last)
      .map(({ localPort }) => localPort),
  );
  const isQuiet = open === 0 && held.size <= (last - first + 1) * SHARE_OF_PORTS;
  return { open, timeWait: held.size, isQuiet };
}

/** @param table text of /proc/net/tcp or tcp6 (proc(5)): a heading, then a socket a line, its numbers in hexadecimal */
export function parseSockets(table: string): Socket[] {
  const line = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) [0-9A-F]+:([0-9A-F]{4}) ([0-9A-F]{2}) /gm;
  return [...table.matchAll(line)].map(([, local = '', remote = '', state]) => ({
    localPort: Number.parseInt(local, 16),
    remotePort: Number.parseInt(remote, 16),
    isTimeWait: state === TIME_WAIT,
  }));
}
