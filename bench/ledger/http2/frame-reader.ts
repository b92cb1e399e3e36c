/** Reads one direction of HTTP/2: the client's preface, then frame after frame (RFC 9113, sections 3.4 and 4). */

import type { Layer } from '../../contract/ledger.ts';
import type { Direction, Reader } from '../direction.ts';
import { FLAG, FRAME_HEADER_BYTES, type Frame, hasFlag, parseFrame, problemOf, TYPE } from './frame.ts';

/** Told of the frames of one direction, in order. Any call may fail the direction. */
export interface FrameListener {
  /** A frame's header is there. Says where its bytes belong; of DATA, those of its header and padding. */
  begins(frame: Frame): Layer;
  /**
   * Content of a DATA frame, without padding and with nothing after it: a search in it then ends where it does. Puts it into
   * layers by itself.
   */
  data(frame: Frame, content: Buffer): void;
  /** @param payload empty for types of which only the length matters */
  ends(frame: Frame, payload: Buffer): void;
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** What SETTINGS_MAX_FRAME_SIZE is until it is told (section 6.5.2). */
const DEFAULT_PAYLOAD_BYTES = 16_384;
/** Of a frame that is read as a whole: none that belongs into a comparison comes near it. */
const LONGEST_WHOLE_PAYLOAD = 64 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

/** Types of which the payload is read. */
const WHOLE: readonly number[] = [TYPE.headers, TYPE.rstStream, TYPE.settings, TYPE.pushPromise, TYPE.continuation];

export class Http2Reader implements Reader {
  readonly #direction: Direction;
  readonly #listener: FrameListener;
  #prefaceLeft: number;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerBytes = 0;
  #frame: Frame | undefined;
  #layer: Layer = 'control';
  #payloadLeft = 0;
  /** Of DATA: unknown until its first byte is read, where there is one. */
  #paddingBytes: number | undefined;
  /** Of a type of which it is read. */
  #payload = NOTHING;
  #largestPayloadBytes = DEFAULT_PAYLOAD_BYTES;

  constructor(direction: Direction, listener: FrameListener) {
    this.#direction = direction;
    this.#listener = listener;
    this.#prefaceLeft = direction.way === 'up' ? PREFACE.length : 0;
  }

  /** The other side takes payloads of so many bytes. It may have allowed more before. */
  allow(payloadBytes: number): void {
    this.#largestPayloadBytes = Math.max(this.#largestPayloadBytes, payloadBytes);
  }

  read(chunk: Buffer, from: number): number {
    if (this.#prefaceLeft > 0) return this.#readPreface(chunk, from);
    const frame = this.#frame;
    if (!frame) return this.#readHeader(chunk, from);
    const at = frame.type === TYPE.data ? this.#readData(frame, chunk, from) : this.#readPayload(frame, chunk, from);
    this.#endIfWhole(frame);
    return at;
  }

  end(): void {}

  #readPreface(chunk: Buffer, from: number): number {
    const rest = PREFACE.subarray(-this.#prefaceLeft);
    let same = 0;
    while (same < rest.length && from + same < chunk.length && chunk[from + same] === rest[same]) same++;
    this.#direction.layers.handshake += same;
    this.#prefaceLeft -= same;
    if (same < rest.length && from + same < chunk.length) this.#direction.fail('not the preface of HTTP/2');
    return from + same;
  }

  /** Until it is whole a header is control. */
  #readHeader(chunk: Buffer, from: number): number {
    const { layers } = this.#direction;
    const taken = chunk.copy(this.#header, this.#headerBytes, from);
    layers.control += taken;
    this.#headerBytes += taken;
    if (this.#headerBytes < FRAME_HEADER_BYTES) return from + taken;

    this.#headerBytes = 0;
    const frame = parseFrame(this.#header);
    const problem = problemOf(frame) ?? this.#tooLarge(frame);
    if (problem !== undefined) {
      this.#direction.fail(problem);
      return from + taken;
    }
    this.#layer = this.#listener.begins(frame);
    if (!this.#direction.reader) return from + taken;
    this.#direction.move(FRAME_HEADER_BYTES, 'control', this.#layer);
    this.#frame = frame;
    this.#payloadLeft = frame.payloadBytes;
    this.#paddingBytes = hasFlag(frame, FLAG.padded) ? undefined : 0;
    this.#endIfWhole(frame);
    return from + taken;
  }

  #tooLarge({ type, payloadBytes }: Frame): string | undefined {
    const limit = WHOLE.includes(type)
      ? Math.min(this.#largestPayloadBytes, LONGEST_WHOLE_PAYLOAD)
      : this.#largestPayloadBytes;
    return payloadBytes > limit ? `a frame of ${payloadBytes} bytes where ${limit} are allowed` : undefined;
  }

  /** Section 6.1: the padding's length, the content, the padding. */
  #readData(frame: Frame, chunk: Buffer, from: number): number {
    const { layers } = this.#direction;
    if (this.#paddingBytes === undefined) {
      this.#paddingBytes = chunk[from] ?? 0;
      layers[this.#layer]++;
      this.#payloadLeft--;
      if (this.#paddingBytes > this.#payloadLeft) this.#direction.fail('the padding is longer than its frame');
      return from + 1;
    }
    const contentLeft = this.#payloadLeft - this.#paddingBytes;
    const end = Math.min(chunk.length, from + (contentLeft > 0 ? contentLeft : this.#payloadLeft));
    if (contentLeft > 0) this.#listener.data(frame, chunk.subarray(from, end));
    else layers[this.#layer] += end - from;
    this.#payloadLeft -= end - from;
    return end;
  }

  #readPayload({ type, payloadBytes }: Frame, chunk: Buffer, from: number): number {
    const end = Math.min(chunk.length, from + this.#payloadLeft);
    this.#direction.layers[this.#layer] += end - from;
    if (WHOLE.includes(type)) {
      if (end - from === payloadBytes) {
        this.#payload = chunk.subarray(from, end);
      } else {
        if (this.#payloadLeft === payloadBytes) this.#payload = Buffer.alloc(payloadBytes);
        chunk.copy(this.#payload, payloadBytes - this.#payloadLeft, from, end);
      }
    }
    this.#payloadLeft -= end - from;
    return end;
  }

  #endIfWhole(frame: Frame): void {
    if (this.#payloadLeft > 0 || !this.#direction.reader) return;
    const payload = this.#payload;
    this.#frame = undefined;
    this.#payload = NOTHING;
    this.#listener.ends(frame, payload);
  }
}
