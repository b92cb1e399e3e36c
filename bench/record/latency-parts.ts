/** Pure: the latency of a probe's deliveries, divided into the parts that add up to it. */

import type { Probed, WriteStamps } from '../contract/calls.ts';
import type { LatencyParts } from '../contract/result.ts';

/** Instants of one delivery, on the shared clock. */
export interface TimedDelivery {
  readonly dueNs: number;
  readonly bornNs: number;
  readonly writtenNs: number;
  readonly turnStartNs: number;
  readonly receivedNs: number;
  readonly idleSinceNs: number;
  readonly runDelayNs: number | null;
}

export interface LatencyPartsNs {
  /** The feed's lag: born − due. */
  readonly feedNs: number;
  /** Born to written: the place in the fan-out, framing, and for a poll the wait until it comes. */
  readonly serverNs: number;
  /** The rest: the kernel, the network, and waking up. */
  readonly wireNs: number;
  /** What the probe's own process took before it read the clock. */
  readonly clientNs: number;
}

/** What the deliveries of a window are made of. */
export interface DividedLatency {
  /** Their sum is the mean latency of the same deliveries. */
  readonly means: LatencyParts;
  readonly clientP50Us: number;
}

/**
 * The client's part is the wait behind other probes of the same turn, and of the time before that turn, once the bytes were
 * written, what the process spent on the turn before and what it waited for a core. The two may be the same time, so together
 * they are at most the time from the write to the turn. A turn that began before the write counts from the write on.
 *
 * The parts always sum to received − due. Each but the feed's and the server's is at least 0 as long as the client reads the
 * clock after the server did. Should it have read it before, the wire's part is negative by as much, and the client's is 0.
 */
export function partsOf(delivery: TimedDelivery): LatencyPartsNs {
  const { dueNs, bornNs, writtenNs, turnStartNs, receivedNs, idleSinceNs, runDelayNs } = delivery;
  const underWayNs = Math.max(0, turnStartNs - writtenNs);
  const busyNs = Math.max(0, Math.min(idleSinceNs, turnStartNs) - writtenNs);
  const beforeNs = Math.min(underWayNs, busyNs + (runDelayNs ?? 0));
  const clientNs = beforeNs + Math.max(0, receivedNs - Math.max(turnStartNs, writtenNs));
  return {
    feedNs: bornNs - dueNs,
    serverNs: writtenNs - bornNs,
    wireNs: receivedNs - writtenNs - clientNs,
    clientNs,
  };
}

/**
 * Of the deliveries whose event's birth and write the server knows.
 *
 * @param stamps its probes in the order of the clients' numbers
 * @param startNs the feed's start
 * @returns undefined without such a delivery
 */
export function divideLatency(stamps: WriteStamps, probed: Probed, startNs: number): DividedLatency | undefined {
  const parts = timedDeliveries(stamps, probed, startNs).map(partsOf);
  if (parts.length === 0) return undefined;
  const meanUs = (of: keyof LatencyPartsNs) => parts.reduce((sum, one) => sum + one[of], 0) / parts.length / 1e3;
  const clientNs = parts.map((one) => one.clientNs).sort((a, b) => a - b);
  return {
    means: {
      feedUs: meanUs('feedNs'),
      serverUs: meanUs('serverNs'),
      wireUs: meanUs('wireNs'),
      clientUs: meanUs('clientNs'),
    },
    clientP50Us: (clientNs[(clientNs.length - 1) >> 1] ?? 0) / 1e3,
  };
}

/** Puts each delivery together with its event's birth and write. Those that the server has no write of are left out. */
export function timedDeliveries(stamps: WriteStamps, probed: Probed, startNs: number): TimedDelivery[] {
  return probed.seqs.flatMap((seq, at) => {
    const event = seq - stamps.firstSeq;
    const bornNs = stamps.bornNs[event] ?? 0;
    const writtenNs = stamps.probes[probed.clients[at] ?? -1]?.writtenNs[event] ?? 0;
    if (bornNs === 0 || writtenNs === 0) return [];
    return {
      dueNs: startNs + (probed.dueUs[at] ?? 0) * 1e3,
      bornNs,
      writtenNs,
      turnStartNs: probed.turnStartNs[at] ?? 0,
      receivedNs: probed.receivedNs[at] ?? 0,
      idleSinceNs: probed.idleSinceNs[at] ?? 0,
      runDelayNs: probed.runDelayNs?.[at] ?? null,
    };
  });
}
