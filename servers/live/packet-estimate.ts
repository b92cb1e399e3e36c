/** What TCP and IP would add on an Ethernet, estimated from the chunks that pass: a relay sees no packet. */

import { nowNs } from '../../bench/measure/clock.ts';

type DirectionName = 'up' | 'down';

/** What an Ethernet frame carries besides headers with timestamps (RFC 7323). */
const SEGMENT_BYTES = 1_448;
/** IPv4 without options, and TCP with timestamps. */
const HEADER_BYTES = 20 + 32;
/** SYN and SYN-ACK with their options, and the ACK; a FIN each way, and an ACK for each. */
const OPENING_BYTES = 60 + 60 + HEADER_BYTES;
const CLOSING_BYTES = 4 * HEADER_BYTES;
/** Linux delays an acknowledgement by so much, and lets what goes the other way carry it. */
const DELAYED_ACK_NS = 40e6;
/** Every second full-sized segment is acknowledged (RFC 1122, section 4.2.3.2). */
const SEGMENTS_PER_ACK = 2;

export class PacketEstimate {
  headerBytes = 0;
  readonly #clock: () => number;

  constructor(clock = nowNs) {
    this.#clock = clock;
  }

  connection(): { carry(direction: DirectionName, bytes: number): void } {
    this.headerBytes += OPENING_BYTES + CLOSING_BYTES;
    /** When the first segment came that is not acknowledged yet; by the direction of the segment. */
    const waitingNs: Partial<Record<DirectionName, number>> = {};
    return {
      carry: (direction, bytes) => {
        const other = direction === 'up' ? 'down' : 'up';
        const segments = Math.ceil(bytes / SEGMENT_BYTES);
        const isCarried = (sinceNs: number | undefined) =>
          sinceNs !== undefined && this.#clock() - sinceNs < DELAYED_ACK_NS;
        // What waits longer than that got a packet of its own, counted when it began to wait.
        if (isCarried(waitingNs[other])) this.headerBytes -= HEADER_BYTES;
        delete waitingNs[other];
        const acknowledgements = Math.max(1, Math.floor(segments / SEGMENTS_PER_ACK));
        this.headerBytes += HEADER_BYTES * (segments + acknowledgements);
        waitingNs[direction] = this.#clock();
      },
    };
  }

  reset(): void {
    this.headerBytes = 0;
  }
}
