/** How long things take by design: what warm-up, drain and deadlines must allow for. Pure. */

import { OPENING_AT_ONCE } from '../contract/child.ts';
import type { Lane } from '../contract/lane.ts';
import type { Point } from '../contract/result.ts';

/** Request and response head, rounded up. */
const HEADS_BYTES = 2_048;

/** The longest an event may be under way. */
export function eventWaitMs(lane: Pick<Lane, 'options' | 'waitMs'>, point: Point): number {
  // A client that asks may just have asked: the event waits for its next question.
  return (lane.waitMs?.(lane.options) ?? 0) + 2 * roundTripMs(point);
}

/** What the distance adds to the opening of all clients: one RTT to connect and one for the first answer, each time. */
export function openingMs(point: Point): number {
  return 2 * roundTripMs(point) * Math.ceil(point.clients / OPENING_AT_ONCE);
}

/** Of a connection opened cold: TCP, TLS, what is asked, the goodbye. */
const OPENING_ROUND_TRIPS = 4;
/** What both processes take for it, with room for a busy machine. */
const OPENING_WORK_MS = 10;

/** How long connections take that are opened one after another, by several workers at a time. */
export function openingsMs(point: Point, workers: number): number {
  return Math.ceil(point.clients / workers) * (OPENING_ROUND_TRIPS * roundTripMs(point) + OPENING_WORK_MS);
}

/** What TCP waits before it sends a SYN again, the first time; twice as long each time after (RFC 6298). */
const REPEAT_MS = 1_000;
/** A segment that is lost oftener than any that a cell has. */
const HARDLY_EVER = 1e-6;

/** How long losses may hold up a segment: the longest until it comes through, on a way that loses so many. */
export function repeatsMs({ lossPercent = 0 }: Point): number {
  if (lossPercent === 0) return 0;
  const repeats = Math.ceil(Math.log(HARDLY_EVER) / Math.log(lossPercent / 100));
  return (2 ** repeats - 1) * REPEAT_MS;
}

/** One event asked for and answered, over the point's link. */
function roundTripMs({ rttMs = 0, jitterMs = 0, bandwidthBitsPerSecond, payloadBytes, clients, link }: Point): number {
  const sharing = link === undefined ? 1 : clients;
  const bits = (payloadBytes + HEADS_BYTES) * 8 * sharing;
  const transferMs = (bits * 1e3) / (bandwidthBitsPerSecond ?? Number.POSITIVE_INFINITY);
  return rttMs + 2 * jitterMs + transferMs;
}
