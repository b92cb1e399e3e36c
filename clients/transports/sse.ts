/**
 * Server-Sent Events: one request; eventsource-parser reads the stream. On HTTP/1.1 that occupies the connection: messages to
 * the server go over a second one, kept as well.
 */

import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import { readGap } from '../../bench/contract/event.ts';
import type { ClientTransport, CloseReason, PushClient } from '../../bench/contract/transport.ts';
import { type Decoding, decodingOf } from '../wire/decoding.ts';
import { requestHeaders } from '../wire/header-profiles.ts';
import { HTTP_CLIENT_DEFAULTS, type HttpClientOptions } from '../wire/http.ts';
import { openHttp } from '../wire/open-http.ts';
import { openUpstream } from '../wire/upstream.ts';

export interface SseOptions extends HttpClientOptions {
  /** Whether the client asks for a compressed stream, where its headers don't do that anyway. @default 'none' */
  readonly compression?: 'none' | 'gzip';
}

const ASKS_FOR = { none: {}, gzip: { 'Accept-Encoding': 'gzip' } } as const;

export const sse: ClientTransport<SseOptions> = {
  defaults: { ...HTTP_CLIENT_DEFAULTS, compression: 'none' },

  connect(context, sink, { compression, ...options }) {
    const http = openHttp(context, options);
    const upstream = openUpstream(context, options, http.isMultiplexed ? http : undefined);
    const utf8 = new StringDecoder('utf8');
    let decoding: Decoding | undefined;
    let receivedNs = 0;
    let connected = false;
    let ended = false;
    let closing: Promise<void> | undefined;

    const parser = createParser({
      onEvent({ event, data }) {
        // One chunk may hold many events, and the sink may close the client at any of them.
        if (ended) return;
        if (event !== 'gap') return sink.event(data, receivedNs);
        const gap = readGap(data);
        if (gap) sink.gap(gap.after, gap.oldest);
      },
    });
    const client: PushClient = {
      close() {
        ended = true;
        decoding?.close();
        closing ??= Promise.all([http.close(false), upstream.close()]).then(() => {});
        return closing;
      },
      request: (text) => upstream.request(text),
      isMultiplexed: http.isMultiplexed,
    };

    return new Promise((resolve, reject) => {
      const finish = (reason: CloseReason) => {
        if (ended) return;
        void client.close();
        if (connected) sink.closed(reason);
        else reject(new Error(reason.message));
      };
      const headers = {
        ...ASKS_FOR[compression],
        ...requestHeaders(context.headers, 'eventsource', context.url, options.over),
        ...(context.since !== undefined && { 'Last-Event-ID': String(context.since) }),
      };
      http.send(
        { method: 'GET', path: new URL(context.url).pathname, headers },
        {
          head(status, { 'content-type': contentType, 'content-encoding': encoding }) {
            if (status !== 200) {
              return finish({ kind: 'error', code: status, message: `the server answered ${status}` });
            }
            if (!contentType?.startsWith('text/event-stream')) {
              return finish({ kind: 'error', message: `not an event stream: ${contentType}` });
            }
            decoding = decodingOf(encoding, {
              chunk(chunk, atNs) {
                if (ended) return;
                receivedNs = atNs;
                parser.feed(utf8.write(chunk));
              },
              failed: (error) => finish({ kind: 'error', message: error.message }),
            });
            connected = true;
            resolve(client);
          },
          chunk: (chunk, atNs) => decoding?.push(chunk, atNs),
          end: () => decoding?.end(() => finish({ kind: 'server', message: 'the stream ended' })),
          failed: (error) => finish({ kind: 'error', message: error.message }),
        },
      );
    });
  },
};
