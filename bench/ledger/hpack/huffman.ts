/** The Huffman code of HPACK (RFC 7541, section 5.2 and appendix B). */

/**
 * Bits of each octet's code, and of the end of the string, 256. The code is canonical: shorter codes come first, and those of
 * one length stand in the order of their octets. The lengths alone define it.
 */
export const CODE_BITS: readonly number[] = [
  13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28,
  28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
  13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6, 15, 5, 6, 5, 6,
  5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22, 20, 20, 22, 22, 22, 23,
  22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24, 22, 21, 20, 22, 22,
  23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23, 26, 26,
  20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27,
  27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27,
  27, 27, 27, 26, 30,
];

const END_OF_STRING = 256;
const LONGEST_BITS = 30;

/** By length: the first code, and where in `SYMBOLS` the octets of that length begin. */
const FIRST_CODE: number[] = [];
const FIRST_SYMBOL: number[] = [];
const SYMBOLS: number[] = [];

for (let bits = 0, code = 0; bits <= LONGEST_BITS; bits++, code *= 2) {
  FIRST_CODE[bits] = code;
  FIRST_SYMBOL[bits] = SYMBOLS.length;
  for (const [symbol, symbolBits] of CODE_BITS.entries()) {
    if (symbolBits !== bits) continue;
    SYMBOLS.push(symbol);
    code++;
  }
}

/** Returns octets as the characters of a string, undefined when the code is broken. */
export function decodeHuffman(bytes: Buffer): string | undefined {
  let text = '';
  let code = 0;
  let bits = 0;
  for (const byte of bytes) {
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      bits++;
      const from = FIRST_SYMBOL[bits] ?? 0;
      const at = from + code - (FIRST_CODE[bits] ?? 0);
      if (at >= (FIRST_SYMBOL[bits + 1] ?? SYMBOLS.length)) continue;
      const symbol = SYMBOLS[at] ?? END_OF_STRING;
      if (symbol === END_OF_STRING) return undefined;
      text += String.fromCharCode(symbol);
      code = 0;
      bits = 0;
    }
  }
  // The last byte is filled with the first bits of the end of the string, which are all ones.
  return bits < 8 && code === 2 ** bits - 1 ? text : undefined;
}
