import type { CycleCount } from '../contract/ledger.ts';
import { MessageContent } from './content.ts';
import type { Direction, Way } from './direction.ts';

interface Half {
  /** Of the head; of a response without the interim ones before it. */
  headBytes: number;
  bytes: number;
  isComplete: boolean;
}

const noHalf = (): Half => ({ headBytes: 0, bytes: 0, isComplete: false });

/** A request and its response, in whatever version of HTTP. */
export class Exchange implements Record<Way, Half> {
  /** Empty until the request's head is complete: a server may answer before, to refuse it. */
  method = '';
  readonly question: MessageContent;
  readonly up = noHalf();
  readonly down = noHalf();
  /** Events down and messages up. */
  messages = 0;
  /** Not when it opens a lasting connection, and not when the server began it. */
  isCycle = true;

  constructor(up: Direction) {
    this.question = new MessageContent(up);
  }
}

/** The exchanges of a connection. */
export class Exchanges {
  readonly #cycles = { count: 0, upBytes: 0, downBytes: 0 };
  readonly #emptyCycles = { count: 0, upBytes: 0, downBytes: 0 };
  readonly #up: Direction;
  readonly #down: Direction;

  constructor(up: Direction, down: Direction) {
    this.#up = up;
    this.#down = down;
  }

  /** The heads so far opened a lasting connection. */
  countAsHandshake(exchange: Exchange): void {
    exchange.isCycle = false;
    this.#up.move(exchange.up.headBytes, 'requestHead', 'handshake');
    this.#down.move(exchange.down.headBytes, 'responseHead', 'handshake');
  }

  /** @param way which half of it is complete */
  complete(exchange: Exchange, way: Way, messages: number): void {
    exchange[way].isComplete = true;
    exchange.messages += messages;
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
