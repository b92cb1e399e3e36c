import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineReader } from './lines.ts';

function read(chunks: readonly Buffer[]): { lines: string[]; heldBytes: number } {
  const reader = new LineReader();
  const lines: string[] = [];
  for (const chunk of chunks) reader.push(chunk, (line) => lines.push(line));
  return { lines, heldBytes: reader.heldBytes };
}

/** The bytes cut at these places, in any order and any number. */
function split(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ''));

test('any split of a stream gives the same lines', () => {
  fc.assert(
    fc.property(fc.array(line), line, fc.array(fc.nat()), (lines, rest, cuts) => {
      const bytes = Buffer.from(lines.map((one) => `${one}\n`).join('') + rest);
      expect(read(split(bytes, cuts))).toEqual({ lines, heldBytes: Buffer.byteLength(rest) });
    }),
  );
});

test('a character split between chunks stays whole', () => {
  const text = 'é🚀👩‍👩‍👧‍👦';
  const bytes = Buffer.from(`${text}\n`);
  expect(read([...bytes].map((byte) => Buffer.from([byte])))).toEqual({ lines: [text], heldBytes: 0 });
});

test('a CR is part of its line, and lines may be empty', () => {
  expect(read([Buffer.from('\n\na\r\n\n')])).toEqual({ lines: ['', '', 'a\r', ''], heldBytes: 0 });
});

test('a line of many pieces is whole', () => {
  const pieces = Array.from({ length: 5_000 }, (_, n) => Buffer.from(`${n},`));
  const { lines } = read([...pieces, Buffer.from('\n')]);
  expect(lines).toEqual([Buffer.concat(pieces).toString()]);
});
