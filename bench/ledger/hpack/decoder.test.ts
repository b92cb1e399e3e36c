import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HpackDecoder, HpackError } from './decoder.ts';
import { CODE_BITS, decodeHuffman } from './huffman.ts';
import { STATIC_TABLE } from './static-table.ts';
import { HpackWriter, literal, writeHuffman, writeNumber } from './test-hpack.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(/\s/g, ''), 'hex');

const REQUESTS = [
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com'],
  [':method: GET', ':scheme: http', ':path: /', ':authority: www.example.com', 'cache-control: no-cache'],
  [':method: GET', ':scheme: https', ':path: /index.html', ':authority: www.example.com', 'custom-key: custom-value'],
];
const REQUEST_TABLES = [
  [':authority: www.example.com'],
  ['cache-control: no-cache', ':authority: www.example.com'],
  ['custom-key: custom-value', 'cache-control: no-cache', ':authority: www.example.com'],
];
const DATES = ['date: Mon, 21 Oct 2013 20:13:21 GMT', 'date: Mon, 21 Oct 2013 20:13:22 GMT'] as const;
const LOCATION = 'location: https://www.example.com';
const COOKIE = 'set-cookie: foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1';
const RESPONSES = [
  [':status: 302', 'cache-control: private', DATES[0], LOCATION],
  [':status: 307', 'cache-control: private', DATES[0], LOCATION],
  [':status: 200', 'cache-control: private', DATES[1], LOCATION, 'content-encoding: gzip', COOKIE],
];
const RESPONSE_TABLES = [
  [LOCATION, DATES[0], 'cache-control: private', ':status: 302'],
  [':status: 307', LOCATION, DATES[0], 'cache-control: private'],
  [COOKIE, 'content-encoding: gzip', DATES[1]],
];

describe('the examples of RFC 7541, appendix C, are read:', () => {
  test.each([
    ['C.2.1', '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572', 'custom-key: custom-header', 55],
    ['C.2.2', '040c 2f73 616d 706c 652f 7061 7468', ':path: /sample/path', 0],
    ['C.2.3', '1008 7061 7373 776f 7264 0673 6563 7265 74', 'password: secret', 0],
    ['C.2.4', '82', ':method: GET', 0],
  ])('%s', (_, block, field, tableBytes) => {
    const decoder = new HpackDecoder();
    expect(decoder.decode(hex(block)).map(toLine)).toEqual([field]);
    expect(decoder.table.usedBytes).toBe(tableBytes);
  });

  test.each([
    [
      'C.3',
      [
        '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d',
        '8286 84be 5808 6e6f 2d63 6163 6865',
        '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
      ],
    ],
    [
      'C.4',
      [
        '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff',
        '8286 84be 5886 a8eb 1064 9cbf',
        '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
      ],
    ],
  ])('%s', (_, blocks) => {
    const decoder = new HpackDecoder();
    for (const [index, block] of blocks.entries()) {
      expect(decoder.decode(hex(block)).map(toLine)).toEqual(REQUESTS[index]);
      expect(tableOf(decoder)).toEqual(REQUEST_TABLES[index]);
      expect(decoder.table.usedBytes).toBe([57, 110, 164][index]);
    }
  });

  test.each([
    [
      'C.5',
      [
        `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d
         546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
        '4803 3330 37c1 c0bf',
        `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f
         6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b
         2076 6572 7369 6f6e 3d31`,
      ],
    ],
    [
      'C.6',
      [
        `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7
         8f0b 97c8 e9ae 82ae 43d3`,
        '4883 640e ffc1 c0bf',
        `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335
         dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
      ],
    ],
  ])('%s, in a table of 256 bytes', (_, blocks) => {
    const decoder = new HpackDecoder();
    decoder.table.resize(256);
    for (const [index, block] of blocks.entries()) {
      expect(decoder.decode(hex(block)).map(toLine)).toEqual(RESPONSES[index]);
      expect(tableOf(decoder)).toEqual(RESPONSE_TABLES[index]);
      expect(decoder.table.usedBytes).toBe([222, 222, 215][index]);
    }
  });
});

test('the static table has the places of appendix A', () => {
  expect(STATIC_TABLE).toHaveLength(61);
  expect([1, 2, 8, 14, 16, 31, 61].map((index) => toLine(STATIC_TABLE[index - 1] ?? ['', '']))).toEqual([
    ':authority: ',
    ':method: GET',
    ':status: 200',
    ':status: 500',
    'accept-encoding: gzip, deflate',
    'content-type: ',
    'www-authenticate: ',
  ]);
});

describe('the Huffman code', () => {
  test('leaves no code over and none twice', () => {
    expect(CODE_BITS).toHaveLength(257);
    expect(CODE_BITS.reduce((sum, bits) => sum + 2 ** -bits, 0)).toBe(1);
  });

  test.each([
    [0, 0x1ff8, 13],
    [10, 0x3ffffffc, 30],
    [0x30, 0x0, 5],
    [0x5c, 0x7fff0, 19],
    [0x7e, 0x1ffd, 13],
    [127, 0xffffffc, 28],
    [171, 0xfffff0, 24],
    [203, 0x7ffffde, 27],
    [255, 0x3ffffee, 26],
  ])('of the octet %i is that of appendix B', (octet, code, bits) => {
    const padded = BigInt(code) * 2n ** BigInt(40 - bits) + 2n ** BigInt(40 - bits) - 1n;
    const bytes = Buffer.from(padded.toString(16).padStart(10, '0'), 'hex').subarray(0, Math.ceil(bits / 8));
    expect(decodeHuffman(bytes)).toBe(String.fromCharCode(octet));
  });

  test('is read back, any octets', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (octets) => {
        const text = Buffer.from(octets).toString('latin1');
        expect(decodeHuffman(writeHuffman(text))).toBe(text);
      }),
    );
  });

  test.each([
    ['more than 7 bits at the end', 'ffff'],
    ['an end that is not all ones', '00'],
    ['the end of the string within it', 'ffffffff'],
  ])('with %s is broken', (_, bytes) => {
    expect(decodeHuffman(hex(bytes))).toBeUndefined();
  });
});

test('blocks of any encoder are read, whatever it indexes and however large its table is', () => {
  const fields = fc.tuple(
    fc.constantFrom(':path', ':status', 'x-a', 'cookie', 'content-type', 'x-long-name-of-a-field'),
    fc.oneof(fc.constantFrom('', '200', 'a', 'b', 'x'.repeat(300)), fc.string({ unit: 'binary-ascii', maxLength: 60 })),
  );
  const blocks = fc.array(fc.record({ fields: fc.array(fields, { maxLength: 8 }), resize: fc.option(fc.nat(8_192)) }));
  fc.assert(
    fc.property(blocks, fc.array(fc.nat(255), { minLength: 1 }), (specs, choices) => {
      const writer = new HpackWriter(choices);
      const decoder = new HpackDecoder();
      decoder.allow(8_192);
      for (const { fields, resize } of specs) {
        expect(decoder.decode(writer.write(fields, resize ?? undefined))).toEqual(fields);
      }
    }),
    { numRuns: 300 },
  );
});

describe('is not HPACK:', () => {
  test.each([
    ['the index 0', '80', /index 0/],
    ['an index beyond the table', 'be', /index 62/],
    ['the name of an index beyond the table', '7f 00 01 61', /index 63/],
    ['a string that is cut off', '40 02 61', /cut off/],
    ['a field without its value', '40 01 61', /cut off/],
    ['a number that never ends', `ff ${'80'.repeat(100)}`, /too large/],
    ['a number above all', 'ff ff ff ff ff ff 7f', /too large/],
    ['a broken Huffman code', '40 81 00 01 61', /Huffman/],
    ['a table larger than allowed', '3f e2 1f', /4097 bytes where 4096/],
    ['a size update after a field', '82 20', /after a field/],
  ])('%s', (_, block, problem) => {
    const decode = () => new HpackDecoder().decode(hex(block));
    expect(decode).toThrow(HpackError);
    expect(decode).toThrow(problem);
  });

  test('random bytes, which throw that or are fields', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        try {
          new HpackDecoder().decode(Buffer.from(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(HpackError);
        }
      }),
    );
  });
});

test('a number is read in any length (C.1)', () => {
  expect(writeNumber(1337, 5, 0)).toEqual(hex('1f 9a 0a'));
  const decoder = new HpackDecoder();
  const long = 'x'.repeat(1_337);
  expect(decoder.decode(Buffer.concat([Buffer.from([0x40]), literal('a', false), literal(long, false)]))).toEqual([
    ['a', long],
  ]);
});

function tableOf({ table }: HpackDecoder): string[] {
  const lines: string[] = [];
  for (let index = 0; ; index++) {
    const field = table.at(index);
    if (!field) return lines;
    lines.push(toLine(field));
  }
}

function toLine([name, value]: readonly [string, string]): string {
  return `${name}: ${value}`;
}
