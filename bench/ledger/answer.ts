/** What the body of a response holds, in any version of HTTP. */

import type { EventFormat, WireFormat } from '../contract/ledger.ts';
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

/** What a response holds, where it may hold events. */
interface Held {
  readonly contentOf: (text: Direction) => Content;
  /** Whether it opens a lasting connection with its request. */
  readonly lasts: boolean;
}

/** Readers of events in a body; none where no body holds any. */
const READERS: Readonly<Record<EventFormat, Held['contentOf'] | undefined>> = {
  lines: (text) => new EventLines(text),
  'event-stream': (text) => new EventStream(text),
  frames: undefined,
};

/**
 * Media types of events, for bytes of which no lane's row tells. A response of the type `alwaysLasts` opens a lasting
 * connection; one of another does where it is open-ended, and is the answer to a poll where its head tells the length.
 */
const EVENT_TYPES = new Map<string, { readonly events: EventFormat; readonly alwaysLasts: boolean }>([
  ['text/event-stream', { events: 'event-stream', alwaysLasts: true }],
  ['application/x-ndjson', { events: 'lines', alwaysLasts: false }],
]);

/**
 * Returns undefined for a response without events.
 *
 * @param format of the lane: what its answers hold is not guessed from their heads then
 */
export function heldBy(head: AnswerHead, { method }: Exchange, format: WireFormat | undefined): Held | undefined {
  if (head.status !== 200 || method === 'HEAD') return undefined;
  const known = EVENT_TYPES.get(mediaType(head));
  // The answer to a POST is that to a message, and none of the lane's events.
  const events = !format ? known?.events : method === 'GET' ? format.events : undefined;
  const contentOf = events && READERS[events];
  return contentOf && { contentOf, lasts: format?.lasts ?? (known?.alwaysLasts || head.isOpenEnded) };
}

/** Returns the reader of the body. Fails the direction when the body may hold events that can't be read. */
export function answerContent(
  direction: Direction,
  head: AnswerHead,
  exchange: Exchange,
  held: Held | undefined,
): Content {
  const mayHoldMessages = head.status === 200 && exchange.method !== 'HEAD';
  // The answer to a message is a message, too.
  if (mayHoldMessages && mediaType(head) === 'application/json' && !exchange.question.isEmpty)
    return new MessageContent(direction);
  if (!held) return new ControlContent(direction);
  const coding = head.coding?.toLowerCase() ?? 'identity';
  if (coding === 'gzip') return new GzipContent(direction, held.contentOf);
  if (coding !== 'identity') direction.fail(`events in the content coding ${JSON.stringify(head.coding)}`);
  return held.contentOf(direction);
}

function mediaType({ type = '' }: AnswerHead): string {
  return (type.split(';', 1)[0] ?? '').trim().toLowerCase();
}
