/** What the body of a response holds, in any version of HTTP. */

import { type Content, ControlContent, MessageContent } from './content.ts';
import type { Direction } from './direction.ts';
import { EventStream } from './event-stream.ts';
import { GzipContent } from './gzip.ts';
import { EventLines } from './lines.ts';

export interface AnswerHead {
  readonly status: number;
  /** `Content-Type`. */
  readonly type: string | undefined;
  /** `Content-Encoding`. */
  readonly coding: string | undefined;
}

interface Exchange {
  readonly method: string;
  readonly question: MessageContent;
}

const EVENT_CONTENT = { 'text/event-stream': EventStream, 'application/x-ndjson': EventLines } as const;

/** Whether a response is an event stream, and with its request opens a lasting connection. */
export function opensStream(head: AnswerHead, { method }: Exchange): boolean {
  return head.status === 200 && method !== 'HEAD' && mediaType(head) === 'text/event-stream';
}

/** Returns the reader of the body. Fails the direction when the body may hold events that can't be read. */
export function answerContent(direction: Direction, head: AnswerHead, exchange: Exchange): Content {
  const type = mediaType(head);
  const mayHoldMessages = head.status === 200 && exchange.method !== 'HEAD';
  // The answer to a message is a message, too.
  if (mayHoldMessages && type === 'application/json' && !exchange.question.isEmpty)
    return new MessageContent(direction);
  if (!mayHoldMessages || (type !== 'text/event-stream' && type !== 'application/x-ndjson')) {
    return new ControlContent(direction);
  }
  const contentOf = (text: Direction) => new EVENT_CONTENT[type](text);
  const coding = head.coding?.toLowerCase() ?? 'identity';
  if (coding === 'gzip') return new GzipContent(direction, contentOf);
  if (coding !== 'identity') direction.fail(`events in the content coding ${JSON.stringify(head.coding)}`);
  return contentOf(direction);
}

function mediaType({ type }: AnswerHead): string | undefined {
  return type?.split(';', 1)[0]?.trim().toLowerCase();
}
