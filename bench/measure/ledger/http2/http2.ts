/** HTTP/2 on one connection (RFC 9113): which frames belong to which exchange, what they hold, what they open. */

import type { Layer } from '../../../contract/ledger.ts';
import { opensStream } from '../answer.ts';
import type { Direction, Way } from '../direction.ts';
import { Exchanges } from '../exchange.ts';
import { Http2Counts } from './counts.ts';
import { FLAG, FRAME_HEADER_BYTES, type Frame, hasFlag, isAck, TYPE } from './frame.ts';
import { type FrameListener, Http2Reader } from './frame-reader.ts';
import { type HeaderBlock, HeaderBlocks } from './header-blocks.ts';
import { Stream } from './stream.ts';

/** Section 6.5.2. */
const SETTING = { headerTableSize: 1, maxFrameSize: 5 } as const;
const SETTING_BYTES = 6;
/** An error code that is none (section 7). */
const NO_ERROR = 0;

/** One direction: who reads it, and what it has said so far. */
class Side {
  readonly direction: Direction;
  readonly reader: Http2Reader;
  readonly blocks = new HeaderBlocks();
  hasSettings = false;
  hasAcknowledged = false;
  /** The highest stream that it opened: odd for the client's, even for those that a server promises. */
  lastStream = 0;
  /** Of the frame that is read. */
  layer: Layer = 'control';

  constructor(direction: Direction, listener: FrameListener) {
    this.direction = direction;
    this.reader = new Http2Reader(direction, listener);
    direction.reader = this.reader;
  }
}

export class Http2 {
  readonly exchanges: Exchanges;
  readonly counts = new Http2Counts();
  readonly #sides: Record<Way, Side>;
  /** Begun and not ended by both sides. */
  readonly #streams = new Map<number, Stream>();
  #requests = 0;

  constructor(up: Direction, down: Direction) {
    this.exchanges = new Exchanges(up, down);
    this.#sides = { up: new Side(up, this.#listenerOf('up')), down: new Side(down, this.#listenerOf('down')) };
  }

  #listenerOf(way: Way): FrameListener {
    return {
      begins: (frame) => {
        const side = this.#sides[way];
        side.layer = this.#begin(way, side, frame);
        return side.layer;
      },
      data: (frame, content) => {
        const stream = this.#streams.get(frame.stream);
        if (stream) stream.contentOf(way)?.read(content, 0, content.length);
        else this.#sides[way].direction.layers.control += content.length;
      },
      ends: (frame, payload) => {
        this.counts.addFrame(way, frame);
        this.#end(way, this.#sides[way], frame, payload);
      },
    };
  }

  /** The layer of a frame, by its header. */
  #begin(way: Way, side: Side, frame: Frame): Layer {
    const { type } = frame;
    const { begun } = side.blocks;
    if (begun && (type !== TYPE.continuation || begun.stream !== frame.stream)) {
      side.direction.fail('a header block is interrupted');
    } else if (!side.hasSettings && (type !== TYPE.settings || isAck(frame))) {
      side.direction.fail('the first frame is not SETTINGS');
    } else if (type === TYPE.continuation) {
      if (!begun) side.direction.fail('CONTINUATION continues nothing');
      return side.layer;
    } else if (type === TYPE.settings) {
      return this.#beginSettings(side, isAck(frame));
    } else if (type === TYPE.headers || type === TYPE.data) {
      return this.#beginOnStream(way, side, frame);
    } else if (type === TYPE.pushPromise && way === 'up') {
      side.direction.fail('the client promises a response');
    }
    return 'control';
  }

  /** The first of each kind are how the connection is opened. */
  #beginSettings(side: Side, isAcknowledgement: boolean): Layer {
    const had = isAcknowledgement ? side.hasAcknowledged : side.hasSettings;
    if (isAcknowledgement) side.hasAcknowledged = true;
    else side.hasSettings = true;
    return had ? 'control' : 'handshake';
  }

  #beginOnStream(way: Way, side: Side, frame: Frame): Layer {
    const isData = frame.type === TYPE.data;
    if (way === 'up' && !isData && frame.stream % 2 === 1 && frame.stream > side.lastStream) {
      side.lastStream = frame.stream;
      this.#streams.set(frame.stream, new Stream(side.direction, ++this.#requests));
    }
    const stream = this.#streams.get(frame.stream);
    if (!stream) {
      // Sent before its sender knew of the reset, and taken by nobody.
      if (!this.#wasOpened(frame.stream)) side.direction.fail(`stream ${frame.stream} was never opened`);
      return 'control';
    }
    const place = stream.place[way];
    if (place === 'end' || (isData && place === 'head')) {
      side.direction.fail(
        `${isData ? 'DATA' : 'HEADERS'} on stream ${frame.stream} ${place === 'end' ? 'after its end' : 'before its head'}`,
      );
    }
    if (isData || place === 'body') return 'chunking';
    return way === 'up' ? 'requestHead' : 'responseHead';
  }

  #wasOpened(stream: number): boolean {
    return stream <= this.#sides[stream % 2 === 1 ? 'up' : 'down'].lastStream;
  }

  #end(way: Way, side: Side, frame: Frame, payload: Buffer): void {
    const { type } = frame;
    if (type === TYPE.headers || type === TYPE.continuation || type === TYPE.pushPromise) {
      const block = side.blocks.add(frame, payload);
      if (typeof block === 'string') side.direction.fail(block);
      else if (block?.frame.type === TYPE.pushPromise) this.#promise(side, block.promisedStream);
      else if (block) this.#endBlock(way, side, block);
    } else if (type === TYPE.data) {
      const stream = this.#streams.get(frame.stream);
      if (!stream) return;
      stream.exchange[way].bytes += FRAME_HEADER_BYTES + frame.payloadBytes;
      if (hasFlag(frame, FLAG.endStream)) this.#endStream(way, stream, frame.stream);
    } else if (type === TYPE.settings) {
      this.#apply(this.#sides[way === 'up' ? 'down' : 'up'], payload);
    } else if (type === TYPE.rstStream) {
      this.#reset(way, frame.stream, payload.readUInt32BE(0));
    }
  }

  #endBlock(way: Way, side: Side, { frame, frameBytes, blockBytes, fields }: HeaderBlock): void {
    const stream = this.#streams.get(frame.stream);
    if (!stream) return;
    const half = stream.exchange[way];
    half.bytes += frameBytes;
    if (stream.number > 0) this.counts.addHeadBlock(way, stream.number, blockBytes);
    const isEnd = hasFlag(frame, FLAG.endStream);
    if (stream.place[way] === 'head') {
      half.headBytes = frameBytes;
      if (way === 'up') this.#readRequest(stream, fields);
      else this.#readResponse(side, stream, fields);
      if (isEnd && stream.place[way] === 'head') side.direction.fail('an interim response ends its stream');
    } else if (!isEnd) {
      side.direction.fail(`trailers that do not end stream ${frame.stream}`);
    }
    if (isEnd && side.direction.reader) this.#endStream(way, stream, frame.stream);
  }

  #readRequest({ exchange, place }: Stream, fields: HeaderBlock['fields']): void {
    exchange.method = fields.get(':method') ?? '';
    place.up = 'body';
  }

  #readResponse(side: Side, stream: Stream, fields: HeaderBlock['fields']): void {
    const { exchange } = stream;
    const status = fields.get(':status') ?? '';
    if (!/^[1-9]\d\d$/.test(status)) side.direction.fail(`the status ${JSON.stringify(status)}`);
    if (status.startsWith('1')) return;
    if (exchange.method === 'CONNECT' && status.startsWith('2')) side.direction.fail('a stream becomes a tunnel');
    const head = {
      status: Number(status),
      type: fields.get('content-type'),
      coding: fields.get('content-encoding'),
    };
    if (opensStream(head, exchange)) this.exchanges.countAsHandshake(exchange);
    stream.answer(side.direction, head);
    stream.place.down = 'body';
  }

  #endStream(way: Way, stream: Stream, id: number): void {
    stream.place[way] = 'end';
    this.exchanges.complete(stream.exchange, way, stream.contentOf(way)?.end() ?? 0);
    if (stream.place.up === 'end' && stream.place.down === 'end') this.#close(id);
  }

  /**
   * Gives a stream up. Without an error a server may also mean by it that the response was whole: that of Node does, where
   * the client's window left no room for the end.
   */
  #reset(way: Way, id: number, code: number): void {
    const stream = this.#streams.get(id);
    const isEnd = way === 'down' && code === NO_ERROR && stream?.place.up === 'end' && stream.place.down === 'body';
    if (isEnd) this.#endStream('down', stream, id);
    this.#close(id);
  }

  #close(id: number): void {
    this.#streams.get(id)?.cutOff();
    this.#streams.delete(id);
  }

  /** Section 8.4: a response whose request the server makes up. It is no exchange of the client's. */
  #promise(side: Side, id: number): void {
    if (id % 2 === 1 || id <= side.lastStream) {
      side.direction.fail(`stream ${id} is promised`);
      return;
    }
    side.lastStream = id;
    const stream = new Stream(this.#sides.up.direction, 0);
    stream.exchange.isCycle = false;
    stream.place.up = 'end';
    this.#streams.set(id, stream);
  }

  /** What one side says of itself holds for what the other sends. */
  #apply(other: Side, settings: Buffer): void {
    for (let at = 0; at < settings.length; at += SETTING_BYTES) {
      const value = settings.readUInt32BE(at + 2);
      const setting = settings.readUInt16BE(at);
      if (setting === SETTING.headerTableSize) other.blocks.decoder.allow(value);
      else if (setting === SETTING.maxFrameSize) other.reader.allow(value);
    }
  }
}
