/** HTTP/2 on one connection (RFC 9113): which frames belong to which exchange, what they hold, what they open. */

import type { Layer, WireFormat } from '../../contract/ledger.ts';
import type { Direction, DirectionName } from '../direction.ts';
import { Exchange, Exchanges } from '../exchange.ts';
import { HpackDecoder, HpackError } from '../hpack/decoder.ts';
import { Http2Counts } from './counts.ts';
import { endsStream, FRAME_HEADER_BYTES, type Frame, isAck } from './frame.ts';
import { Http2Reader } from './frame-reader.ts';

/** The error code of a reset without an error (section 7). */
const NO_ERROR = 0;
/** Settings that bind what the other side sends (section 6.5.2). */
const SETTING = { headerTableSize: 1, maxFrameSize: 5 } as const;
const SETTING_BYTES = 6;

interface Side {
  readonly direction: Direction;
  readonly reader: Http2Reader;
  readonly hpack: HpackDecoder;
  hasSettings: boolean;
  hasAcknowledged: boolean;
}

/** One request and its response (section 8.1). */
class Stream extends Exchange {
  /** Requests on this connection so far, from 1: identifiers may be skipped (section 5.1.1). */
  readonly number: number;
  readonly next: Record<DirectionName, 'head' | 'body' | 'nothing'> = { up: 'head', down: 'head' };

  constructor(up: Direction, number: number) {
    super(up);
    this.number = number;
  }
}

export class Http2 {
  readonly exchanges: Exchanges;
  readonly counts = new Http2Counts();
  readonly #sides: Record<DirectionName, Side>;
  /** Streams that are not ended by both sides, by identifier. */
  readonly #streams = new Map<number, Stream>();
  #lastStream = 0;
  #requests = 0;

  constructor(up: Direction, down: Direction, format?: WireFormat) {
    this.exchanges = new Exchanges(up, down, format);
    this.#sides = { up: this.#sideOf(up), down: this.#sideOf(down) };
  }

  #sideOf(direction: Direction): Side {
    const { name } = direction;
    const reader = new Http2Reader(direction, {
      begins: (frame) => this.#begin(name, frame),
      data: (frame, content) => {
        const message = this.#streams.get(frame.stream)?.[name].content;
        if (message) message.read(content, 0, content.length);
        else direction.layers.control += content.length;
      },
      ends: (frame, payload) => {
        this.counts.addFrame(name, frame);
        this.#end(name, frame, payload);
      },
    });
    direction.reader = reader;
    return { direction, reader, hpack: new HpackDecoder(), hasSettings: false, hasAcknowledged: false };
  }

  #begin(name: DirectionName, frame: Frame): Layer {
    const side = this.#sides[name];
    if (!side.hasSettings && (frame.type !== 'SETTINGS' || isAck(frame))) {
      side.direction.fail('the first frame is not SETTINGS');
    } else if (frame.type === 'SETTINGS') {
      const state = isAck(frame) ? 'hasAcknowledged' : 'hasSettings';
      const isFirst = !side[state];
      side[state] = true;
      return isFirst ? 'handshake' : 'control';
    } else if (frame.type === 'HEADERS' || frame.type === 'DATA') {
      return this.#beginOnStream(name, frame);
    }
    return 'control';
  }

  #beginOnStream(name: DirectionName, { type, stream: id }: Frame): Layer {
    const { direction } = this.#sides[name];
    const isData = type === 'DATA';
    if (name === 'up' && !isData && id % 2 === 1 && id > this.#lastStream) {
      this.#lastStream = id;
      this.#streams.set(id, new Stream(direction, ++this.#requests));
    }
    const stream = this.#streams.get(id);
    if (!stream) {
      // Frames that were sent before their sender knew of a reset belong to no exchange any more.
      if (id % 2 === 0 || id > this.#lastStream) direction.fail(`stream ${id} was never opened`);
      return 'control';
    }
    const next = stream.next[name];
    if (next === 'nothing') direction.fail(`${type} on stream ${id} after its end`);
    else if (isData && next === 'head') direction.fail(`DATA on stream ${id} before its head`);
    else if (!isData && next === 'body') direction.fail(`trailers on stream ${id} are not read`);
    return isData ? 'chunking' : name === 'up' ? 'requestHead' : 'responseHead';
  }

  #end(name: DirectionName, frame: Frame, payload: Buffer): void {
    const { type } = frame;
    if (type === 'SETTINGS') this.#apply(name, payload);
    else if (type === 'RST_STREAM') this.#reset(name, frame.stream, payload.readUInt32BE(0));
    if (type !== 'HEADERS' && type !== 'DATA') return;
    const stream = this.#streams.get(frame.stream);
    const problem = type === 'HEADERS' ? this.#readHead(name, stream, payload) : undefined;
    if (problem !== undefined) this.#sides[name].direction.fail(problem);
    if (!stream || !this.#sides[name].direction.reader) return;
    stream[name].bytes += FRAME_HEADER_BYTES + frame.payloadBytes;
    if (endsStream(frame)) this.#endStream(name, stream, frame.stream);
  }

  /** Applies the settings of one side to the reader of the other. */
  #apply(name: DirectionName, settings: Buffer): void {
    const { hpack, reader } = this.#sides[name === 'up' ? 'down' : 'up'];
    for (let at = 0; at < settings.length; at += SETTING_BYTES) {
      const setting = settings.readUInt16BE(at);
      const value = settings.readUInt32BE(at + 2);
      if (setting === SETTING.headerTableSize) hpack.allow(value);
      else if (setting === SETTING.maxFrameSize) reader.allow(value);
    }
  }

  /** Decodes a head even where its stream was reset: the table of HPACK is the connection's. Returns what is wrong. */
  #readHead(name: DirectionName, stream: Stream | undefined, block: Buffer): string | undefined {
    let fields: ReadonlyMap<string, string>;
    try {
      // The first value of a name stays: it is set last.
      fields = new Map(this.#sides[name].hpack.decode(block).reverse());
    } catch (error) {
      if (error instanceof HpackError) return `HPACK: ${error.message}`;
      throw error;
    }
    if (!stream) return undefined;
    this.counts.addHeadBlock(name, stream.number, block.length);
    stream.next[name] = 'body';
    const headBytes = FRAME_HEADER_BYTES + block.length;
    if (name === 'up') {
      stream.method = fields.get(':method') ?? '';
      stream.up.headBytes = headBytes;
      return undefined;
    }
    const status = fields.get(':status') ?? '';
    if (!/^[1-9]\d\d$/.test(status)) return `the status ${JSON.stringify(status)}`;
    if (status.startsWith('1')) return 'an interim response is not read';
    this.exchanges.answer(stream, Number(status), fields, headBytes);
    return undefined;
  }

  #endStream(name: DirectionName, stream: Stream, id: number): void {
    stream.next[name] = 'nothing';
    this.exchanges.complete(stream, name);
    if (stream.next.up === 'nothing' && stream.next.down === 'nothing') this.#close(id);
  }

  /**
   * Gives a stream up. A server may also end a whole response by a reset without an error: that of Node does, where the
   * client's window left no room for the end.
   */
  #reset(name: DirectionName, id: number, code: number): void {
    const stream = this.#streams.get(id);
    const isEnd = name === 'down' && code === NO_ERROR && stream?.next.up === 'nothing' && stream.next.down === 'body';
    if (isEnd) this.#endStream('down', stream, id);
    this.#close(id);
  }

  #close(id: number): void {
    const stream = this.#streams.get(id);
    stream?.question.close();
    stream?.down.content?.close();
    this.#streams.delete(id);
  }
}
