/**
 * Server-Sent Events (WHATWG HTML, section 9.2): one response that never ends.
 *
 * `GET /sse` → `text/event-stream`; `id:` is the seq, `data:` the text. `retry:` comes once, a comment every 15 s.
 * `Last-Event-ID`, which a browser sends when it reconnects, overrides `?since=`, which then is as old as the page.
 */

import { type EncodedEvent, encodeGap, type Gap } from '../../bench/contract/event.ts';
import type { ServerTransport } from '../../bench/contract/transport.ts';
import { readCursor, readSince } from '../http/query.ts';
import { mountStream, STREAM_DEFAULTS, type StreamOptions } from './stream.ts';

export interface SseOptions extends StreamOptions {
  /** What clients are told to wait before they reconnect. @default 3000 */
  readonly retryMs?: number;
  /** A comment this often keeps proxies from closing the connection. @default 15000 */
  readonly commentMs?: number;
  /** Whether the stream is compressed for clients that accept gzip, each with a compressor of its own. @default 'none' */
  readonly compression?: 'none' | 'gzip';
  /** Whether an event's frames wait until those of all clients are made, as Node's `response.write` has it. @default false */
  readonly corks?: boolean;
}

export const sse: ServerTransport<SseOptions> = {
  defaults: { ...STREAM_DEFAULTS, retryMs: 3_000, commentMs: 15_000, compression: 'none', corks: false },

  mount(host, feed, { retryMs, commentMs, compression, corks, ...options }) {
    return mountStream(host, feed, options, {
      path: '/sse',
      contentType: 'text/event-stream',
      framing: { event: frameEvent, gap: frameGap },
      // No blank line behind either: to some clients (@microsoft/fetch-event-source) it ends a message, an empty one.
      preamble: Buffer.from(`retry:${retryMs}\n`),
      keepAlive: Buffer.from(':\n'),
      keepAliveMs: commentMs,
      hasGzip: compression === 'gzip',
      isCorked: corks,
      cursorOf(request) {
        const since = readSince(request);
        return readCursor(request.get('Last-Event-ID') || undefined, 'Last-Event-ID') ?? since;
      },
    });
  },
};

/**
 * The optional space after a colon is left out, except where the line begins with one that would be taken for it. Each
 * line of the text has its own `data:`; a CR can't be told from a line end in this grammar and comes back as LF.
 */
function frameEvent({ seq, text }: EncodedEvent): Buffer {
  return Buffer.from(`id:${seq}\n${dataLines(text)}\n`);
}

function frameGap(gap: Gap): Buffer {
  return Buffer.from(`event:gap\n${dataLines(encodeGap(gap))}\n`);
}

function dataLines(text: string): string {
  let lines = '';
  for (const line of text.split(/\r\n|\r|\n/)) lines += `data:${line.startsWith(' ') ? ' ' : ''}${line}\n`;
  return lines;
}
