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
