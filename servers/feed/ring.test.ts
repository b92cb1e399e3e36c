import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventOf, range } from '../../bench/contract/test-support.ts';
import { Ring } from './ring.ts';

const seqsSince = (ring: Ring, seq: number, limit?: number) => ring.since(seq, limit).map((event) => event.seq);

test('an empty ring holds nothing', () => {
  const ring = new Ring();
  expect(ring).toMatchObject({ lastSeq: 0, oldestSeq: 1 });
  expect(ring.since(0)).toEqual([]);
});

test('it holds the last events up to its count', () => {
  const ring = new Ring({ events: 3, bytes: 1e6 });
  for (const seq of range(1, 10)) {
    ring.push(eventOf(seq));
    expect(ring.lastSeq).toBe(seq);
    expect(ring.oldestSeq).toBe(Math.max(1, seq - 2));
    expect(seqsSince(ring, 0)).toEqual(range(Math.max(1, seq - 2), seq));
  }
});

test('it holds the last events up to its bytes', () => {
  const size = eventOf(10).bytes.length;
  const ring = new Ring({ events: 100, bytes: 3 * size });
  for (const seq of range(10, 20)) ring.push(eventOf(seq));
  expect(seqsSince(ring, 0)).toEqual([18, 19, 20]);
});

test('it holds the newest event, however large', () => {
  const ring = new Ring({ events: 100, bytes: 100 });
  for (const seq of range(1, 3)) ring.push(eventOf(seq));
  ring.push(eventOf(4, { pad: 'x'.repeat(1_000) }));
  expect(seqsSince(ring, 0)).toEqual([4]);
  ring.push(eventOf(5));
  expect(seqsSince(ring, 0)).toEqual([5]);
});

test('it may begin with any event', () => {
  const ring = new Ring({ events: 3, bytes: 1e6 });
  ring.push(eventOf(41));
  expect(ring).toMatchObject({ lastSeq: 41, oldestSeq: 41 });
  ring.push(eventOf(42));
  expect(seqsSince(ring, 0)).toEqual([41, 42]);
});

test('it refuses an event out of turn', () => {
  const ring = new Ring();
  ring.push(eventOf(1));
  for (const seq of [0, 1, 3]) expect(() => ring.push(eventOf(seq))).toThrow(`event ${seq} after 1`);
  expect(ring.lastSeq).toBe(1);
});

test('since gives what comes after a cursor, oldest first, up to a limit', () => {
  const ring = new Ring({ events: 5, bytes: 1e6 });
  for (const seq of range(1, 8)) ring.push(eventOf(seq));
  expect(seqsSince(ring, 5)).toEqual([6, 7, 8]);
  expect(seqsSince(ring, 5, 2)).toEqual([6, 7]);
  expect(seqsSince(ring, 0, 2)).toEqual([4, 5]);
  expect(seqsSince(ring, 5, 0)).toEqual([]);
  expect(seqsSince(ring, 8)).toEqual([]);
  expect(seqsSince(ring, Number.MAX_SAFE_INTEGER)).toEqual([]);
});

test('it behaves as a list that is cut at the front', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 300 }), { maxLength: 60 });
  const limits = fc.record({ events: fc.integer({ min: 1, max: 12 }), bytes: fc.integer({ min: 1, max: 2_000 }) });
  fc.assert(
    fc.property(limits, sizes, fc.nat(70), (limit, pads, cursor) => {
      const ring = new Ring(limit);
      let model: { seq: number; bytes: Buffer }[] = [];
      for (const [index, pad] of pads.entries()) {
        const event = eventOf(index + 1, { pad: 'x'.repeat(pad) });
        ring.push(event);
        model = [...model, event].slice(-limit.events);
        const bytes = () => model.reduce((sum, one) => sum + one.bytes.length, 0);
        while (model.length > 1 && bytes() > limit.bytes) model.shift();
      }
      expect(ring.since(0)).toEqual(model);
      expect(ring.since(cursor)).toEqual(model.filter(({ seq }) => seq > cursor));
      expect(ring.oldestSeq).toBe(model[0]?.seq ?? 1);
    }),
  );
});
