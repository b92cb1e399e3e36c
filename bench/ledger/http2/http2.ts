/** HTTP/2 on one connection (RFC 9113): which frames belong to which exchange, what they hold, what they open. */

import type { Layer } from '../../contract/ledger.ts';
import { opensStream } from '../answer.ts';
import type { Direction, Way } from '../direction.ts';
import { Exchanges } from '../exchange.ts';
import { Http2Counts } from './counts.ts';
import { FLAG, FRAME_HEADER_BYTES, type Frame, hasFlag, isAck, TYPE } from './frame.ts';
import type { FrameListener } from './frame-reader.ts';
import type { HeaderBlock } from './header-blocks.ts';
import { Http2Side } from './side.ts';
import { Stream } from './stream.ts';

/** An error code that is none (section 7). */
const NO_ERROR = 0;

export class Http2 {
  readonly exchanges: Exchanges;
  readonly counts = new Http2Counts();
  readonly #sides: Record<Way, Http2Side>;
  /** Begun and not ended by both sides. */
  readonly #streams = new Map<number, Stream>();
  #requests = 0;

  constructor(up: Direction, down: Direction) {
    this.exchanges = new Exchanges(up, down);
    this.#sides = {
      up: new Http2Side(up, this.#listenerOf('up')),
      down: new Http2Side(down, this.#listenerOf('down')),
    };
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
  #begin(way: Way, side: Http2Side, frame: Frame): Layer {
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
      return side.beginSettings(isAck(frame));
    } else if (type === TYPE.headers || type === TYPE.data) {
      return this.#beginOnStream(way, side, frame);
    } else if (type === TYPE.pushPromise && way === 'up') {
      side.direction.fail('the client promises a response');
    }
    return 'control';
  }

  #beginOnStream(way: Way, side: Http2Side, frame: Frame): Layer {
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
      const what = `${isData ? 'DATA' : 'HEADERS'} on stream ${frame.stream}`;
      side.direction.fail(`${what} ${place === 'end' ? 'after its end' : 'before its head'}`);
    }
    if (isData || place === 'body') return 'chunking';
    return way === 'up' ? 'requestHead' : 'responseHead';
  }

  #wasOpened(stream: number): boolean {
    return stream <= this.#sides[stream % 2 === 1 ? 'up' : 'down'].lastStream;
  }

  #end(way: Way, side: Http2Side, frame: Frame, payload: Buffer): void {
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
      this.#sides[way === 'up' ? 'down' : 'up'].apply(payload);
    } else if (type === TYPE.rstStream) {
      this.#reset(way, frame.stream, payload.readUInt32BE(0));
    }
  }

  #endBlock(way: Way, side: Http2Side, { frame, frameBytes, blockBytes, fields }: HeaderBlock): void {
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

  #readResponse(side: Http2Side, stream: Stream, fields: HeaderBlock['fields']): void {
    const { exchange } = stream;
    const status = fields.get(':status') ?? '';
    if (!/^[1-9]\d\d$/.test(status)) side.direction.fail(`the status ${JSON.stringify(status)}`);
    if (status.startsWith('1')) return;
    if (exchange.method === 'CONNECT' && status.startsWith('2')) side.direction.fail('a stream becomes a tunnel');
    const head = {
      status: Number(status),
      type: fields.get('content-type'),
      coding: fields.get('content-encoding'),
      isOpenEnded: !fields.has('content-length'),
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
  #promise(side: Http2Side, id: number): void {
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
}
