/** Server-Sent Events: one request; eventsource-parser reads the stream. */

import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import { readGap } from '../../bench/contract/event.ts';
import type { ClientTransport } from '../../bench/contract/transport.ts';
import { requestHeaders } from '../wire/header-profiles.ts';
import { HTTP_CLIENT_DEFAULTS, type HttpClientOptions, type OpenHttp } from '../wire/http.ts';
import { openHttp } from '../wire/open-http.ts';
import { openStream } from './stream.ts';

export interface SseOptions extends HttpClientOptions {
  /** Whether the client asks for a compressed stream, where its headers don't do that anyway. @default 'none' */
  readonly compression?: 'none' | 'gzip';
}

const COMPRESSION_HEADERS = { none: {}, gzip: { 'Accept-Encoding': 'gzip' } } as const;

export const sse = sseOver(openHttp);

/** @param open makes the connections of its clients */
export function sseOver(open: OpenHttp): ClientTransport<SseOptions> {
  return {
    defaults: { ...HTTP_CLIENT_DEFAULTS, compression: 'none' },

    connect(context, sink, { compression, ...options }) {
      const utf8 = new StringDecoder('utf8');
      let receivedNs = 0;
      const parser = createParser({
        onEvent({ event, data }) {
          if (life.ended) return;
          if (event !== 'gap') return sink.event(data, receivedNs);
          const gap = readGap(data);
          if (gap) sink.gap(gap.after, gap.oldest);
        },
      });
      const life = openStream(open, context, sink, options, {
        contentType: 'text/event-stream',
        path: new URL(context.url).pathname,
        headers: {
          ...COMPRESSION_HEADERS[compression],
          ...requestHeaders(context.headers, 'eventsource', context.url, options.over),
          ...(context.since !== undefined && { 'Last-Event-ID': String(context.since) }),
        },
        read(chunk, chunkReceivedNs) {
          receivedNs = chunkReceivedNs;
          parser.feed(utf8.write(chunk));
        },
      });
      return life.connected;
    },
  };
}
