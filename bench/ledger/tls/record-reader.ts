import type { Direction, Reader } from '../direction.ts';

/** Types of records (RFC 8446, appendix B.1). */
export const RECORD = { changeCipherSpec: 20, alert: 21, handshake: 22, applicationData: 23 } as const;

export const RECORD_HEADER_BYTES = 5;
const LENGTH_AT = 3;
const MAJOR_VERSION = 3;
/** Section 5.2. */
const LONGEST_FRAGMENT = 2 ** 14 + 256;

/** Cuts one direction of TLS into records (RFC 8446, section 5.1). All its bytes are `tls` until they are opened. */
export class RecordReader implements Reader {
  readonly #direction: Direction;
  readonly #take: (record: Buffer | undefined) => void;
  readonly #header = Buffer.alloc(RECORD_HEADER_BYTES);
  /** The record that comes in pieces, or its header while that is not whole. */
  #record: Buffer = this.#header;
  #recordBytes = 0;

  /** @param take is given each record with its header, whose memory it must not keep; at the end, undefined. May fail the direction */
  constructor(direction: Direction, take: (record: Buffer | undefined) => void) {
    this.#direction = direction;
    this.#take = take;
  }

  read(chunk: Buffer, from: number): number {
    const taken = chunk.copy(this.#record, this.#recordBytes, from);
    this.#direction.layers.tls += taken;
    this.#recordBytes += taken;
    if (this.#recordBytes < this.#record.length) return from + taken;
    if (this.#record === this.#header) return this.#readHeader(chunk, from, from + taken);
    this.#end(this.#record);
    return from + taken;
  }

  end(): void {
    this.#take(undefined);
  }

  #readHeader(chunk: Buffer, headerAt: number, from: number): number {
    const [type = 0, major] = this.#header;
    const length = this.#header.readUInt16BE(LENGTH_AT);
    const end = from + length;
    if (type < RECORD.changeCipherSpec || type > RECORD.applicationData || major !== MAJOR_VERSION) {
      this.#direction.fail('not a TLS record');
    } else if (length === 0 || length > LONGEST_FRAGMENT) {
      this.#direction.fail(`a record of ${length} bytes`);
    } else if (from - headerAt === RECORD_HEADER_BYTES && end <= chunk.length) {
      // A record that has come as a whole is not copied.
      this.#direction.layers.tls += length;
      this.#end(chunk.subarray(headerAt, end));
      return end;
    } else {
      this.#record = Buffer.concat([this.#header], RECORD_HEADER_BYTES + length);
    }
    return from;
  }

  #end(record: Buffer): void {
    this.#record = this.#header;
    this.#recordBytes = 0;
    this.#take(record);
  }
}
