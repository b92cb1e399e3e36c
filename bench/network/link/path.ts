/** When what enters one direction of a connection comes out of it. Pure: time is an argument. */

import type { LinkConditions } from '../../contract/calls.ts';
import { randomAt, STREAM } from '../../contract/random.ts';

/** What an Ethernet frame carries, with timestamps (RFC 7323). */
const SEGMENT_BYTES = 1_448;
/** Largest send buffer of Linux (tcp_wmem): no more than that is on its way in one direction, whatever the bandwidth. */
const WINDOW_BYTES = 4 * 1024 * 1024;
/** What a sender may be ahead of the bandwidth. */
const QUEUE_BYTES = 64 * 1024;

export class Path {
  /** A chunk is handed on in pieces of this: as a line serialises it, but not more often than every millisecond. */
  readonly pieceBytes: number;
  /** What it holds at most before its sender must wait. */
  readonly capacityBytes: number;
  readonly #delayNs: number;
  readonly #jitterNs: number;
  readonly #nsPerByte: number;
  readonly #seed: number;
  #draws = 0;
  #freeNs: number;
  #lastNs = 0;

  /**
   * @param number of the direction, so that each has a jitter of its own
   * @param openNs what enters before waits until then
   */
  constructor(conditions: LinkConditions & { readonly seed: number }, number: number, openNs: number) {
    const { rttMs, jitterMs = 0, bandwidthBitsPerSecond, seed } = conditions;
    this.#delayNs = (rttMs / 2) * 1e6;
    this.#jitterNs = jitterMs * 1e6;
    this.#seed = randomAt(seed, STREAM.linkJitter, number) * 2 ** 32;
    this.#freeNs = openNs;
    if (bandwidthBitsPerSecond === undefined) {
      this.#nsPerByte = 0;
      this.pieceBytes = Number.POSITIVE_INFINITY;
      this.capacityBytes = WINDOW_BYTES;
    } else {
      const bytesPerMs = bandwidthBitsPerSecond / 8e3;
      this.#nsPerByte = 1e6 / bytesPerMs;
      this.pieceBytes = Math.max(SEGMENT_BYTES, Math.floor(bytesPerMs));
      this.capacityBytes = bytesPerMs * (rttMs / 2 + jitterMs) + QUEUE_BYTES;
    }
  }

  /** The instant when bytes that enter now have come out; never before that of those which entered earlier. */
  exitNs(nowNs: number, bytes: number): number {
    this.#freeNs = Math.max(nowNs, this.#freeNs) + bytes * this.#nsPerByte;
    const jitterNs = this.#jitterNs === 0 ? 0 : randomAt(this.#seed, STREAM.linkJitter, this.#draws++) * this.#jitterNs;
    this.#lastNs = Math.max(this.#lastNs, this.#freeNs + this.#delayNs + jitterNs);
    return this.#lastNs;
  }
}
