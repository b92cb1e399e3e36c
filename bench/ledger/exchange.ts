import type { CycleCount, WireFormat } from '../contract/ledger.ts';
import { answerContent, heldBy } from './answer.ts';
import { type Content, MessageContent } from './content.ts';
import type { Direction, DirectionName } from './direction.ts';

interface Message {
  headBytes: number;
  bytes: number;
  isComplete: boolean;
  /** Undefined until the head of the response is complete. */
  content: Content | undefined;
}

/** A request and its response, in any version of HTTP. */
export class Exchange implements Record<DirectionName, Message> {
  /** Empty until the request's head is complete: a server may answer before, to refuse it. */
  method = '';
  readonly question: MessageContent;
  readonly up: Message;
  readonly down: Message = { headBytes: 0, bytes: 0, isComplete: false, content: undefined };
  /** Events down and messages up. */
  messages = 0;
  /** False when it opens a lasting connection. */
  isCycle = true;

  constructor(up: Direction) {
    this.question = new MessageContent(up);
    this.up = { headBytes: 0, bytes: 0, isComplete: false, content: this.question };
  }
}

export class Exchanges {
  readonly #cycles = { count: 0, upBytes: 0, downBytes: 0 };
  readonly #emptyCycles = { count: 0, upBytes: 0, downBytes: 0 };
  readonly #up: Direction;
  readonly #down: Direction;
  readonly #format: WireFormat | undefined;

  constructor(up: Direction, down: Direction, format?: WireFormat) {
    this.#format = format;
    this.#up = up;
    this.#down = down;
  }

  /** Counts the heads so far as what opens a lasting connection. */
  countAsHandshake(exchange: Exchange): void {
    exchange.isCycle = false;
    this.#up.move(exchange.up.headBytes, 'requestHead', 'handshake');
    this.#down.move(exchange.down.headBytes, 'responseHead', 'handshake');
  }

  /**
   * Takes the head of a response and returns the reader of its body. Fails the direction when that can't be read.
   *
   * @param fields by name in lower case
   */
  answer(exchange: Exchange, status: number, fields: ReadonlyMap<string, string>, headBytes: number): Content {
    const head = {
      status,
      type: fields.get('content-type'),
      coding: fields.get('content-encoding'),
      isOpenEnded: !fields.has('content-length') && fields.get('connection')?.toLowerCase() !== 'close',
    };
    exchange.down.headBytes = headBytes;
    if (exchange.method === 'CONNECT') this.#down.fail('CONNECT is not read');
    const held = heldBy(head, exchange, this.#format);
    if (held?.lasts) this.countAsHandshake(exchange);
    if (held?.lasts && this.#format && !head.isOpenEnded) {
      this.#down.fail("an answer that tells where it ends, and the lane's row says that it lasts");
    }
    exchange.down.content = answerContent(this.#down, head, exchange, held);
    return exchange.down.content;
  }

  /** Tells that the request (`up`) or the response of an exchange is complete. */
  complete(exchange: Exchange, direction: DirectionName): void {
    exchange[direction].isComplete = true;
    exchange.messages += exchange[direction].content?.end() ?? 0;
    const { up, down, isCycle } = exchange;
    if (!isCycle || !up.isComplete || !down.isComplete) return;
    for (const cycles of exchange.messages === 0 ? [this.#cycles, this.#emptyCycles] : [this.#cycles]) {
      cycles.count++;
      cycles.upBytes += up.bytes;
      cycles.downBytes += down.bytes;
    }
  }

  read(): { cycles: CycleCount; emptyCycles: CycleCount } {
    return { cycles: { ...this.#cycles }, emptyCycles: { ...this.#emptyCycles } };
  }
}
