import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeEvent, encodeGap, MAX_PAYLOAD_BYTES, MIN_PAYLOAD_BYTES } from './event.ts';
import { decodeBinary, encodeBinary } from './event-binary.ts';

const whole = fc.maxSafeNat();
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const payloadBytes = fc.oneof(
  fc.integer({ min: MIN_PAYLOAD_BYTES, max: 200 }),
  fc.integer({ min: MIN_PAYLOAD_BYTES, max: MAX_PAYLOAD_BYTES }),
);

function comesBack(text: string): void {
  expect(decodeBinary(encodeBinary(text))).toBe(text);
}

describe('an event in binary', () => {
  test('comes back to the byte, whatever its seq, its instant and its size', () => {
    fc.assert(
      fc.property(whole, whole, random, payloadBytes, (seq, dueUs, chance, size) => {
        comesBack(encodeEvent(seq, dueUs, chance, size).text);
      }),
    );
  });

  test('is what the table says, byte for byte', () => {
    expect(encodeBinary('{"seq":1,"due":300,"symbol":"GAMA","price":125.00,"pad":"abc"}')).toEqual(
      Buffer.concat([Buffer.of(7, 1, 0xac, 0x02), Buffer.from('GAMA'), Buffer.of(0xd4, 0x61), Buffer.from('abc')]),
    );
    expect(encodeBinary('{"seq":1,"due":2,"symbol":"GAMA","pad":""}')).toEqual(
      Buffer.concat([Buffer.of(3, 1, 2), Buffer.from('GAMA')]),
    );
    expect(encodeBinary('{"seq":1,"due":2,"pad":"é"}')).toEqual(Buffer.concat([Buffer.of(1, 1, 2), Buffer.from('é')]));
    expect(encodeBinary('{"gap":1}')).toEqual(Buffer.concat([Buffer.of(0), Buffer.from('{"gap":1}')]));
  });

  test('is shorter than its text by its names and digits: 55 of 128 bytes for an event in the first hour', () => {
    const { text } = encodeEvent(1_000, 3_600_000_000, 0.5, 128);
    expect(text).toHaveLength(128);
    expect(encodeBinary(text)).toHaveLength(128 - 55);
  });
});

describe('a text that is no tick of the feed', () => {
  test.each([
    '',
    '{}',
    encodeGap({ after: 1, oldest: 2 }),
    '{"echo":"hello"}',
    '{"seq":01,"due":2,"pad":""}',
    '{"seq":9007199254740993,"due":2,"pad":""}',
    '{"seq":1,"due":2,"symbol":"gama","pad":""}',
    '{"seq":1,"due":2,"symbol":"GAMA","price":1.5,"pad":""}',
    '{"seq":1,"due":2,"symbol":"GAMA","price":01.50,"pad":""}',
    '{"seq":1,"due":2,"symbol":"GAMA","price":9007199254740993.00,"pad":""}',
    '{"seq":1,"due":2,"price":1.50,"pad":""}',
    '{"seq":1,"due":2,"pad":"',
    '{"seq":1,"due":2,"pad":"}',
    '{"seq":1,"due":2,"pad":""} ',
    '{"seq":1,"due":2,"pad":"a","more":"b"}',
    '{"seq":1,"due":2,"pad":"a\\n\\u0000🚀"}',
    '{"seq":1,\n"due":2,"pad":""}',
  ])('comes back to the byte, too: %j', comesBack);

  test('comes back to the byte, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'grapheme' }), comesBack));
    fc.assert(fc.property(fc.json(), comesBack));
  });
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a kind that there is not', Buffer.of(8, 1, 1)],
  ['a symbol without a tick', Buffer.of(2, 1, 1)],
  ['a number without an end', Buffer.of(1, 0x80)],
  ['an end before the second number', Buffer.of(1, 1)],
  ['an end within the symbol', Buffer.of(3, 1, 1, 65, 66)],
])('%s is no event', (_name, bytes) => {
  expect(decodeBinary(bytes)).toBeUndefined();
});
