/**
 * A number from 0 (included) to 1 (excluded) that depends only on its arguments: the n-th draw of a seeded stream, without
 * drawing those before. Mixing as in MurmurHash3's 32-bit finaliser (Appleby, public domain).
 */
export function randomAt(seed: number, stream: number, n: number): number {
  let hash = mix(seed ^ mix(stream + 0x9e3779b9));
  hash = mix(hash ^ mix(n + 0x85ebca6b));
  return hash / 0x1_0000_0000;
}

/**
 * As {@link randomAt}, but each first so many of a stream lie evenly: the n-th number of van der Corput's sequence in base 2
 * (1935), turned by a random start (Cranley and Patterson 1976). One number alone is uniform; four leave gaps of a quarter.
 *
 * @param n a whole number from 0, below 2 ** 32
 */
export function spreadAt(seed: number, stream: number, n: number): number {
  let reversed = 0;
  for (let rest = n, place = 0.5; rest > 0; rest = Math.floor(rest / 2), place /= 2) reversed += (rest % 2) * place;
  return (randomAt(seed, stream, 0) + reversed) % 1;
}

/**
 * Puts the items into an order that the seed decides, each equally likely (Fisher–Yates, by xorshift), and allocates nothing.
 *
 * @param count how many of them, from the first on
 */
export function shuffleInPlace(items: unknown[], seed: number, count = items.length): void {
  // Xorshift stays at 0 once it is there.
  let state = mix(seed) | 0 || 1;
  for (let at = count - 1; at > 0; at--) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const other = Math.floor(((state >>> 0) / 0x1_0000_0000) * (at + 1));
    const item = items[at];
    items[at] = items[other];
    items[other] = item;
  }
}

function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** Stream numbers, so that no two uses of one seed share their draws. */
export const STREAM = { event: 1, price: 2, pollPhase: 3, order: 4, linkJitter: 5, reconnect: 6, message: 7 } as const;
