/**
 * Server-Sent Events (WHATWG HTML, section 9.2): one response that never ends.
 *
 * `GET /sse` → `text/event-stream`; `id:` is the seq, `data:` the text. `retry:` comes once, a comment every 15 s.
 * `Last-Event-ID`, which a browser sends when it reconnects, goes before `?since=`, which then is as old as the page.
 */

import type { Request, Response } from 'express';
import type { EncodedEvent } from '../../bench/contract/event.ts';
import { encodeGap } from '../../bench/contract/event.ts';
import { HTTP_DEFAULTS, type HttpOptions, type ServerTransport } from '../../bench/contract/transport.ts';
import { queryOf, readCursor, readQuery } from '../http/query.ts';
import { BACKLOG_DEFAULTS, type BacklogOptions } from './backlog.ts';
import { Broadcast } from './broadcast.ts';
import { GzipSsePeer, SsePeer } from './sse-peers.ts';

export interface SseOptions extends BacklogOptions, HttpOptions {
  /** What clients are told to wait before they reconnect. @default 3000 */
  readonly retryMs?: number;
  /** A comment this often keeps proxies from closing the connection. @default 15000 */
  readonly commentMs?: number;
  /** Whether the stream is compressed for clients that accept gzip, each with a compressor of its own. @default 'none' */
  readonly compression?: 'none' | 'gzip';
}

const COMMENT = Buffer.from(':\n\n');
const HEAD = { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' } as const;
const GZIP_HEAD = { ...HEAD, 'Content-Encoding': 'gzip' } as const;

export const sse: ServerTransport<SseOptions> = {
  defaults: { ...HTTP_DEFAULTS, ...BACKLOG_DEFAULTS, retryMs: 3_000, commentMs: 15_000, compression: 'none' },

  async mount(host, feed, { over, maxBacklogBytes, retryMs, commentMs, compression }) {
    const http = await host.http(over);
    const framing = { event: frameEvent, gap: frameGap };
    const broadcast = new Broadcast<SsePeer>(feed, framing, maxBacklogBytes);
    const retry = Buffer.from(`retry:${retryMs}\n\n`);

    http.app.get('/sse', (request, response) => {
      const query = readQuery(queryOf(request.url), ['since']);
      const asked = readCursor(query.since);
      const since = readCursor(request.get('Last-Event-ID') || undefined, 'Last-Event-ID') ?? asked;
      const isGzip = compression === 'gzip' && negotiatesGzip(request, response);
      response.writeHead(200, isGzip ? GZIP_HEAD : HEAD);
      if (request.method === 'HEAD' || http.closing) return void response.end();
      const peer = isGzip ? new GzipSsePeer(response) : new SsePeer(response);
      peer.write(retry);
      // Not the response's: one that waits behind another on its connection does not hear of the end.
      request.once('close', () => broadcast.leave(peer));
      broadcast.join(peer, since);
    });
    http.serveUpstream();

    const comments = setInterval(() => {
      for (const peer of broadcast.peers()) peer.write(COMMENT);
    }, commentMs);

    return {
      ...http.addressOf('/sse'),
      get clientCount() {
        return broadcast.size;
      },
      get cutOffCount() {
        return broadcast.cutOffCount;
      },
      async close() {
        clearInterval(comments);
        broadcast.close();
        for (const peer of broadcast.peers()) peer.end();
      },
    };
  },
};

function negotiatesGzip(request: Request, response: Response): boolean {
  response.vary('Accept-Encoding');
  return request.acceptsEncodings('gzip') === 'gzip';
}

/**
 * The optional space after a colon is left out, except where the line begins with one that would be taken for it. Each
 * line of the text has its own `data:`; a CR can't be told from a line end in this grammar and comes back as LF.
 */
function frameEvent({ seq, text }: EncodedEvent): Buffer {
  return Buffer.from(`id:${seq}\n${dataLines(text)}\n`);
}

function frameGap(gap: { after: number; oldest: number }): Buffer {
  return Buffer.from(`event:gap\n${dataLines(encodeGap(gap))}\n`);
}

function dataLines(text: string): string {
  let lines = '';
  for (const line of text.split(/\r\n|\r|\n/)) lines += `data:${line.startsWith(' ') ? ' ' : ''}${line}\n`;
  return lines;
}
