/** Answers to polls, for polling and long-polling: the events after a cursor as newline-delimited JSON, a gap, or nothing. */

import type { OutgoingHttpHeaders } from 'node:http';
import type { Response } from 'express';
import { type EventFeed, encodeGap } from '../../bench/contract/event.ts';
import {
  HTTP_DEFAULTS,
  type HttpHost,
  type HttpOptions,
  type PolledDeliveries,
} from '../../bench/contract/transport.ts';
import { breakOff } from '../http/responses.ts';
import { BACKLOG_DEFAULTS, type BacklogOptions } from './backlog.ts';

export interface PollOptions extends BacklogOptions, HttpOptions {
  /** How long a client may leave an answer unread that is larger than `maxBacklogBytes`. @default 10000 */
  readonly stalledMs?: number;
  /**
   * Whether answers carry an `ETag`, and a client that names it in `If-None-Match` is answered 304 instead of 204 when there
   * is nothing new. The tag is the cursor of a client that has read the answer, in quotes (RFC 9110, sections 8.8.3 and
   * 13.1.2). Answers are `no-cache` then: `no-store` would leave nothing to revalidate. @default false
   */
  readonly revalidates?: boolean;
}

export const POLL_DEFAULTS = { ...HTTP_DEFAULTS, ...BACKLOG_DEFAULTS, stalledMs: 10_000, revalidates: false } as const;

const NEWLINE = Buffer.from('\n');

export class PollAnswers {
  readonly #feed: EventFeed;
  readonly #host: HttpHost;
  readonly #limits: Required<PollOptions>;
  /** The newest body, built once for all clients that poll with the same cursor. */
  #body: { since: number; lastSeq: number; bytes: Buffer } | undefined;
  readonly delivered = { parked: 0, queued: 0 };
  answered = 0;
  empty = 0;
  cutOffCount = 0;

  constructor(feed: EventFeed, host: HttpHost, limits: Required<PollOptions>) {
    this.#feed = feed;
    this.#host = host;
    this.#limits = limits;
  }

  /** Answers 200 with what comes after the cursor, or 410 when that is lost. Returns false when there is nothing yet. */
  tryAnswer(response: Response, cursor: number, as: keyof PolledDeliveries): boolean {
    const since = this.#feed.cursorOf(cursor);
    const gap = this.#feed.gapAfter(since);
    if (gap) {
      this.#sendBody(response, 410, 'application/json', Buffer.from(encodeGap(gap)));
      return true;
    }
    const { lastSeq } = this.#feed;
    if (since >= lastSeq) return false;
    if (this.#isKnown(response, lastSeq)) {
      this.empty++;
      this.#send(response, 304, {});
      return true;
    }
    this.#sendBody(response, 200, 'application/x-ndjson', this.#bodySince(since));
    this.delivered[as] += lastSeq - since;
    return true;
  }

  /** Answers 204 or 304: nothing after the cursor, or, to a client without one, where the feed stands. */
  answerNothing(response: Response, since: number | undefined): void {
    const status = this.#isKnown(response, since ?? this.#feed.lastSeq) ? 304 : 204;
    this.empty++;
    this.#send(response, status, since === undefined ? { 'Event-Cursor': this.#feed.lastSeq } : {});
  }

  /** Tags the answer, where answers have tags, and returns whether the client has it already. */
  #isKnown(response: Response, cursor: number): boolean {
    if (!this.#limits.revalidates) return false;
    response.setHeader('ETag', `"${cursor}"`);
    return response.req.fresh;
  }

  #sendBody(response: Response, status: number, contentType: string, body: Buffer): void {
    this.#send(response, status, { 'Content-Type': contentType, 'Content-Length': body.length }, body);
    if (response.writableLength <= this.#limits.maxBacklogBytes) return;
    const timer = setTimeout(() => {
      this.cutOffCount++;
      breakOff(response);
    }, this.#limits.stalledMs);
    response.once('close', () => clearTimeout(timer));
  }

  #send(response: Response, status: number, headers: OutgoingHttpHeaders, body?: Buffer): void {
    this.answered++;
    if (this.#host.closing) response.shouldKeepAlive = false;
    const cacheControl = this.#limits.revalidates ? 'no-cache' : 'no-store';
    response.writeHead(status, { ...headers, 'Cache-Control': cacheControl });
    response.end(body);
  }

  #bodySince(since: number): Buffer {
    const { lastSeq } = this.#feed;
    if (this.#body?.since === since && this.#body.lastSeq === lastSeq) return this.#body.bytes;
    const parts = this.#feed.since(since).flatMap(({ bytes }) => [bytes, NEWLINE]);
    this.#body = { since, lastSeq, bytes: Buffer.concat(parts) };
    return this.#body.bytes;
  }
}
