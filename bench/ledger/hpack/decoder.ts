/** Header compression for HTTP/2 (RFC 7541), read: the blocks of one side, in order. */

import { DEFAULT_TABLE_BYTES, DynamicTable } from './dynamic-table.ts';
import { decodeHuffman } from './huffman.ts';
import { type Field, STATIC_TABLE } from './static-table.ts';

/** Bounds numbers: a larger one is no length and no index of anything that fits into a block. */
const LARGEST_NUMBER = 2 ** 32;

/** The first bits of a field's representation (RFC 7541, section 6). */
const INDEXED = 0x80;
const WITH_INDEXING = 0x40;
const SIZE_UPDATE = 0x20;
/** The first bit of a string in the Huffman code (section 5.2). */
const HUFFMAN = 0x80;

/** A block that is not HPACK. What follows it can't be read either, for the table is then unknown. */
export class HpackError extends Error {}

export class HpackDecoder {
  readonly table = new DynamicTable();
  #largestTableBytes = DEFAULT_TABLE_BYTES;

  /** Applies SETTINGS_HEADER_TABLE_SIZE. A smaller table binds the encoder only once it has acknowledged it: the largest counts. */
  allow(tableBytes: number): void {
    this.#largestTableBytes = Math.max(this.#largestTableBytes, tableBytes);
  }

  decode(block: Buffer): Field[] {
    const cursor = new Cursor(block);
    const fields: Field[] = [];
    while (!cursor.isAtEnd) {
      const first = cursor.peek();
      if (first & INDEXED) {
        fields.push(this.#fieldAt(cursor.number(7)));
      } else if (first & WITH_INDEXING) {
        const field = this.#readLiteral(cursor, 6);
        this.table.add(field);
        fields.push(field);
      } else if (first & SIZE_UPDATE) {
        if (fields.length > 0) throw new HpackError('a table size update after a field');
        const tableBytes = cursor.number(5);
        if (tableBytes > this.#largestTableBytes) {
          throw new HpackError(`a table of ${tableBytes} bytes where ${this.#largestTableBytes} are allowed`);
        }
        this.table.resize(tableBytes);
      } else {
        fields.push(this.#readLiteral(cursor, 4));
      }
    }
    return fields;
  }

  #readLiteral(cursor: Cursor, prefixBits: number): Field {
    const index = cursor.number(prefixBits);
    const name = index === 0 ? cursor.string() : this.#fieldAt(index)[0];
    return [name, cursor.string()];
  }

  #fieldAt(index: number): Field {
    const field = STATIC_TABLE[index - 1] ?? this.table.at(index - 1 - STATIC_TABLE.length);
    if (!field) throw new HpackError(`no field has the index ${index}`);
    return field;
  }
}

class Cursor {
  readonly #block: Buffer;
  #at = 0;

  constructor(block: Buffer) {
    this.#block = block;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#block.length;
  }

  peek(): number {
    const byte = this.#block[this.#at];
    if (byte === undefined) throw new HpackError('a header block is cut off');
    return byte;
  }

  /** Reads the last bits of a byte or, where they do not suffice, seven of each that follows (section 5.1). */
  number(prefixBits: number): number {
    const mask = 2 ** prefixBits - 1;
    let number = this.#next() & mask;
    if (number < mask) return number;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.#next();
      number += (byte & 0x7f) * scale;
      if (number > LARGEST_NUMBER || scale > LARGEST_NUMBER) throw new HpackError('a number is too large');
      if (byte < 0x80) return number;
    }
  }

  /** Reads the length, and octets or their Huffman code (section 5.2). */
  string(): string {
    const isHuffman = (this.peek() & HUFFMAN) !== 0;
    const length = this.number(7);
    const bytes = this.#block.subarray(this.#at, this.#at + length);
    if (bytes.length < length) throw new HpackError('a header block is cut off');
    this.#at += length;
    const text = isHuffman ? decodeHuffman(bytes) : bytes.toString('latin1');
    if (text === undefined) throw new HpackError('a string that is not in the Huffman code');
    return text;
  }

  #next(): number {
    const byte = this.peek();
    this.#at++;
    return byte;
  }
}
