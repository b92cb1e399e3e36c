/** HTTP/1.1 on one connection (RFC 9112): which response answers which request, what its body holds, what it opens. */

import type { WireFormat } from '../../contract/ledger.ts';
import type { Direction } from '../direction.ts';
import { Exchange, Exchanges } from '../exchange.ts';
import { bodyOf } from './body.ts';
import { FrameReader } from './frames.ts';
import type { HeadReader } from './head.ts';
import { type MessageListener, MessageReader } from './messages.ts';

class Http1Exchange extends Exchange {
  requestsWebSocket = false;
}

export class Http1 {
  readonly exchanges: Exchanges;
  readonly #format: WireFormat | undefined;
  readonly #up: Direction;
  readonly #down: Direction;
  /** Exchanges begun by their request and not ended by their response, in order. */
  readonly #unanswered: Http1Exchange[] = [];

  constructor(up: Direction, down: Direction, format?: WireFormat) {
    this.#format = format;
    this.#up = up;
    this.#down = down;
    this.exchanges = new Exchanges(up, down, format);
    up.reader = new MessageReader(up, this.#requests());
    down.reader = new MessageReader(down, this.#responses());
  }

  #requests(): MessageListener {
    let exchange: Http1Exchange;
    return {
      begins: () => {
        exchange = new Http1Exchange(this.#up);
        this.#unanswered.push(exchange);
      },
      head: (head) => {
        exchange.method = head.start?.['method'] ?? '';
        exchange.up.headBytes = head.bytes;
        exchange.requestsWebSocket = isWebSocket(head);
        return bodyOf(this.#up, head, exchange.question);
      },
      ends: (bytes) => {
        exchange.up.bytes = bytes;
        this.exchanges.complete(exchange, 'up');
      },
    };
  }

  #responses(): MessageListener {
    return {
      begins: () => {
        if (this.#unanswered.length === 0) this.#down.fail('a response that no request asked for');
      },
      head: (head) => {
        const exchange = this.#unanswered[0];
        if (!exchange) return undefined;
        const status = Number(head.start?.['status']);
        if (status < 200) {
          const problem = status === 101 ? this.#switchProtocols(exchange, head) : 'an interim response is not read';
          if (problem !== undefined) this.#down.fail(problem);
          return undefined;
        }
        const content = this.exchanges.answer(exchange, status, head.fields, head.bytes);
        const body = bodyOf(this.#down, head, content);
        return exchange.method === 'HEAD' || status === 204 || status === 304 ? undefined : body;
      },
      ends: (bytes) => {
        const exchange = this.#unanswered.shift();
        if (!exchange) return;
        exchange.down.bytes = bytes;
        this.exchanges.complete(exchange, 'down');
      },
    };
  }

  /** Frames follow the 101, in both directions (RFC 6455, section 4.2.2). Returns why not. */
  #switchProtocols(exchange: Http1Exchange, head: HeadReader): string | undefined {
    if (!exchange.requestsWebSocket || !isWebSocket(head)) {
      return 'a 101 to something other than the WebSocket that was asked for';
    }
    const { events = 'frames' } = this.#format ?? {};
    if (events !== 'frames') return `a WebSocket, and the lane's row says ${events}`;
    if (!exchange.up.isComplete) return 'a 101 to a request that is not complete';
    if (this.#unanswered.length > 1) this.#up.fail('a request follows the one that became a WebSocket');
    exchange.down.headBytes = head.bytes;
    this.exchanges.countAsHandshake(exchange);
    const extensions = head.fields.get('sec-websocket-extensions') ?? '';
    const allowsDeflate = /(^|,)[\t ]*permessage-deflate[\t ]*(;|,|$)/i.test(extensions);
    this.#down.reader = new FrameReader(this.#down, allowsDeflate);
    if (this.#up.reader) this.#up.reader = new FrameReader(this.#up, allowsDeflate);
    return undefined;
  }
}

function isWebSocket({ fields }: HeadReader): boolean {
  return /(^|,)[\t ]*websocket[\t ]*(,|$)/i.test(fields.get('upgrade') ?? '');
}
