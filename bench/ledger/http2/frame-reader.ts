/** Reads one direction of HTTP/2: the client's preface, then frame after frame (RFC 9113, sections 3.4 and 4). */

import type { Layer } from '../../contract/ledger.ts';
import type { Direction, Reader } from '../direction.ts';
import { FRAME_HEADER_BYTES, type Frame, parseFrame, problemOf } from './frame.ts';

/** Receives the frames of one direction, in order. Any call may fail the direction. */
export interface FrameListener {
  /** A frame's header has come. Returns the layer of its bytes; that of the header alone where it is DATA. */
  begins(frame: Frame): Layer;
  /**
   * Content of a DATA frame has come, in a buffer that holds nothing else: a search in it then ends where it does. Puts it
   * into layers by itself.
   */
  data(frame: Frame, content: Buffer): void;
  /** @param payload empty for DATA */
  ends(frame: Frame, payload: Buffer): void;
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
/** Initial SETTINGS_MAX_FRAME_SIZE (section 6.5.2). */
const DEFAULT_PAYLOAD_BYTES = 16_384;
/** Bounds the memory of a frame that is read as a whole; the longest head of the header profiles is about 1 KiB. */
const LONGEST_WHOLE_PAYLOAD = 64 * 1024;
const NOTHING: Buffer = Buffer.alloc(0);

export class Http2Reader implements Reader {
  readonly #direction: Direction;
  readonly #listener: FrameListener;
  #prefaceLeft: number;
  readonly #header = Buffer.alloc(FRAME_HEADER_BYTES);
  #headerBytes = 0;
  #frame: Frame | undefined;
  #layer: Layer = 'control';
  #payloadLeft = 0;
  #payload = NOTHING;
  #largestPayloadBytes = DEFAULT_PAYLOAD_BYTES;

  constructor(direction: Direction, listener: FrameListener) {
    this.#direction = direction;
    this.#listener = listener;
    this.#prefaceLeft = direction.name === 'up' ? PREFACE.length : 0;
  }

  /** Applies SETTINGS_MAX_FRAME_SIZE of the other side. The largest ever allowed is the limit, as for the HPACK table. */
  allow(payloadBytes: number): void {
    this.#largestPayloadBytes = Math.max(this.#largestPayloadBytes, payloadBytes);
  }

  read(chunk: Buffer, from: number): number {
    if (this.#prefaceLeft > 0) return this.#readPreface(chunk, from);
    const frame = this.#frame;
    if (!frame) return this.#readHeader(chunk, from);
    const end = Math.min(chunk.length, from + this.#payloadLeft);
    if (frame.type === 'DATA') this.#listener.data(frame, chunk.subarray(from, end));
    else this.#readPayload(frame, chunk, from, end);
    this.#payloadLeft -= end - from;
    this.#endIfWhole(frame);
    return end;
  }

  #readPreface(chunk: Buffer, from: number): number {
    const rest = PREFACE.subarray(-this.#prefaceLeft);
    let same = 0;
    while (same < rest.length && from + same < chunk.length && chunk[from + same] === rest[same]) same++;
    this.#direction.layers.handshake += same;
    this.#prefaceLeft -= same;
    if (same < rest.length && from + same < chunk.length) this.#direction.fail('not the preface of HTTP/2');
    return from + same;
  }

  /** Counts an unfinished header as control. */
  #readHeader(chunk: Buffer, from: number): number {
    const taken = chunk.copy(this.#header, this.#headerBytes, from);
    this.#direction.layers.control += taken;
    this.#headerBytes += taken;
    if (this.#headerBytes < FRAME_HEADER_BYTES) return from + taken;

    this.#headerBytes = 0;
    const frame = parseFrame(this.#header);
    const problem = problemOf(frame) ?? this.#tooLarge(frame);
    if (problem === undefined) this.#layer = this.#listener.begins(frame);
    else this.#direction.fail(problem);
    if (!this.#direction.reader) return from + taken;
    this.#direction.move(FRAME_HEADER_BYTES, 'control', this.#layer);
    this.#frame = frame;
    this.#payloadLeft = frame.payloadBytes;
    this.#endIfWhole(frame);
    return from + taken;
  }

  #tooLarge({ type, payloadBytes }: Frame): string | undefined {
    const allowed = this.#largestPayloadBytes;
    const limit = type === 'DATA' ? allowed : Math.min(allowed, LONGEST_WHOLE_PAYLOAD);
    return payloadBytes > limit ? `a frame of ${payloadBytes} bytes where ${limit} are allowed` : undefined;
  }

  #readPayload({ payloadBytes }: Frame, chunk: Buffer, from: number, end: number): void {
    this.#direction.layers[this.#layer] += end - from;
    if (end - from === payloadBytes) {
      this.#payload = chunk.subarray(from, end);
    } else {
      if (this.#payloadLeft === payloadBytes) this.#payload = Buffer.alloc(payloadBytes);
      chunk.copy(this.#payload, payloadBytes - this.#payloadLeft, from, end);
    }
  }

  #endIfWhole(frame: Frame): void {
    if (this.#payloadLeft > 0 || !this.#direction.reader) return;
    const payload = this.#payload;
    this.#frame = undefined;
    this.#payload = NOTHING;
    this.#listener.ends(frame, payload);
  }
}
