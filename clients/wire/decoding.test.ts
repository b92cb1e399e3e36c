import { constants, createGzip, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { eventually, range } from '../../bench/contract/test-support.ts';
import { decodingOf } from './decoding.ts';

function open(coding: string | undefined) {
  const chunks: { text: string; receivedNs: number }[] = [];
  const errors: Error[] = [];
  const decoding = decodingOf(coding, {
    chunk: (chunk, receivedNs) => chunks.push({ text: chunk.toString(), receivedNs }),
    failed: (error) => errors.push(error),
  });
  return { decoding, chunks, errors };
}

/** Texts as one stream, flushed after each. */
async function compressed(texts: readonly string[]): Promise<Buffer[]> {
  const gzip = createGzip({ flush: constants.Z_SYNC_FLUSH });
  const pieces: Buffer[] = [];
  gzip.on('data', (chunk: Buffer) => pieces.push(chunk));
  for (const text of texts) await new Promise((resolve) => gzip.write(text, resolve));
  return pieces;
}

test('what is decoded has the instant of the bytes that it was in, even when they came faster than they were read', async () => {
  const { decoding, chunks } = open('gzip');
  const texts = range(1, 50).map((n) => `event ${n}`);
  const pieces = await compressed(texts);
  expect(pieces).toHaveLength(50);
  for (const [index, piece] of pieces.entries()) decoding.push(piece, index);
  await eventually(() => expect(chunks).toEqual(texts.map((text, receivedNs) => ({ text, receivedNs }))));
  decoding.close();
});

test('a chunk that inflates to much is all of its instant', async () => {
  const { decoding, chunks } = open('gzip');
  decoding.push(gzipSync('x'.repeat(1_000_000)), 7);
  await new Promise<void>((resolve) => decoding.end(resolve));
  expect(chunks.map(({ text }) => text).join('')).toBe('x'.repeat(1_000_000));
  expect(new Set(chunks.map(({ receivedNs }) => receivedNs))).toEqual(new Set([7]));
});

test('all that was pushed comes out before the end, also of a stream that was cut', async () => {
  const { decoding, chunks, errors } = open('gzip');
  const [first = Buffer.alloc(0)] = await compressed(['one']);
  decoding.push(first, 1);
  await new Promise<void>((resolve) => decoding.end(resolve));
  expect(chunks.map(({ text }) => text)).toEqual(['one']);
  expect(errors).toEqual([]);
});

test('what is not gzip is an error', async () => {
  const { decoding, chunks, errors } = open('gzip');
  decoding.push(Buffer.from('not compressed'), 1);
  await eventually(() => expect(errors).toHaveLength(1));
  expect(chunks).toEqual([]);
});

test('nothing comes out of one that was closed', async () => {
  const { decoding, chunks, errors } = open('gzip');
  for (const piece of await compressed(['one', 'two'])) decoding.push(piece, 1);
  decoding.close();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect({ chunks, errors }).toEqual({ chunks: [], errors: [] });
});

test('without a coding, chunks go through as they are, at once', () => {
  const { decoding, chunks } = open(undefined);
  decoding.push(Buffer.from('one'), 1);
  expect(chunks).toEqual([{ text: 'one', receivedNs: 1 }]);
});
