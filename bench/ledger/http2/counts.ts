/** Figures that only HTTP/2 has: its frames by type, and its header blocks by how far a connection has come. */

import { FRAME_TYPES, type FrameCounts, type FrameType, type HeadBlockCount } from '../../contract/ledger.ts';
import type { Way } from '../direction.ts';
import { FRAME_HEADER_BYTES, type Frame } from './frame.ts';

interface Counted {
  count: number;
  bytes: number;
}

export class Http2Counts {
  readonly #frames: Record<Way, Partial<Record<FrameType, Counted>>> = { up: {}, down: {} };
  readonly #headBlocks: Record<Way, Counted>[] = [];

  addFrame(way: Way, { type, payloadBytes }: Frame): void {
    const name = FRAME_TYPES[type] ?? 'EXTENSION';
    this.#frames[way][name] ??= { count: 0, bytes: 0 };
    add(this.#frames[way][name], FRAME_HEADER_BYTES + payloadBytes);
  }

  /** @param number of the exchange on its connection, from 1 */
  addHeadBlock(way: Way, number: number, blockBytes: number): void {
    const at = number === 1 ? 0 : 32 - Math.clz32(number - 1);
    while (this.#headBlocks.length <= at) {
      this.#headBlocks.push({ up: { count: 0, bytes: 0 }, down: { count: 0, bytes: 0 } });
    }
    const counted = this.#headBlocks[at]?.[way];
    if (counted) add(counted, blockBytes);
  }

  read(): { frames: { up: FrameCounts; down: FrameCounts }; headBlocks: readonly HeadBlockCount[] } {
    const frames = { up: copyEach(this.#frames.up), down: copyEach(this.#frames.down) };
    return { frames, headBlocks: this.#headBlocks.map(copyEach) };
  }
}

function copyEach<Counts extends Readonly<Record<string, Counted>>>(counts: Counts): Counts {
  return Object.fromEntries(Object.entries(counts).map(([key, counted]) => [key, { ...counted }])) as Counts;
}

function add(counted: Counted, bytes: number): void {
  counted.count++;
  counted.bytes += bytes;
}
