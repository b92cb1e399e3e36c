import type { Field } from './static-table.ts';

/** Initial SETTINGS_HEADER_TABLE_SIZE (RFC 9113, section 6.5.2). */
export const DEFAULT_TABLE_BYTES = 4_096;
/** Bytes of an entry beside its octets (RFC 7541, section 4.1). */
const ENTRY_OVERHEAD_BYTES = 32;

/** The newest fields that one side indexed, as far as they fit (RFC 7541, sections 2.3.2 and 4). */
export class DynamicTable {
  readonly #entries: Field[] = [];
  usedBytes = 0;
  #maxBytes = DEFAULT_TABLE_BYTES;

  at(index: number): Field | undefined {
    return this.#entries[this.#entries.length - 1 - index];
  }

  /** An entry that is too large for the table empties it. */
  add(field: Field): void {
    this.#entries.push(field);
    this.usedBytes += sizeOf(field);
    this.#evict();
  }

  resize(maxBytes: number): void {
    this.#maxBytes = maxBytes;
    this.#evict();
  }

  #evict(): void {
    while (this.usedBytes > this.#maxBytes) {
      const oldest = this.#entries.shift();
      if (!oldest) return;
      this.usedBytes -= sizeOf(oldest);
    }
  }
}

function sizeOf([name, value]: Field): number {
  return name.length + value.length + ENTRY_OVERHEAD_BYTES;
}
