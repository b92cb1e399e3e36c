/**
 * One direction of one connection: what comes in goes out after the path's delay, in order, and no faster than the far end
 * takes it. The opening, an end and a reset travel as bytes do.
 */

import type { Delayed, DelayQueue } from './delay-queue.ts';
import type { Path } from './path.ts';

export interface Source {
  pause(): unknown;
  resume(): unknown;
}

export interface Destination {
  readonly destroyed: boolean;
  /** @returns false when nothing more should be written before `'drain'` */
  write(chunk: Buffer): boolean;
  once(event: 'drain', listener: () => void): unknown;
  end(): unknown;
  resetAndDestroy(): unknown;
}

export interface DirectionEnds {
  readonly source: Source;
  /** Called once, when the opening has travelled. */
  readonly open: () => Destination;
  /** Called with the lateness of each chunk: written − due, or, where the far end was not ready, written − ready. */
  readonly onChunk: (latenessNs: number) => void;
}

/** Of a path, what a direction asks. */
type Way = Pick<Path, 'pieceBytes' | 'capacityBytes' | 'exitNs'>;

interface QueuedChunk {
  readonly content: Buffer | 'open' | 'end' | 'reset';
  readonly dueNs: number;
  next: QueuedChunk | undefined;
}

/** At most so many are held, however short: each takes memory besides its bytes. */
const MAX_QUEUED_CHUNKS = 16_384;

export class Direction implements Delayed {
  readonly #path: Way;
  readonly #queue: DelayQueue;
  readonly #ends: DirectionEnds;
  #destination: Destination | undefined;
  #first: QueuedChunk | undefined;
  #last: QueuedChunk | undefined;
  #length = 0;
  #heldBytes = 0;
  #isPaused = false;
  /** The far end takes no more; ready again at `#readyNs`. */
  #isBlocked = false;
  #readyNs = 0;
  /** A destination that takes no more delays nothing from now on: the reset must reach it. */
  #isReset = false;

  constructor(path: Way, queue: DelayQueue, ends: DirectionEnds) {
    this.#path = path;
    this.#queue = queue;
    this.#ends = ends;
    this.#enter('open', 0);
  }

  get dueNs(): number {
    return Math.max(this.#first?.dueNs ?? 0, this.#readyNs);
  }

  chunk(chunk: Buffer): void {
    const { pieceBytes } = this.#path;
    for (let from = 0; from < chunk.length; from += pieceBytes) {
      const piece = chunk.length <= pieceBytes ? chunk : chunk.subarray(from, from + pieceBytes);
      this.#enter(piece, piece.length);
    }
    if (this.#isFull && !this.#isPaused) {
      this.#isPaused = true;
      this.#ends.source.pause();
    }
  }

  end(): void {
    this.#enter('end', 0);
  }

  reset(): void {
    this.#isReset = true;
    this.#enter('reset', 0);
    this.#unblock();
  }

  release(nowNs: number): boolean {
    const dueNs = this.dueNs;
    const { content, next } = this.#first as QueuedChunk;
    this.#first = next;
    if (!next) this.#last = undefined;
    this.#length--;
    const isReady = this.#handOver(content, nowNs - dueNs);
    if (this.#isPaused && !this.#isFull) {
      this.#isPaused = false;
      this.#ends.source.resume();
    }
    if (isReady || this.#isReset) return next !== undefined;
    this.#isBlocked = true;
    this.#destination?.once('drain', () => this.#unblock());
    return false;
  }

  get #isFull(): boolean {
    return this.#heldBytes > this.#path.capacityBytes || this.#length > MAX_QUEUED_CHUNKS;
  }

  #enter(content: QueuedChunk['content'], bytes: number): void {
    const queued = { content, dueNs: this.#path.exitNs(this.#queue.nowNs(), bytes), next: undefined };
    this.#length++;
    this.#heldBytes += bytes;
    if (this.#first && this.#last) {
      this.#last.next = queued;
      this.#last = queued;
      return;
    }
    this.#first = this.#last = queued;
    if (!this.#isBlocked) this.#queue.add(this);
  }

  /** @returns false when the far end takes no more for now */
  #handOver(content: QueuedChunk['content'], latenessNs: number): boolean {
    const destination = this.#destination;
    if (content === 'open') this.#destination = this.#ends.open();
    else if (content === 'end') destination?.end();
    else if (content === 'reset') destination?.resetAndDestroy();
    else {
      this.#heldBytes -= content.length;
      if (!destination || destination.destroyed) return true;
      this.#ends.onChunk(latenessNs);
      return destination.write(content);
    }
    return true;
  }

  #unblock(): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    this.#readyNs = this.#queue.nowNs();
    if (this.#first) this.#queue.add(this);
  }
}
