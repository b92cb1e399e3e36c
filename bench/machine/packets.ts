/** Packets, from the kernel's own count per socket (`ss -tin`, iproute2). Needs no root. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readText } from '../measure/system-files.ts';

export interface SegmentCount {
  /** The clients' ends of the connections, as `address:port`, in order. */
  readonly peers: readonly string[];
  /** Segments with and without data, by the server's sockets. */
  readonly sent: number;
  readonly received: number;
}

const DEADLINE_MS = 2_000;

/** IPv4 20, TCP 20; the timestamp option (RFC 7323) with its padding 12. */
const HEADER_BYTES = { plain: 40, timestamps: 52 };

/**
 * IPv4 and TCP header of a segment on this machine. Both ends are on it, so its setting decides alone; `ss` does not show
 * the option on every kernel.
 */
export function headerBytesPerSegment(): number {
  return readText('/proc/sys/net/ipv4/tcp_timestamps') === '0' ? HEADER_BYTES.plain : HEADER_BYTES.timestamps;
}

/**
 * Segments of all connections of a local port so far.
 *
 * @param core where to run it, so that it does not take the server's
 * @param namespace the network namespace of the server; undefined for that of this process
 * @returns undefined where `ss` does not exist or does not tell
 */
export async function readSegments(
  port: number,
  core: number | undefined,
  signal: AbortSignal,
  namespace?: string,
): Promise<SegmentCount | undefined> {
  const where = namespace === undefined ? [] : ['-N', namespace];
  const command = ['ss', ...where, '-tinH', 'state', 'established', `( sport = :${port} )`];
  const [program = '', ...args] = core === undefined ? command : ['taskset', '-c', String(core), ...command];
  try {
    const limits = { signal, timeout: DEADLINE_MS, killSignal: 'SIGKILL' as const, maxBuffer: 64 * 1024 * 1024 };
    const { stdout } = await promisify(execFile)(program, args, limits);
    return parseSegments(stdout);
  } catch {
    return undefined;
  }
}

/** @param text what `ss -tinH` prints: two lines a socket, the first with both ends, the second with `segs_out:N segs_in:N` */
export function parseSegments(text: string): SegmentCount | undefined {
  const sum = (pattern: RegExp) => [...text.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
  if (!/\bsegs_out:\d/.test(text)) return undefined;
  return {
    peers: [...text.matchAll(/^(?:\S+\s+){3}(\S+)/gm)].map(([, peer = '']) => peer).sort(),
    sent: sum(/\bsegs_out:(\d+)/g),
    received: sum(/\bsegs_in:(\d+)/g),
  };
}

/** Whether the same connections were open at both readings: one that came or went in between took its count along. */
export function isSteady(before: SegmentCount, after: SegmentCount): boolean {
  const isSame = before.peers.length > 0 && before.peers.join() === after.peers.join();
  // A port may come again, with a new count.
  return isSame && after.sent >= before.sent && after.received >= before.received;
}
