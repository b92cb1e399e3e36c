/** Where a cell's processes come from, and how long each of their answers may take. */

import type { CompletedCell, Disturbance, Point } from '../contract/result.ts';
import type { Pinning } from '../machine/cores.ts';
import type { SegmentCount } from '../machine/packets.ts';
import type { Network } from '../network/netem/network.ts';
import type { Channel } from './children/child.ts';

/** Process ids; undefined for none, and in the tests for one in memory. */
export interface WatchedProcesses {
  readonly server: number | undefined;
  readonly probe: number | undefined;
  readonly link: number | undefined;
  /** Load workers and relay, where they do not give way to the probe. */
  readonly crowd: readonly number[];
}

export interface Laboratory {
  readonly workers: number;
  readonly pinning: Pinning;
  /** For a point whose link is the kernel's. */
  openNetwork(point: Point): Network;
  openServer(network?: Network): Channel;
  openWorker(index: number, network?: Network): Channel;
  openProbe(network?: Network): Channel;
  openRelay(network?: Network): Channel;
  openLink(): Channel;
  /** From now on; the function that it returns reads what others took of the machine meanwhile. */
  watchMachine(processes: WatchedProcesses): () => Promise<Disturbance>;
  /** A short fixed piece of work on the server's core, at the least; undefined where it can't be done. */
  calibrateUs(): Promise<number | undefined>;
  /** Whether the probe shares the core of a load worker, and nobody else uses it just now: asked before a cell's processes start. */
  canYieldToProbe(): Promise<boolean>;
  /**
   * Makes load workers give way to a probe on their core.
   *
   * @param workers process ids, that of the relay among them
   * @returns how they run: `idle` when they give way, `normal` where they can't be made to
   */
  yieldToProbe(workers: readonly number[]): Promise<NonNullable<CompletedCell['probes']>['crowdPolicy']>;
  /** Version of the Node that children run on; a child that runs on another makes a failed cell. */
  readonly nodeVersion: string;
  /** Resolves when the sockets of a server that ended are gone, or the wait is over, with how many are left. */
  readonly coolDown: (port: number, signal: AbortSignal) => Promise<{ readonly open: number }>;
  readonly readSegments: (port: number, signal: AbortSignal, network?: Network) => Promise<SegmentCount | undefined>;
  /** @default DEADLINES_MS */
  readonly deadlinesMs?: Deadlines;
}

/** How long each call may take; the cell fails after it. They are for what hangs: beside busy neighbours a second takes ten. */
export const DEADLINES_MS = {
  hello: 60_000,
  listen: 60_000,
  /** Besides what the distance adds. */
  connect: 60_000,
  /** After the last event, and the wait that lane and distance have by design: then a delivery counts as lost. */
  drain: 30_000,
  /** Besides warm-up, window and drain. */
  measure: 30_000,
  close: 60_000,
};
export type Deadlines = Readonly<typeof DEADLINES_MS>;
