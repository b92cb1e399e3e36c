import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { eventOf, range } from '../../bench/contract/test-support.ts';
import { EventLog } from '../feed/feed.ts';
import type { RingLimits } from '../feed/ring.ts';
import { Broadcast, type Peer } from './broadcast.ts';

/** A connection whose bytes leave when the test says so. */
class ManualPeer implements Peer {
  readonly frames: string[] = [];
  /** Called before each write. */
  onWrite: () => void = () => {};
  readonly writes: { bytes: number; flushed: ((error?: Error | null) => void) | undefined }[] = [];
  cutOffs = 0;

  write(frame: Buffer, flushed?: (error?: Error | null) => void): void {
    this.onWrite();
    this.frames.push(frame.toString());
    this.writes.push({ bytes: frame.length, flushed });
  }

  get backlogBytes(): number {
    return this.writes.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  cutOff(): void {
    this.cutOffs++;
  }

  /** Hands what was written so far to the system, or fails to. */
  flush(error: Error | null = null): void {
    for (const { flushed } of this.writes.splice(0)) flushed?.(error);
  }

  flushAll(): void {
    while (this.writes.length > 0) this.flush();
  }
}

const FRAMING = {
  event: ({ seq, bytes }: { seq: number; bytes: Buffer }) => Buffer.from(String(seq).padEnd(bytes.length)),
  gap: ({ after, oldest }: { after: number; oldest: number }) => Buffer.from(`gap ${after} ${oldest}`),
};

function open({ ring, maxBacklogBytes = 1e9 }: { ring?: RingLimits; maxBacklogBytes?: number } = {}) {
  const feed = new EventLog(ring);
  const broadcast = new Broadcast<ManualPeer>(feed, FRAMING, maxBacklogBytes);
  const publish = (count: number, pad = '') => {
    for (const _ of range(1, count)) feed.publish(eventOf(feed.lastSeq + 1, { pad }));
  };
  const join = (since?: number) => {
    const peer = new ManualPeer();
    broadcast.join(peer, since);
    return peer;
  };
  return { feed, broadcast, publish, join };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
const framesOf = (peer: ManualPeer) => peer.frames.map((frame) => frame.trim());
const seqsOf = (peer: ManualPeer) => framesOf(peer).map(Number);

describe('a peer', () => {
  test('without a cursor gets the next event first, at once', () => {
    const { publish, join } = open();
    publish(2);
    const peer = join();
    publish(2);
    expect(seqsOf(peer)).toEqual([3, 4]);
  });

  test('whose cursor is at the newest event is live', () => {
    const { publish, join } = open();
    publish(2);
    const peer = join(2);
    publish(1);
    expect(seqsOf(peer)).toEqual([3]);
  });

  test('that catches up holds no more than a batch at a time, and then is live', () => {
    const { publish, join } = open();
    publish(200);
    const peer = join(0);
    expect(seqsOf(peer)).toEqual(range(1, 64));
    peer.flush();
    expect(seqsOf(peer)).toEqual(range(1, 128));
    publish(5);
    expect(seqsOf(peer)).toEqual(range(1, 128));
    peer.flush();
    peer.flush();
    expect(seqsOf(peer)).toEqual(range(1, 205));
    peer.flush();
    publish(1);
    expect(seqsOf(peer)).toEqual(range(1, 206));
  });

  test('that catches up on large events holds 64 KiB and one event at the most', () => {
    const { publish, join } = open();
    publish(20, 'x'.repeat(30_000));
    const peer = join(0);
    while (peer.writes.length > 0) {
      expect(peer.backlogBytes).toBeLessThanOrEqual(64 * 1024 + 31_000);
      peer.flush();
    }
    expect(seqsOf(peer)).toEqual(range(1, 20));
  });

  test('that catches up is not cut off, however little the limit', () => {
    const { broadcast, publish, join } = open({ maxBacklogBytes: 10 });
    publish(100, 'x'.repeat(1_000));
    const peer = join(0);
    publish(10);
    peer.flushAll();
    expect(seqsOf(peer)).toEqual(range(1, 110));
    expect(broadcast.cutOffCount).toBe(0);
  });

  test('that the ring overtakes while it catches up is told of the gap', () => {
    const { publish, join } = open({ ring: { events: 100, bytes: 1e9 } });
    publish(100);
    const peer = join(0);
    publish(150);
    peer.flushAll();
    expect(framesOf(peer)).toEqual([...range(1, 64).map(String), 'gap 64 151', ...range(151, 250).map(String)]);
  });

  test('ahead of the feed gets nothing until the feed has passed its cursor', () => {
    const { broadcast, publish, join } = open();
    publish(1);
    const peer = join(4);
    expect(broadcast.size).toBe(1);
    publish(3);
    expect(peer.frames).toEqual([]);
    publish(2);
    expect(seqsOf(peer)).toEqual([5, 6]);
    expect(broadcast.size).toBe(1);
  });

  test('that does not read is cut off above the limit, and counted; others are not', () => {
    const { broadcast, publish, join } = open({ maxBacklogBytes: 3_000 });
    const slow = join();
    const quick = join();
    for (const _ of range(1, 10)) {
      publish(1, 'x'.repeat(960));
      quick.flush();
    }
    expect(slow.cutOffs).toBe(1);
    expect(slow.frames.length).toBeLessThan(5);
    expect(seqsOf(quick)).toEqual(range(1, 10));
    expect(broadcast).toMatchObject({ cutOffCount: 1, size: 1 });
    expect([...broadcast.peers()]).toEqual([quick]);
  });

  test('that left gets nothing more, wherever it stood', () => {
    const { feed, broadcast, publish, join } = open();
    publish(100);
    const peers = [join(), join(0), join(200)];
    for (const peer of peers) broadcast.leave(peer);
    const before = peers.map((peer) => peer.frames.length);
    for (const peer of peers) peer.flush();
    publish(150);
    expect(peers.map((peer) => peer.frames.length)).toEqual(before);
    expect(broadcast.size).toBe(0);
    expect(feed.subscriberCount).toBe(1);
  });

  test('whose bytes could not be handed to the system gets no more of them', () => {
    const { publish, join } = open();
    publish(200);
    const peer = join(0);
    peer.flush(new Error('the connection ended'));
    expect(seqsOf(peer)).toEqual(range(1, 64));
  });
});

test('live peers are written to in another order for each event, and each has every place', () => {
  const { publish, join } = open();
  const order: number[] = [];
  for (const number of range(0, 7)) {
    join().onWrite = () => void order.push(number);
  }
  const orders = range(1, 200).map(() => {
    publish(1);
    return order.splice(0);
  });
  expect(new Set(orders.map(String)).size).toBeGreaterThan(190);
  for (const place of range(0, 7)) expect(new Set(orders.map((one) => one[place])).size).toBe(8);
});

test('a peer that leaves while others are written to gets no more', () => {
  const { broadcast, publish, join } = open();
  const peers = range(1, 8).map(() => join());
  const written: ManualPeer[] = [];
  for (const peer of peers) {
    peer.onWrite = () => {
      written.push(peer);
      for (const other of peers) if (other !== peer) broadcast.leave(other);
    };
  }
  publish(1);
  expect(written).toHaveLength(1);
  publish(1);
  expect(written).toEqual([written[0], written[0]]);
});

test('once closed it pushes nothing to anybody, and its peers stay with the caller', () => {
  const { feed, broadcast, publish, join } = open();
  publish(200);
  const peers = [join(), join(0), join(300)];
  broadcast.close();
  for (const peer of peers) peer.flush();
  publish(150);
  expect(peers.map((peer) => peer.frames.length)).toEqual([0, 64, 0]);
  expect(new Set(broadcast.peers())).toEqual(new Set(peers));
  expect(feed.subscriberCount).toBe(0);
});

test('every peer gets each event after its cursor once, in order, however it reads', async () => {
  const action = fc.oneof(
    fc.record({ kind: fc.constant('publish' as const), count: fc.integer({ min: 1, max: 150 }) }),
    fc.record({ kind: fc.constant('join' as const), back: fc.option(fc.integer({ min: -5, max: 300 })) }),
    fc.record({ kind: fc.constant('flush' as const), peer: fc.nat(10) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
      const { feed, publish, join } = open();
      const joined: { peer: ManualPeer; first: number }[] = [];
      for (const step of actions) {
        if (step.kind === 'publish') publish(step.count);
        if (step.kind === 'flush') joined[step.peer % Math.max(1, joined.length)]?.peer.flush();
        if (step.kind === 'join') {
          const since = step.back === null ? undefined : Math.max(0, feed.lastSeq - step.back);
          joined.push({ first: (since ?? feed.lastSeq) + 1, peer: join(since) });
        }
      }
      publish(10);
      for (const { peer, first } of joined) {
        while (peer.writes.length > 0) {
          peer.flushAll();
          // A batch may wait for the next turn of the event loop.
          await nextTurn();
        }
        expect(seqsOf(peer)).toEqual(range(first, feed.lastSeq));
      }
    }),
  );
});

test('peers that catch up let the event loop go on', async () => {
  const { feed, publish, join } = open();
  publish(4_000);
  const peers = range(1, 20).map(() => join(0));
  let turns = 0;
  while (peers.some((peer) => peer.writes.length > 0)) {
    // As a system does that takes all at once.
    for (const peer of peers) peer.flushAll();
    await nextTurn();
    turns++;
  }
  for (const peer of peers) expect(seqsOf(peer)).toEqual(range(1, feed.lastSeq));
  expect(turns).toBeGreaterThan(20);
});

describe('what is said to one peer', () => {
  test('reaches that one, in its place among the events, whether it is live or not', () => {
    const { broadcast, publish, join } = open();
    publish(2);
    const live = join();
    const catchingUp = join(0);
    const ahead = join(9);
    publish(1);
    for (const peer of [live, catchingUp, ahead]) broadcast.say(peer, Buffer.from('hello'));
    catchingUp.flushAll();
    publish(1);
    expect(framesOf(live)).toEqual(['3', 'hello', '4']);
    expect(framesOf(catchingUp)).toEqual(['1', '2', 'hello', '3', '4']);
    expect(framesOf(ahead)).toEqual(['hello']);
  });

  test('counts towards its backlog, and a peer that left hears nothing', () => {
    const { broadcast, join } = open({ maxBacklogBytes: 9 });
    const peer = join();
    const other = join();
    for (const _ of range(1, 3)) broadcast.say(peer, Buffer.from('hello'));
    expect(peer).toMatchObject({ cutOffs: 1, frames: ['hello', 'hello'] });
    expect(broadcast).toMatchObject({ size: 1, cutOffCount: 1 });
    broadcast.leave(other);
    broadcast.say(other, Buffer.from('hello'));
    expect(other.frames).toEqual([]);
  });
});
