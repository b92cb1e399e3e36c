import type { EncodedEvent } from '../../bench/contract/event.ts';

export interface RingLimits {
  /** @default 4096 */
  readonly events: number;
  /** Payload bytes held at the most; the newest event always is. @default 16 MiB */
  readonly bytes: number;
}

export const RING_LIMITS: RingLimits = { events: 4096, bytes: 16 * 1024 * 1024 };

/** The last encoded events, bounded in count and bytes, in order of seq without gaps. `cursorBase`: its `lastSeq` before the first. */
export class Ring {
  readonly #slots: (EncodedEvent | undefined)[];
  readonly #maxBytes: number;
  #oldest: number;
  #last: number;
  #bytes = 0;

  constructor({ events, bytes }: RingLimits = RING_LIMITS, cursorBase = 0) {
    this.#oldest = cursorBase + 1;
    this.#last = cursorBase;
    this.#slots = new Array<EncodedEvent | undefined>(events).fill(undefined);
    this.#maxBytes = bytes;
  }

  get lastSeq(): number {
    return this.#last;
  }

  /** Seq of the oldest event held; `lastSeq + 1` when none is. */
  get oldestSeq(): number {
    return this.#oldest;
  }

  push(event: EncodedEvent): void {
    if (this.#oldest > this.#last) this.#oldest = event.seq;
    else if (event.seq !== this.#last + 1) throw new RangeError(`event ${event.seq} after ${this.#last}`);
    if (event.seq - this.#oldest >= this.#slots.length) this.#drop();
    this.#slots[event.seq % this.#slots.length] = event;
    this.#last = event.seq;
    this.#bytes += event.bytes.length;
    while (this.#bytes > this.#maxBytes && this.#oldest < this.#last) this.#drop();
  }

  /** Events held with a seq above the given one, oldest first, at most `limit`. */
  since(seq: number, limit = Number.POSITIVE_INFINITY): readonly EncodedEvent[] {
    const from = Math.max(seq + 1, this.#oldest);
    const to = Math.min(this.#last, from + limit - 1);
    const events: EncodedEvent[] = [];
    for (let at = from; at <= to; at++) {
      const event = this.#slots[at % this.#slots.length];
      if (event) events.push(event);
    }
    return events;
  }

  #drop(): void {
    const at = this.#oldest % this.#slots.length;
    this.#bytes -= this.#slots[at]?.bytes.length ?? 0;
    this.#slots[at] = undefined;
    this.#oldest++;
  }
}
