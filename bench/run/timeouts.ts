/** How long things take by design: what warm-up, drain and deadlines must allow for. Pure. */

import { OPENING_AT_ONCE } from '../contract/child.ts';
import { type Lane, pollWaitMs } from '../contract/lane.ts';
import type { Point } from '../contract/result.ts';

const HEADS_BYTES = 2_048;

/** The longest an event may be under way: a client whose poll was just answered polls once more. */
export function eventWaitMs(lane: Pick<Lane, 'polls' | 'idlePeriodMs'>, point: Point): number {
  return pollWaitMs(lane) + 2 * roundTripMs(point);
}

/** What the distance adds to the opening of all clients: one RTT to connect and one for the first answer, each time. */
export function openingMs(point: Point): number {
  return 2 * roundTripMs(point) * Math.ceil(point.clients / OPENING_AT_ONCE);
}

/** A connection opened cold: TCP, TLS, request, close; and the work of both processes, with room for a busy machine. */
const COLD_OPENING = { roundTrips: 4, workMs: 10 };

/** How long connections take that are opened one after another, by several workers at a time. */
export function openingsMs(point: Point, workers: number): number {
  return Math.ceil(point.clients / workers) * (COLD_OPENING.roundTrips * roundTripMs(point) + COLD_OPENING.workMs);
}

/** TCP's first timeout for a SYN, which doubles with each retransmission (RFC 6298, section 2). */
const INITIAL_RTO_MS = 1_000;
/** Retransmissions are allowed for until a segment is lost each time with less than this probability. */
const NEGLIGIBLE_PROBABILITY = 1e-6;

/** How long losses may hold up a segment. */
export function retransmissionMs({ lossPercent = 0 }: Point): number {
  if (lossPercent === 0) return 0;
  const retransmissions = Math.ceil(Math.log(NEGLIGIBLE_PROBABILITY) / Math.log(lossPercent / 100));
  return (2 ** retransmissions - 1) * INITIAL_RTO_MS;
}

/** One event requested and answered, over the point's link. */
function roundTripMs({ rttMs = 0, jitterMs = 0, bandwidthBitsPerSecond, payloadBytes, clients, link }: Point): number {
  const sharing = link === undefined ? 1 : clients;
  const bits = (payloadBytes + HEADS_BYTES) * 8 * sharing;
  const transferMs = (bits * 1e3) / (bandwidthBitsPerSecond ?? Number.POSITIVE_INFINITY);
  return rttMs + 2 * jitterMs + transferMs;
}
