/** HTTP/1.1 on one connection (RFC 9112): which response answers which request, what its body holds, what it opens. */

import { type Body, bodyOf } from './body.ts';
import { type Content, type Direction, PlainContent } from './direction.ts';
import { EventStream } from './event-stream.ts';
import { FrameReader } from './frames.ts';
import type { HeadReader } from './head.ts';
import { EventLines } from './lines.ts';
import { type MessageListener, MessageReader } from './messages.ts';

interface Exchange {
  /** Empty until the request's head is complete: a server may answer before, to refuse it. */
  method: string;
  requestHeadBytes: number;
  asksForWebSocket: boolean;
  isHandshake: boolean;
  /** Events down and messages up. */
  messages: number;
  /** Once the request, the response is complete. */
  upBytes?: number;
  downBytes?: number;
}

export class Http1 {
  readonly cycles = { count: 0, upBytes: 0, downBytes: 0 };
  readonly emptyCycles = { count: 0, upBytes: 0, downBytes: 0 };
  readonly #up: Direction;
  readonly #down: Direction;
  /** Begun by their request and not ended by their response, in order. */
  readonly #unanswered: Exchange[] = [];

  constructor(up: Direction, down: Direction) {
    this.#up = up;
    this.#down = down;
    up.reader = new MessageReader(up, this.#requests());
    down.reader = new MessageReader(down, this.#responses());
  }

  #requests(): MessageListener {
    let exchange: Exchange;
    return {
      begins: () => {
        exchange = { method: '', requestHeadBytes: 0, asksForWebSocket: false, isHandshake: false, messages: 0 };
        this.#unanswered.push(exchange);
      },
      head: (head) => {
        exchange.method = head.start?.['method'] ?? '';
        exchange.requestHeadBytes = head.bytes;
        exchange.asksForWebSocket = isWebSocket(head);
        return bodyOf(this.#up, head, new PlainContent(this.#up, 'payload'), false);
      },
      ends: (bytes) => {
        if (this.#up.unfinishedBytes > 0) {
          this.#up.finishMessage();
          exchange.messages++;
        }
        exchange.upBytes = bytes;
        this.#countIfComplete(exchange);
      },
    };
  }

  #responses(): MessageListener {
    let eventsBefore = 0;
    return {
      begins: () => {
        eventsBefore = this.#down.messages;
        if (this.#unanswered.length === 0) this.#down.fail('a response that no request asked for');
      },
      head: (head) => {
        const exchange = this.#unanswered[0];
        return exchange && this.#readResponse(exchange, head);
      },
      ends: (bytes) => {
        const exchange = this.#unanswered.shift();
        if (!exchange) return;
        exchange.messages += this.#down.messages - eventsBefore;
        exchange.downBytes = bytes;
        this.#countIfComplete(exchange);
      },
    };
  }

  #readResponse(exchange: Exchange, head: HeadReader): Body | 'goesOn' | undefined {
    const status = Number(head.start?.['status']);
    if (status === 101) {
      this.#switchProtocols(exchange, head);
      return 'goesOn';
    }
    if (status < 200) return 'goesOn';
    if (exchange.method === 'CONNECT' && status < 300) {
      this.#down.fail('the connection becomes a tunnel');
      return undefined;
    }
    const isBodiless = exchange.method === 'HEAD' || status === 204 || status === 304;
    const content = this.#contentOf(status === 200 && !isBodiless, head);
    if (content instanceof EventStream) this.#countAsHandshake(exchange, head);
    const body = content && bodyOf(this.#down, head, content, true);
    return isBodiless ? undefined : body;
  }

  #contentOf(mayHoldEvents: boolean, { fields }: HeadReader): Content | undefined {
    const type = fields.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
    const isStream = type === 'text/event-stream';
    if (!mayHoldEvents || (!isStream && type !== 'application/x-ndjson'))
      return new PlainContent(this.#down, 'control');
    const coding = fields.get('content-encoding');
    if (coding !== undefined && coding.toLowerCase() !== 'identity') {
      this.#down.fail(`events in the content coding ${JSON.stringify(coding)}`);
      return undefined;
    }
    return isStream ? new EventStream(this.#down) : new EventLines(this.#down);
  }

  /** RFC 6455, section 4.2.2: what follows the 101 is frames, in both directions. */
  #switchProtocols(exchange: Exchange, head: HeadReader): void {
    if (!exchange.asksForWebSocket || !isWebSocket(head)) {
      this.#down.fail('a 101 to something other than the WebSocket that was asked for');
      return;
    }
    if (exchange.upBytes === undefined) {
      this.#down.fail('a 101 to a request that is not complete');
      return;
    }
    if (this.#unanswered.length > 1) this.#up.fail('a request follows the one that became a WebSocket');
    this.#countAsHandshake(exchange, head);
    const extensions = head.fields.get('sec-websocket-extensions') ?? '';
    const allowsDeflate = /(^|,)[\t ]*permessage-deflate[\t ]*(;|,|$)/i.test(extensions);
    this.#down.reader = new FrameReader(this.#down, allowsDeflate);
    if (this.#up.reader) this.#up.reader = new FrameReader(this.#up, allowsDeflate);
  }

  #countAsHandshake(exchange: Exchange, head: HeadReader): void {
    exchange.isHandshake = true;
    this.#up.move(exchange.requestHeadBytes, 'requestHead', 'handshake');
    this.#down.move(head.bytes, 'responseHead', 'handshake');
  }

  #countIfComplete({ isHandshake, messages, upBytes, downBytes }: Exchange): void {
    if (isHandshake || upBytes === undefined || downBytes === undefined) return;
    for (const cycles of messages === 0 ? [this.cycles, this.emptyCycles] : [this.cycles]) {
      cycles.count++;
      cycles.upBytes += upBytes;
      cycles.downBytes += downBytes;
    }
  }
}

function isWebSocket({ fields }: HeadReader): boolean {
  return /(^|,)[\t ]*websocket[\t ]*(,|$)/i.test(fields.get('upgrade') ?? '');
}
