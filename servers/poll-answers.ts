/**
 * What a poll is answered, for polling and long-polling alike: the events after a cursor as newline-delimited JSON, a gap,
 * or nothing.
 */

import type { ServerResponse } from 'node:http';
import type { EventFeed } from '../bench/contract/event.ts';
import { encodeGap } from '../bench/contract/event.ts';
import type { HttpHost } from '../bench/contract/transport.ts';
import { BACKLOG_DEFAULTS, type BacklogOptions } from './backlog.ts';

export interface PollOptions extends BacklogOptions {
  /** How long a client may leave an answer unread that is larger than `maxBacklogBytes`. @default 10000 */
  readonly stalledMs?: number;
}

export const POLL_DEFAULTS = { ...BACKLOG_DEFAULTS, stalledMs: 10_000 } as const;

const NEWLINE = Buffer.from('\n');

export class PollAnswers {
  readonly #feed: EventFeed;
  readonly #host: HttpHost;
  readonly #limits: Required<PollOptions>;
  /** Clients in step ask for the same events: the newest body is built once for all of them. */
  #body: { since: number; lastSeq: number; bytes: Buffer } | undefined;
  #cutOffCount = 0;

  constructor(feed: EventFeed, host: HttpHost, limits: Required<PollOptions>) {
    this.#feed = feed;
    this.#host = host;
    this.#limits = limits;
  }

  get cutOffCount(): number {
    return this.#cutOffCount;
  }

  /** Answers 200 with what comes after the cursor, or 410 when that is lost. Returns false when there is nothing yet. */
  tryAnswer(response: ServerResponse, since: number): boolean {
    const gap = this.#feed.gapAfter(since);
    if (gap) {
      this.#send(response, 410, 'application/json', Buffer.from(encodeGap(gap)));
      return true;
    }
    if (since >= this.#feed.lastSeq) return false;
    this.#send(response, 200, 'application/x-ndjson', this.#bodySince(since));
    return true;
  }

  /** Answers 204: nothing after the cursor, or, to a client without one, where the feed stands. */
  answerNothing(response: ServerResponse, since: number | undefined): void {
    if (this.#host.closing) response.shouldKeepAlive = false;
    response.writeHead(204, {
      'Cache-Control': 'no-store',
      ...(since === undefined && { 'Event-Cursor': this.#feed.lastSeq }),
    });
    response.end();
  }

  #send(response: ServerResponse, status: number, contentType: string, body: Buffer): void {
    if (this.#host.closing) response.shouldKeepAlive = false;
    response.writeHead(status, {
      'Content-Type': contentType,
      'Content-Length': body.length,
      'Cache-Control': 'no-store',
    });
    response.end(body);
    if (response.writableLength > this.#limits.maxBacklogBytes) this.#cutOffIfStalled(response);
  }

  #cutOffIfStalled(response: ServerResponse): void {
    const timer = setTimeout(() => {
      this.#cutOffCount++;
      response.destroy();
    }, this.#limits.stalledMs);
    response.once('close', () => clearTimeout(timer));
  }

  #bodySince(since: number): Buffer {
    const { lastSeq } = this.#feed;
    if (this.#body?.since === since && this.#body.lastSeq === lastSeq) return this.#body.bytes;
    const parts = this.#feed.since(since).flatMap(({ bytes }) => [bytes, NEWLINE]);
    this.#body = { since, lastSeq, bytes: Buffer.concat(parts) };
    return this.#body.bytes;
  }
}
