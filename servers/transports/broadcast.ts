/**
 * Pushes a feed to every client of a lasting connection. Transports that push share it, so that they give the same delivery
 * guarantees, and differ in framing alone.
 *
 * A client is either live, and gets each event as it is published, or it catches up from the ring at the pace at which it
 * reads. A live client that does not read is cut off: the server holds at most `maxBacklogBytes` for it.
 *
 * Live clients get each event in another order, or the first to join would always be the first served.
 */

import { type EncodedEvent, type EventFeed, encodeGap, type Gap } from '../../bench/contract/event.ts';
import { shuffleInPlace } from '../../bench/contract/random.ts';
import type { Endpoint, MountedTransport } from '../../bench/contract/transport.ts';

export interface Peer {
  /** @param flushed called when the bytes were handed to the system; with an error, or never, when they won't be */
  write(frame: Buffer, flushed?: (error?: Error | null) => void): void;
  /** Bytes written and not handed to the system yet. */
  readonly backlogBytes: number;
  /** Ends a client that does not read, with the reason where the protocol has a code for it. */
  cutOff(): void;
}

export interface Framing {
  event(event: EncodedEvent): Buffer;
  gap(gap: Gap): Buffer;
}

export const NEWLINE = Buffer.from('\n');

/** Newline-delimited JSON: one event, or one gap, per line. */
export const LINES: Framing = {
  event: ({ bytes }) => Buffer.concat([bytes, NEWLINE]),
  gap: (gap) => Buffer.from(`${encodeGap(gap)}\n`),
};

/**
 * A client that catches up gets this much at a time. After so many batches, of all clients, the event loop goes on: else a few
 * that catch up hold up all others (20 of them, with 4,000 events each: 400 ms).
 */
const CATCH_UP = { events: 64, bytes: 64 * 1024, batchesInTurn: 8 };

export class Broadcast<P extends Peer> {
  readonly #feed: EventFeed;
  readonly #framing: Framing;
  readonly #maxBacklogBytes: number;
  readonly #live = new Set<P>();
  /** The live clients in the order of the last event; one that left stays in it until the next. */
  #order: P[] = [];
  #isOrderOld = false;
  readonly #catchingUp = new Set<P>();
  /** Clients whose cursor the feed has not reached, with that cursor. */
  readonly #ahead = new Map<P, number>();
  readonly #unsubscribe: () => void;
  #timer: NodeJS.Timeout | undefined;
  #batchesInTurn = 0;
  cutOffCount = 0;
  #closed = false;

  constructor(feed: EventFeed, framing: Framing, maxBacklogBytes: number) {
    this.#feed = feed;
    this.#framing = framing;
    this.#maxBacklogBytes = maxBacklogBytes;
    this.#unsubscribe = feed.subscribe((event) => this.#publish(event));
  }

  get size(): number {
    return this.#live.size + this.#catchingUp.size + this.#ahead.size;
  }

  *peers(): Iterable<P> {
    yield* this.#live;
    yield* this.#catchingUp;
    yield* this.#ahead.keys();
  }

  /** @param since the client's cursor; without it, it gets the next event first */
  join(peer: P, since: number | undefined): void {
    if (since === undefined) {
      this.#goLive(peer);
    } else {
      this.#catchingUp.add(peer);
      this.#catchUp(peer, this.#feed.cursorOf(since));
    }
  }

  leave(peer: P): void {
    if (this.#live.delete(peer)) this.#isOrderOld = true;
    this.#catchingUp.delete(peer);
    this.#ahead.delete(peer);
  }

  /** Writes to one client, under the same limit as events; nothing to one that left. */
  say(peer: P, frame: Buffer): void {
    if (!this.#live.has(peer) && !this.#catchingUp.has(peer) && !this.#ahead.has(peer)) return;
    peer.write(frame);
    this.#checkBacklog(peer);
  }

  repeat(periodMs: number, act: (peer: P) => void): void {
    this.#timer = setInterval(() => {
      for (const peer of this.peers()) act(peer);
    }, periodMs);
  }

  /** @param end ends every client as the protocol says, once nothing is pushed any more */
  mounted(endpoint: Endpoint, end: () => unknown): MountedTransport {
    const broadcast = this;
    return {
      ...endpoint,
      get clientCount() {
        return broadcast.size;
      },
      get cutOffCount() {
        return broadcast.cutOffCount;
      },
      async close() {
        broadcast.close();
        await end();
      },
    };
  }

  /** Stops to push; the peers stay with the caller. */
  close(): void {
    clearInterval(this.#timer);
    this.#unsubscribe();
    this.#closed = true;
  }

  #publish(event: EncodedEvent): void {
    if (this.#live.size > 0) {
      const frame = this.#framing.event(event);
      for (const peer of this.#shuffled(event.seq)) {
        // Clients also leave while others are written to.
        if (this.#isOrderOld && !this.#live.has(peer)) continue;
        peer.write(frame);
        this.#checkBacklog(peer);
      }
    }
    for (const [peer, cursor] of this.#ahead) {
      if (event.seq < cursor) continue;
      this.#ahead.delete(peer);
      this.#goLive(peer);
    }
  }

  #goLive(peer: P): void {
    this.#live.add(peer);
    this.#isOrderOld = true;
  }

  #shuffled(seed: number): readonly P[] {
    if (this.#isOrderOld) this.#order = [...this.#live];
    this.#isOrderOld = false;
    shuffleInPlace(this.#order, seed);
    return this.#order;
  }

  /** One batch from the ring, and the next when this one was flushed: what is not sent yet stays in the ring only. */
  #catchUp(peer: P, since: number): void {
    const gap = this.#feed.gapAfter(since);
    if (gap) peer.write(this.#framing.gap(gap));
    let cursor = gap ? gap.oldest - 1 : since;

    let batchBytes = 0;
    const batch: Buffer[] = [];
    for (const event of this.#feed.since(cursor, CATCH_UP.events)) {
      const frame = this.#framing.event(event);
      batch.push(frame);
      batchBytes += frame.length;
      cursor = event.seq;
      if (batchBytes >= CATCH_UP.bytes) break;
    }
    const last = batch.pop();
    if (last === undefined) {
      this.#catchingUp.delete(peer);
      if (cursor > this.#feed.lastSeq) this.#ahead.set(peer, cursor);
      else this.#goLive(peer);
      return;
    }
    for (const frame of batch) peer.write(frame);
    peer.write(last, (error) => {
      // Without these conditions, each further batch of the ring would be an error on a connection that ended.
      const goOn = () => {
        if (!this.#closed && this.#catchingUp.has(peer)) this.#catchUp(peer, cursor);
      };
      if (error) return;
      if (++this.#batchesInTurn < CATCH_UP.batchesInTurn) return goOn();
      setImmediate(() => {
        this.#batchesInTurn = 0;
        goOn();
      });
    });
  }

  #checkBacklog(peer: P): void {
    if (peer.backlogBytes <= this.#maxBacklogBytes) return;
    this.leave(peer);
    this.cutOffCount++;
    peer.cutOff();
  }
}
