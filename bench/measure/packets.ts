/** Packets, from the kernel's own count per socket (`ss -tin`, iproute2). Needs no root. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { readText } from './machine.ts';

export interface SegmentCount {
  /** Segments with and without data, by the server's sockets. */
  readonly sent: number;
  readonly received: number;
}

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
 * @returns undefined where `ss` does not exist or does not tell
 */
export async function readSegments(port: number): Promise<SegmentCount | undefined> {
  try {
    const { stdout } = await promisify(execFile)('ss', ['-tinH', 'state', 'established', `( sport = :${port} )`], {
      maxBuffer: 64 * 1024 * 1024,
    });
    return parseSegments(stdout);
  } catch {
    return undefined;
  }
}

/** @param text what `ss -tinH` prints: two lines a socket, the second with `segs_out:N segs_in:N` */
export function parseSegments(text: string): SegmentCount | undefined {
  const sum = (pattern: RegExp) => [...text.matchAll(pattern)].reduce((total, [, count]) => total + Number(count), 0);
  if (!/\bsegs_out:\d/.test(text)) return undefined;
  return { sent: sum(/\bsegs_out:(\d+)/g), received: sum(/\bsegs_in:(\d+)/g) };
}
