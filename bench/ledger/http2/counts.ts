/** Figures that only HTTP/2 has: its frames by type, and its header blocks by how far a connection has come. */

import type { CountedBytes, FrameCounts, FrameType, HeadBlockCount } from '../../contract/ledger.ts';
import type { DirectionName } from '../direction.ts';
import { FRAME_HEADER_BYTES, type Frame } from './frame.ts';

const NONE: CountedBytes = { count: 0, bytes: 0 };

export class Http2Counts {
  readonly #frames: Record<DirectionName, Partial<Record<FrameType, CountedBytes>>> = { up: {}, down: {} };
  readonly #headBlocks: Record<DirectionName, CountedBytes>[] = [];

  addFrame(direction: DirectionName, { type, payloadBytes }: Frame): void {
    const frames = this.#frames[direction];
    frames[type] = plus(frames[type], FRAME_HEADER_BYTES + payloadBytes);
  }

  /** @param number of the exchange on its connection, from 1 */
  addHeadBlock(direction: DirectionName, number: number, blockBytes: number): void {
    const step = number === 1 ? 0 : 32 - Math.clz32(number - 1);
    while (this.#headBlocks.length <= step) this.#headBlocks.push({ up: NONE, down: NONE });
    const blocks = this.#headBlocks[step];
    if (blocks) blocks[direction] = plus(blocks[direction], blockBytes);
  }

  read(): { frames: { up: FrameCounts; down: FrameCounts }; headBlocks: readonly HeadBlockCount[] } {
    const { up, down } = this.#frames;
    return {
      frames: { up: { ...up }, down: { ...down } },
      headBlocks: this.#headBlocks.map((blocks) => ({ ...blocks })),
    };
  }
}

function plus({ count, bytes } = NONE, more: number): CountedBytes {
  return { count: count + 1, bytes: bytes + more };
}
