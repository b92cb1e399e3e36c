import { type AnswerHead, answerContent } from '../answer.ts';
import type { Content } from '../content.ts';
import type { Direction, Way } from '../direction.ts';
import { Exchange } from '../exchange.ts';

/** What comes next on one side of a stream. */
type Place = 'head' | 'body' | 'end';

/** One request and its response (RFC 9113, section 8.1). */
export class Stream {
  readonly exchange: Exchange;
  /** Of the requests on this connection, from 1; of what the server promises, 0. */
  readonly number: number;
  readonly place: Record<Way, Place> = { up: 'head', down: 'head' };
  #answer: Content | undefined;

  constructor(up: Direction, number: number) {
    this.exchange = new Exchange(up);
    this.number = number;
  }

  contentOf(way: Way): Content | undefined {
    return way === 'up' ? this.exchange.question : this.#answer;
  }

  /** Fails the direction when the answer may hold events that can't be read. */
  answer(down: Direction, head: AnswerHead): void {
    this.#answer = answerContent(down, head, this.exchange);
  }

  /** What is unfinished stays so. Idempotent. */
  cutOff(): void {
    this.exchange.question.cutOff();
    this.#answer?.cutOff();
  }
}
