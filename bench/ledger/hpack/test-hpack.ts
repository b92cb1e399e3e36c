/** HPACK blocks for tests, in any of the representations that RFC 7541 leaves to the encoder. */

import { CODE_BITS } from './huffman.ts';
import { type Field, STATIC_TABLE } from './static-table.ts';

/** The codes of appendix B, as text of ones and noughts. */
const CODES: readonly string[] = (() => {
  const order = [...CODE_BITS.keys()].sort((a, b) => (CODE_BITS[a] ?? 0) - (CODE_BITS[b] ?? 0) || a - b);
  const codes: string[] = [];
  let next = 0n;
  let bitsBefore = 0;
  for (const symbol of order) {
    const bits = CODE_BITS[symbol] ?? 0;
    next <<= BigInt(bits - bitsBefore);
    bitsBefore = bits;
    codes[symbol] = next.toString(2).padStart(bits, '0');
    next++;
  }
  return codes;
})();

export function writeHuffman(text: string): Buffer {
  const bits = Array.from(text, (character) => CODES[character.charCodeAt(0)]).join('');
  const padded = bits.padEnd(Math.ceil(bits.length / 8) * 8, '1');
  return Buffer.from((padded.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** @param first the bits before the prefix */
export function writeNumber(number: number, prefixBits: number, first: number): Buffer {
  const mask = 2 ** prefixBits - 1;
  if (number < mask) return Buffer.from([first | number]);
  const bytes = [first | mask];
  let rest = number - mask;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return Buffer.from([...bytes, rest]);
}

export function literal(text: string, isHuffman: boolean): Buffer {
  const bytes = isHuffman ? writeHuffman(text) : Buffer.from(text, 'latin1');
  return Buffer.concat([writeNumber(bytes.length, 7, isHuffman ? 0x80 : 0), bytes]);
}

/** One side's encoder, with a table of its own. It decides by the numbers that it is given, over and over. */
export class HpackWriter {
  readonly #choices: readonly number[];
  #table: Field[] = [];
  #tableBytes = 4_096;
  #choice = 0;

  constructor(choices: readonly number[]) {
    this.#choices = choices;
  }

  /** @param resize bytes of the table from this block on */
  write(fields: readonly Field[], resize?: number): Buffer {
    const parts: Buffer[] = [];
    if (resize !== undefined) {
      this.#tableBytes = resize;
      this.#evict();
      parts.push(writeNumber(resize, 5, 0x20));
    }
    return Buffer.concat([...parts, ...fields.map((field) => this.#writeField(field))]);
  }

  #writeField(field: Field): Buffer {
    const [name, value] = field;
    const known = [...STATIC_TABLE, ...this.#table];
    const same = known.findIndex(([otherName, otherValue]) => otherName === name && otherValue === value);
    if (same !== -1 && this.#choose(4) > 0) return writeNumber(same + 1, 7, 0x80);
    const named = this.#choose(4) > 0 ? known.findIndex(([otherName]) => otherName === name) : -1;
    const [prefixBits, first] = (
      [
        [6, 0x40],
        [6, 0x40],
        [4, 0x00],
        [4, 0x10],
      ] as const
    )[this.#choose(4)] ?? [6, 0x40];
    const written = Buffer.concat([
      writeNumber(named + 1, prefixBits, first),
      ...(named === -1 ? [literal(name, this.#choose(2) === 0)] : []),
      literal(value, this.#choose(2) === 0),
    ]);
    if (first === 0x40) {
      this.#table.unshift(field);
      this.#evict();
    }
    return written;
  }

  #evict(): void {
    const used = () => this.#table.reduce((sum, [name, value]) => sum + name.length + value.length + 32, 0);
    while (used() > this.#tableBytes) this.#table.pop();
  }

  #choose(of: number): number {
    return (this.#choices[this.#choice++ % this.#choices.length] ?? 0) % of;
  }
}
