/** Where a cell's processes come from, and how long each of their answers may take. */

import type { Point } from '../contract/result.ts';
import type { Pinning } from '../machine/cores.ts';
import type { Noise } from '../machine/noise-limits.ts';
import type { SegmentCount } from '../machine/packets.ts';
import type { Network } from '../network/netem/network.ts';
import type { Channel } from './child.ts';

export interface Laboratory {
  readonly workers: number;
  readonly pinning: Pinning;
  /** For a point whose link is the kernel's. */
  openNetwork(point: Point): Network;
  openServer(network?: Network): Channel;
  openWorker(index: number, network?: Network): Channel;
  openRelay(network?: Network): Channel;
  openLink(): Channel;
  watchNoise(): () => Noise;
  /** Version of the Node that children run on; a child that runs on another makes a failed cell. */
  readonly nodeVersion: string;
  /** Resolves when the sockets of a server that ended are gone, or the wait is over, with how many are left. */
  readonly coolDown: (port: number, signal: AbortSignal) => Promise<{ readonly open: number }>;
  readonly readSegments: (port: number, signal: AbortSignal, network?: Network) => Promise<SegmentCount | undefined>;
  /** @default DEADLINES_MS */
  readonly deadlinesMs?: Deadlines;
}

/** How long each call may take; the cell fails after it. */
export const DEADLINES_MS = {
  hello: 10_000,
  listen: 10_000,
  /** Besides what the distance adds. */
  connect: 60_000,
  /** After the last event, and the wait that lane and distance have by design: then a delivery counts as lost. */
  drain: 5_000,
  /** Besides warm-up, window and drain. */
  measure: 10_000,
  close: 15_000,
};
export type Deadlines = Readonly<typeof DEADLINES_MS>;
