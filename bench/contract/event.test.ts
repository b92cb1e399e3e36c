import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type EventStamp,
  encodeEcho,
  encodeEvent,
  encodeGap,
  MAX_PAYLOAD_BYTES,
  MIN_PAYLOAD_BYTES,
  readEcho,
  readGap,
  readStamp,
} from './event.ts';
import { randomAt, STREAM } from './random.ts';

const whole = fc.maxSafeNat();
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const payloadBytes = fc.oneof(
  fc.integer({ min: MIN_PAYLOAD_BYTES, max: 200 }),
  fc.integer({ min: MIN_PAYLOAD_BYTES, max: MAX_PAYLOAD_BYTES }),
);

function stampOf(text: string): EventStamp | undefined {
  const stamp = { seq: -1, dueUs: -1 };
  if (readStamp(text, stamp)) return stamp;
  expect(stamp).toEqual({ seq: -1, dueUs: -1 });
  return undefined;
}

describe('an event', () => {
  test('has exactly the size asked for, from 64 B to 64 KiB, whatever its seq and its instant', () => {
    fc.assert(
      fc.property(whole, whole, random, payloadBytes, (seq, dueUs, chance, size) => {
        const event = encodeEvent(seq, dueUs, chance, size);
        expect(event.bytes).toHaveLength(size);
        expect(event.bytes.toString('utf8')).toBe(event.text);
        expect(event).toMatchObject({ seq, dueUs });
      }),
    );
  });

  test('is one line of JSON with its seq and its instant first', () => {
    fc.assert(
      fc.property(whole, whole, random, payloadBytes, (seq, dueUs, chance, size) => {
        const { text } = encodeEvent(seq, dueUs, chance, size);
        expect(text).not.toMatch(/[\r\n]/);
        const json = JSON.parse(text) as object;
        expect(json).toMatchObject({ seq, due: dueUs, pad: expect.any(String) });
        expect(Object.keys(json).slice(0, 2)).toEqual(['seq', 'due']);
      }),
    );
  });

  test('is a stock tick where there is room, and gives way field by field where there is not', () => {
    const keys = (size: number) => Object.keys(JSON.parse(encodeEvent(1, 1, 0.5, size).text) as object);
    expect(keys(100)).toEqual(['seq', 'due', 'symbol', 'price', 'pad']);
    const largest = encodeEvent(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, 0.999999, MIN_PAYLOAD_BYTES);
    expect(Object.keys(JSON.parse(largest.text) as object)).toEqual(['seq', 'due', 'pad']);
  });

  test('is the same for the same arguments', () => {
    expect(encodeEvent(3, 250_000, 0.25, 100).text).toMatchInlineSnapshot(
      `"{"seq":3,"due":250000,"symbol":"GAMA","price":125.00,"pad":"ACAEQEICjEQgJEBcAgBFQCA04+hzEYlCIGVPdP"}"`,
    );
    expect(encodeEvent(3, 250_000, 0.25, 100)).toEqual(encodeEvent(3, 250_000, 0.25, 100));
  });

  test.each([0, -1, 1, 63, Number.NaN])('of %d bytes is refused, whatever its seq', (size) => {
    expect(() => encodeEvent(1, 1, 0, size)).toThrow(`payloadBytes ${size} is too small: 64 or more are allowed`);
  });
});

describe('padding', () => {
  const pad = (random: number, size: number) =>
    (JSON.parse(encodeEvent(1, 1, random, size).text) as { pad: string }).pad;

  test('is characters of base64, and nothing that JSON would escape', () => {
    fc.assert(
      fc.property(random, payloadBytes, (chance, size) => {
        expect(pad(chance, size)).toMatch(/^[A-Za-z0-9+/]*$/);
      }),
    );
  });

  test('is another one for each event of a feed', () => {
    const pads = Array.from({ length: 1_000 }, (_, n) => pad(randomAt(7, STREAM.price, n), 128));
    expect(new Set(pads).size).toBe(1_000);
  });

  test.each([4_096, MAX_PAYLOAD_BYTES])(
    'gives a compressor no more than the quarter that base64 wastes (%d B)',
    (size) => {
      const events = Array.from({ length: 4 }, (_, n) => encodeEvent(n, n, randomAt(7, STREAM.price, n), size).bytes);
      const saved = 1 - deflateRawSync(Buffer.concat(events)).length / (4 * size);
      expect(saved).toBeGreaterThan(0.2);
      expect(saved).toBeLessThan(0.26);
    },
  );
});

describe('readStamp', () => {
  test('reads of every event what JSON.parse does', () => {
    fc.assert(
      fc.property(whole, whole, random, payloadBytes, (seq, dueUs, chance, size) => {
        expect(stampOf(encodeEvent(seq, dueUs, chance, size).text)).toEqual({ seq, dueUs });
      }),
    );
  });

  test('reads of every JSON that begins as an event what JSON.parse does', () => {
    fc.assert(
      fc.property(whole, whole, fc.dictionary(fc.string(), fc.jsonValue()), (seq, due, rest) => {
        const { seq: _seq, due: _due, ...others } = rest;
        const text = JSON.stringify({ seq, due, ...others });
        // Keys that are numbers come first, whatever the order they were set in.
        fc.pre(text.startsWith('{"seq":'));
        expect(stampOf(text)).toEqual({ seq, dueUs: due });
      }),
    );
  });

  test('refuses all other JSON', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        fc.pre(!/^\{"seq":\d+,"due":\d+[,}]/.test(text));
        expect(stampOf(text)).toBeUndefined();
      }),
    );
  });

  test.each([
    '',
    '{',
    '{"seq":',
    '{"seq":1',
    '{"seq":1}',
    '{"seq":1,',
    '{"seq":1,"due":',
    '{"seq":1,"due":2',
    '{"seq":,"due":2}',
    '{"seq":1,"due":}',
    '{"seq":-1,"due":2}',
    '{"seq":1.5,"due":2}',
    '{"seq":1e3,"due":2}',
    '{"seq":1,"due":2.5}',
    '{"seq":"1","due":2}',
    '{"seq":1,"due":"2"}',
    '{"seq":1,"at":2}',
    '{"seq": 1,"due":2}',
    ' {"seq":1,"due":2}',
    '{"due":2,"seq":1}',
    '{"gap":{"after":1,"oldest":2}}',
    '[{"seq":1,"due":2}]',
  ])('refuses %s, and leaves what it reads into alone', (text) => {
    expect(stampOf(text)).toBeUndefined();
  });
});

describe('an echo', () => {
  test('comes back as it was encoded', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(readEcho(encodeEcho(JSON.stringify(text)))).toBe(text);
      }),
    );
  });

  test.each(['', '{"echo":1}', '{"echo":"a', '{"echo":"a"}}', '{"echo":"a","seq":1}', '{"seq":1,"due":2,"echo":"a"}'])(
    'is not %j',
    (text) => {
      expect(readEcho(text)).toBeUndefined();
    },
  );
});

describe('a gap', () => {
  test('comes back as it was encoded', () => {
    fc.assert(
      fc.property(whole, whole, (after, oldest) => {
        expect(readGap(encodeGap({ after, oldest }))).toEqual({ after, oldest });
      }),
    );
  });

  test('is the JSON of the design', () => {
    expect(encodeGap({ after: 2, oldest: 7 })).toBe('{"gap":{"after":2,"oldest":7}}');
  });

  test.each([
    '',
    '{}',
    '{"gap":{}}',
    '{"gap":{"after":1}}',
    '{"gap":{"after":-1,"oldest":2}}',
    '{"gap":{"after":1,"oldest":2}} ',
    '{"gap":{"after":1,"oldest":2},"x":1}',
    '{"seq":1,"due":2,"gap":{"after":1,"oldest":2}}',
  ])('is not %j', (text) => {
    expect(readGap(text)).toBeUndefined();
  });
});
