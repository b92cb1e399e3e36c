/** The loop that polling and long-polling share: each poll names the cursor that the answer before it led to. */

import { readGap, readStamp } from '../../bench/contract/event.ts';
import { LineReader } from '../../bench/contract/lines.ts';
import type { ClientContext, EventSink, PushClient } from '../../bench/contract/transport.ts';
import { requestHeaders } from '../wire/header-profiles.ts';
import type { HttpClientOptions, OpenHttp } from '../wire/http.ts';
import { openHttpClient } from './http-client.ts';

export interface PollerPolicy {
  /** Query parameters besides the cursor, from `&` on, or nothing. Those of the first poll let it be answered at once. */
  parameters(isFirst: boolean): string;
  /** ms to wait before the next poll, once one was answered. */
  delayMs(): number;
  /** Whether the server may park a poll: close does not wait for it then, and messages go beside it. */
  readonly parksPolls: boolean;
}

/** Statuses: events, nothing new, nothing new since the `ETag`, events lost. */
const ANSWERS = new Set([200, 204, 304, 410]);

/**
 * The client is connected once its first poll is answered; the answer has the feed's cursor for one without. A connection lost
 * between two polls does not end it: the next poll opens another. A poll that fails does.
 */
export function openPoller(
  open: OpenHttp,
  context: ClientContext,
  sink: EventSink,
  options: Required<HttpClientOptions>,
  policy: PollerPolicy,
): Promise<PushClient> {
  const { http, life } = openHttpClient(open, context, sink, options, policy.parksPolls, () => clearTimeout(timer));
  const { pathname } = new URL(context.url);
  const headers = requestHeaders(context.headers, 'fetch', context.url, options.over);
  const stamp = { seq: 0, dueUs: 0 };
  let cursor = context.since;
  /** The `ETag` of the last answer: opaque (RFC 9110, section 8.8.3). */
  let tag: string | undefined;
  let timer: NodeJS.Timeout | undefined;

  const fail = (message: string, code?: number) => life.end('error', message, code);
  const pollLater = () => {
    const delayMs = policy.delayMs();
    if (delayMs > 0) timer = setTimeout(poll, delayMs);
    else poll();
  };
  const line = (text: string, receivedNs: number) => {
    if (life.ended) return;
    if (!readStamp(text, stamp)) return fail(`not an event: ${text.slice(0, 80)}`);
    cursor = stamp.seq;
    sink.event(text, receivedNs);
  };

  function poll(): void {
    const lines = new LineReader();
    let status = 0;
    let gap = '';
    const query = cursor === undefined ? '' : `?since=${cursor}${policy.parameters(!life.isConnected)}`;
    const conditional = tag === undefined ? headers : { ...headers, 'If-None-Match': tag };
    http.send(
      { method: 'GET', path: pathname + query, headers: conditional },
      {
        head(code, { etag, 'event-cursor': position }) {
          status = code;
          if (!ANSWERS.has(code)) return fail(`the server answered ${code}`, code);
          tag = etag;
          if (code === 204 && cursor === undefined) {
            cursor = Number(position ?? Number.NaN);
            if (!Number.isSafeInteger(cursor)) return fail('the server answered 204 without an Event-Cursor', code);
          }
          life.connect();
        },
        chunk(chunk, receivedNs) {
          if (status === 200) lines.push(chunk, (text) => line(text, receivedNs));
          else gap += chunk.toString('latin1');
        },
        end() {
          if (life.ended) return;
          if (lines.heldBytes > 0) return fail('the response ended within an event');
          if (status !== 410) return pollLater();
          const lost = readGap(gap);
          if (!lost) return fail(`not a gap: ${gap.slice(0, 80)}`, status);
          cursor = lost.oldest - 1;
          sink.gap(lost.after, lost.oldest);
          poll();
        },
        failed: (error) => fail(error.message),
      },
    );
  }
  poll();
  return life.connected;
}
