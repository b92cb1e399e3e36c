/** Server-Sent Events: one request; eventsource-parser reads the stream. */

import { StringDecoder } from 'node:string_decoder';
import { createParser } from 'eventsource-parser';
import { readGap } from '../bench/contract/event.ts';
import type { ClientTransport, CloseReason, PushClient } from '../bench/contract/transport.ts';
import { openHttp } from './http.ts';

export const sse: ClientTransport = {
  defaults: {},

  connect(context, sink) {
    const http = openHttp(context, 'eventsource');
    const decoder = new StringDecoder('utf8');
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
        closing ??= http.close(false);
        return closing;
      },
    };

    return new Promise((resolve, reject) => {
      const finish = (reason: CloseReason) => {
        if (ended) return;
        void client.close();
        if (connected) sink.closed(reason);
        else reject(new Error(reason.message));
      };
      const cursor: Record<string, string> =
        context.since === undefined ? {} : { 'Last-Event-ID': String(context.since) };
      http.get('', cursor, {
        head(status, { 'content-type': contentType }) {
          if (status !== 200) return finish({ kind: 'error', code: status, message: `the server answered ${status}` });
          if (!contentType?.startsWith('text/event-stream')) {
            return finish({ kind: 'error', message: `not an event stream: ${contentType}` });
          }
          connected = true;
          resolve(client);
        },
        chunk(chunk, atNs) {
          if (ended) return;
          receivedNs = atNs;
          parser.feed(decoder.write(chunk));
        },
        end: () => finish({ kind: 'server', message: 'the stream ended' }),
        failed: (error) => finish({ kind: 'error', message: error.message }),
      });
    });
  },
};
