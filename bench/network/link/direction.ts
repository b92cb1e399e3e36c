/**
 * One direction of one connection: what comes in goes out after the path's delay, in order, and no faster than the far end
 * takes it. The opening, an end and a reset travel as bytes do.
 */

import type { Departing, Departures } from './delay-queue.ts';
import type { Path } from './path.ts';

/** Where bytes come from: it can be made to wait. */
export interface Source {
  pause(): unknown;
  resume(): unknown;
}

/** Where they go. */
export interface Outlet {
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
  readonly open: () => Outlet;
  /** Told how late each chunk left: written − due. What the far end was not ready for is late from then on. */
  readonly onChunk: (latenessNs: number) => void;
}

interface Parcel {
  readonly load: Buffer | 'open' | 'end' | 'reset';
  readonly dueNs: number;
  next: Parcel | undefined;
}

/** However short: each takes memory besides its bytes. */
const MAX_PARCELS = 16_384;

export class Direction implements Departing {
  readonly #path: Path;
  readonly #departures: Departures;
  readonly #ends: DirectionEnds;
  #outlet: Outlet | undefined;
  #first: Parcel | undefined;
  #last: Parcel | undefined;
  #parcels = 0;
  #heldBytes = 0;
  #isPaused = false;
  /** The far end takes no more; ready again at `#readyNs`. */
  #isBlocked = false;
  #readyNs = 0;
  /** Nobody waits for anybody any more. */
  #isReset = false;

  constructor(path: Path, departures: Departures, ends: DirectionEnds) {
    this.#path = path;
    this.#departures = departures;
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

  depart(nowNs: number): boolean {
    const dueNs = this.dueNs;
    const { load, next } = this.#first as Parcel;
    this.#first = next;
    if (!next) this.#last = undefined;
    this.#parcels--;
    const isReady = this.#handOver(load, nowNs - dueNs);
    if (this.#isPaused && !this.#isFull) {
      this.#isPaused = false;
      this.#ends.source.resume();
    }
    if (isReady || this.#isReset) return next !== undefined;
    this.#isBlocked = true;
    this.#outlet?.once('drain', () => this.#unblock());
    return false;
  }

  get #isFull(): boolean {
    return this.#heldBytes > this.#path.capacityBytes || this.#parcels > MAX_PARCELS;
  }

  #enter(load: Parcel['load'], bytes: number): void {
    const parcel = { load, dueNs: this.#path.exitNs(this.#departures.nowNs(), bytes), next: undefined };
    this.#parcels++;
    this.#heldBytes += bytes;
    if (this.#first && this.#last) {
      this.#last.next = parcel;
      this.#last = parcel;
      return;
    }
    this.#first = this.#last = parcel;
    if (!this.#isBlocked) this.#departures.add(this);
  }

  /** @returns false when the far end takes no more for now */
  #handOver(load: Parcel['load'], latenessNs: number): boolean {
    const outlet = this.#outlet;
    if (load === 'open') this.#outlet = this.#ends.open();
    else if (load === 'end') outlet?.end();
    else if (load === 'reset') outlet?.resetAndDestroy();
    else {
      this.#heldBytes -= load.length;
      if (!outlet || outlet.destroyed) return true;
      this.#ends.onChunk(latenessNs);
      return outlet.write(load);
    }
    return true;
  }

  #unblock(): void {
    if (!this.#isBlocked) return;
    this.#isBlocked = false;
    this.#readyNs = this.#departures.nowNs();
    if (this.#first) this.#departures.add(this);
  }
}
