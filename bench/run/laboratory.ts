/** Where a cell's processes come from, and how long each of their answers may take. */

import type { Noise, Point } from '../contract/result.ts';
import type { Pinning } from '../machine/cores.ts';
import type { SegmentCount } from '../machine/packets.ts';
import type { Network } from '../network/netem/network.ts';
import type { Channel } from './child.ts';

/** Where a cell's processes come from. */
export interface Laboratory {
  readonly workers: number;
  readonly pinning: Pinning;
  /** For a point whose link is the kernel's: where its processes are to be opened. */
  openNetwork(point: Point): Network;
  openServer(network?: Network): Channel;
  openWorker(index: number, network?: Network): Channel;
  openRelay(network?: Network): Channel;
  openLink(): Channel;
  watchNoise(): () => Noise;
  /** Version of the Node that children run on; a child that runs on another makes a failed cell. */
  readonly nodeVersion: string;
  /** Resolves when the sockets of a server that ended are gone, or when it is no use to wait on, with what is left. */
  readonly coolDown: (port: number, signal: AbortSignal) => Promise<{ readonly open: number }>;
  readonly readSegments: (port: number, signal: AbortSignal, network?: Network) => Promise<SegmentCount | undefined>;
  /** @default DEADLINES_MS */
  readonly deadlinesMs?: Deadlines;
}

/** How long each call may take; the cell fails after it. */
export interface Deadlines {
  readonly hello: number;
  readonly listen: number;
  /** On top of what the distance adds. */
  readonly connect: number;
  /** How long after the last event, and the wait that lane and distance have by design, deliveries are waited for. */
  readonly drain: number;
  /** On top of what warm-up, window and drain take. */
  readonly measure: number;
  readonly close: number;
}
