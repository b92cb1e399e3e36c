/**
 * A number from 0 (included) to 1 (excluded) that depends only on its arguments: the n-th draw of a seeded stream, without
 * drawing those before. Mixing as in MurmurHash3's 32-bit finaliser (Appleby, public domain).
 */
export function randomAt(seed: number, stream: number, n: number): number {
  let hash = mix(seed ^ mix(stream + 0x9e3779b9));
  hash = mix(hash ^ mix(n + 0x85ebca6b));
  return hash / 0x1_0000_0000;
}

function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Stream numbers, so that no two uses of one seed share their draws. */
export const STREAM = { event: 1, price: 2, pollPhase: 3, order: 4, linkJitter: 5, reconnect: 6, message: 7 } as const;

const MAX_PAD_BYTES = 65_536;
const CHARACTERS_PER_WORD = 16 / 3;

/** Filled anew for each pad: an allocation would delay the event on its way from its instant to its clients. */
const words = new Uint32Array(MAX_PAD_BYTES / CHARACTERS_PER_WORD);
const bytes = Buffer.from(words.buffer);

/**
 * What fills an event up to its size: base64 text that deflate saves a quarter of and finds no repetition in, as with tokens
 * and identifiers. Repeated characters would make compression look better than it is.
 *
 * Marsaglia's xorshift (Journal of Statistical Software 8(14), 2003), in base64. With the rest of an event this costs 0.6 µs
 * more than one character repeated for 128 B, and about 40 µs more for 64 KiB.
 *
 * @param random a number from 0 to 1 that decides all of it
 */
export function padOf(random: number, length: number): string {
  const used = Math.ceil(length / CHARACTERS_PER_WORD);
  // Never 0, from which there is no way on.
  let state = Math.floor(random * 2 ** 32) | 0 || 1;
  for (let at = 0; at < used; at++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return bytes.toString('base64', 0, Math.ceil(length / 4) * 3).slice(0, length);
}
