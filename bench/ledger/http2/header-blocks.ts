/** The header blocks of one side: HEADERS or PUSH_PROMISE and the CONTINUATION frames after it (RFC 9113, section 4.3). */

import { HpackDecoder, HpackError } from '../hpack/decoder.ts';
import { FLAG, FRAME_HEADER_BYTES, type Frame, hasFlag, TYPE } from './frame.ts';

/** No head that belongs into a comparison comes near it. */
const LONGEST_BLOCK = 64 * 1024;
const PRIORITY_BYTES = 5;
const PROMISE_BYTES = 4;

export interface HeaderBlock {
  /** The frame that began it. */
  readonly frame: Frame;
  /** Of PUSH_PROMISE; otherwise 0. */
  readonly promisedStream: number;
  /** All its frames, as they are on the wire. */
  readonly frameBytes: number;
  readonly blockBytes: number;
  /** The first value of each name. */
  readonly fields: ReadonlyMap<string, string>;
}

interface Begun {
  readonly frame: Frame;
  readonly promisedStream: number;
  frameBytes: number;
  blockBytes: number;
  readonly fragments: Buffer[];
}

export class HeaderBlocks {
  readonly decoder = new HpackDecoder();
  #begun: Begun | undefined;

  /** The frame that began the block that is not complete. */
  get begun(): Frame | undefined {
    return this.#begun?.frame;
  }

  /** Takes the next frame of a block. Returns the block once it is complete, or what is wrong with it. */
  add(frame: Frame, payload: Buffer): HeaderBlock | string | undefined {
    const [fragment, promisedStream] = this.#begun ? [payload, 0] : unwrap(frame, payload);
    if (!fragment) return 'a frame is shorter than what its flags tell';
    this.#begun ??= { frame, promisedStream, frameBytes: 0, blockBytes: 0, fragments: [] };
    const { fragments, ...block } = this.#begun;
    block.frameBytes += FRAME_HEADER_BYTES + payload.length;
    block.blockBytes += fragment.length;
    if (block.blockBytes > LONGEST_BLOCK) return `a header block is longer than ${LONGEST_BLOCK} bytes`;
    if (!hasFlag(frame, FLAG.endHeaders)) {
      // The chunk's memory may be used again by whoever read it.
      if (fragment.length > 0) fragments.push(Buffer.from(fragment));
      this.#begun = { ...block, fragments };
      return undefined;
    }
    this.#begun = undefined;
    const fields = this.#decode(fragments.length > 0 ? Buffer.concat([...fragments, fragment]) : fragment);
    return typeof fields === 'string' ? fields : { ...block, fields };
  }

  #decode(block: Buffer): Map<string, string> | string {
    try {
      const fields = new Map<string, string>();
      for (const [name, value] of this.decoder.decode(block)) {
        if (!fields.has(name)) fields.set(name, value);
      }
      return fields;
    } catch (error) {
      if (error instanceof HpackError) return `HPACK: ${error.message}`;
      throw error;
    }
  }
}

/**
 * Sections 6.2 and 6.6: around the fragment are the padding's length, a priority or the promised stream, and the padding.
 * Returns fragment and promised stream; nothing when the payload is too short for all that.
 */
function unwrap(frame: Frame, payload: Buffer): [Buffer, number] | [undefined, 0] {
  const isPadded = hasFlag(frame, FLAG.padded);
  const isPromise = frame.type === TYPE.pushPromise;
  const prefixBytes = isPromise ? PROMISE_BYTES : hasFlag(frame, FLAG.priority) ? PRIORITY_BYTES : 0;
  const from = (isPadded ? 1 : 0) + prefixBytes;
  const to = payload.length - (isPadded ? (payload[0] ?? 0) : 0);
  if (from > to) return [undefined, 0];
  const promisedStream = isPromise ? payload.readUInt32BE(from - PROMISE_BYTES) & 0x7fff_ffff : 0;
  return [payload.subarray(from, to), promisedStream];
}
