import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MessageArrivals } from './message-arrivals.ts';

interface Frame {
  readonly opcode: number;
  readonly isFinal: boolean;
  readonly length: number;
}

/** A server's frame (RFC 6455, section 5.2), its length in the shortest form. */
function bytesOf({ opcode, isFinal, length }: Frame): Buffer {
  const head = Buffer.alloc(length > 65_535 ? 10 : length > 125 ? 4 : 2);
  head[0] = (isFinal ? 0x80 : 0) | opcode;
  head[1] = length > 65_535 ? 127 : length > 125 ? 126 : length;
  if (head.length === 10) head.writeBigUInt64BE(BigInt(length), 2);
  if (head.length === 4) head.writeUInt16BE(length, 2);
  // What looks like frames within a payload is none.
  return Buffer.concat([head, Buffer.alloc(length, 0x81)]);
}

const length = fc.oneof(fc.integer({ min: 0, max: 130 }), fc.constantFrom(65_535, 65_536, 70_000));
const data = fc.record({ opcode: fc.constantFrom(0, 1, 2), isFinal: fc.boolean(), length });
const control = fc.record({
  opcode: fc.constantFrom(8, 9, 10),
  isFinal: fc.constant(true),
  length: fc.integer({ min: 0, max: 125 }),
});

test('a message came with the chunk that holds its last byte, however the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(data, control), { maxLength: 12 }), fc.array(fc.nat()), (frames, cuts) => {
      const bytes = Buffer.concat(frames.map(bytesOf));
      const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
      const ends: number[] = [];
      let end = 0;
      for (const frame of frames) {
        end += bytesOf(frame).length;
        if (frame.isFinal && frame.opcode < 8) ends.push(end);
      }
      const arrivals = new MessageArrivals(true);
      // The chunk that ends at byte n comes at n.
      for (const [index, to] of at.slice(1).entries()) arrivals.note(bytes.subarray(at[index], to), to);
      expect(ends.map(() => arrivals.take())).toEqual(ends.map((last) => at.find((to) => to >= last)));
    }),
  );
});

describe('where messages are told of at once', () => {
  test('the last chunk is theirs, and is not read', () => {
    const arrivals = new MessageArrivals(false);
    arrivals.note(Buffer.from('no frame'), 1);
    expect(arrivals.take()).toBe(1);
    arrivals.note(Buffer.from('neither'), 2);
    expect([arrivals.take(), arrivals.take()]).toEqual([2, 2]);
  });
});
