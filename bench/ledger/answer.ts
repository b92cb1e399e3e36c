/** What the body of a response holds, in any version of HTTP. */

import { type Content, ControlContent, MessageContent } from './content.ts';
import type { Direction } from './direction.ts';
import { EventStream } from './event-stream.ts';
import { GzipContent } from './gzip.ts';
import { EventLines } from './lines.ts';

export interface AnswerHead {
  readonly status: number;
  readonly type: string | undefined;
  readonly coding: string | undefined;
  /** Whether the head leaves the end open: no `Content-Length`, and no `Connection: close` that announces it. */
  readonly isOpenEnded: boolean;
}

interface Exchange {
  readonly method: string;
  readonly question: MessageContent;
}

/**
 * Media types of events. A response of the type `alwaysStreams` opens a lasting connection; one of another does where it is
 * open-ended, and is the answer to a poll where its head tells the length.
 */
const EVENT_TYPES = new Map([
  ['text/event-stream', { contentOf: (text: Direction) => new EventStream(text), alwaysStreams: true }],
  ['application/x-ndjson', { contentOf: (text: Direction) => new EventLines(text), alwaysStreams: false }],
]);

/** Whether a response is a stream of events, and with its request opens a lasting connection. */
export function opensStream(head: AnswerHead, { method }: Exchange): boolean {
  const type = EVENT_TYPES.get(mediaType(head));
  return type !== undefined && head.status === 200 && method !== 'HEAD' && (head.isOpenEnded || type.alwaysStreams);
}

/** Returns the reader of the body. Fails the direction when the body may hold events that can't be read. */
export function answerContent(direction: Direction, head: AnswerHead, exchange: Exchange): Content {
  const type = mediaType(head);
  const mayHoldMessages = head.status === 200 && exchange.method !== 'HEAD';
  // The answer to a message is a message, too.
  if (mayHoldMessages && type === 'application/json' && !exchange.question.isEmpty)
    return new MessageContent(direction);
  const contentOf = EVENT_TYPES.get(type)?.contentOf;
  if (!mayHoldMessages || !contentOf) return new ControlContent(direction);
  const coding = head.coding?.toLowerCase() ?? 'identity';
  if (coding === 'gzip') return new GzipContent(direction, contentOf);
  if (coding !== 'identity') direction.fail(`events in the content coding ${JSON.stringify(head.coding)}`);
  return contentOf(direction);
}

function mediaType({ type = '' }: AnswerHead): string {
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
}
