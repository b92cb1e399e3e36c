/** HTTP streaming: one request, as `fetch` would make it; each line of the response is an event, or a gap, or empty. */

import { LineReader } from '../../bench/contract/lines.ts';
import type { ClientTransport } from '../../bench/contract/transport.ts';
import { deliver } from '../wire/echoes.ts';
import { requestHeaders } from '../wire/header-profiles.ts';
import { HTTP_CLIENT_DEFAULTS, type HttpClientOptions, type OpenHttp } from '../wire/http.ts';
import { openHttp } from '../wire/open-http.ts';
import { openStream } from './stream.ts';

export const streaming = streamingOver(openHttp);

/** @param open makes the connections of its clients */
export function streamingOver(open: OpenHttp): ClientTransport<HttpClientOptions> {
  return {
    defaults: HTTP_CLIENT_DEFAULTS,

    connect(context, sink, options) {
      const { pathname } = new URL(context.url);
      const lines = new LineReader();
      let receivedNs = 0;
      const onLine = (text: string) => {
        if (text !== '' && !life.ended) deliver(text, receivedNs, sink);
      };
      const life = openStream(open, context, sink, options, {
        contentType: 'application/x-ndjson',
        path: context.since === undefined ? pathname : `${pathname}?since=${context.since}`,
        headers: requestHeaders(context.headers, 'stream', context.url, options.over),
        read(chunk, chunkReceivedNs) {
          receivedNs = chunkReceivedNs;
          lines.push(chunk, onLine);
        },
      });
      return life.connected;
    },
  };
}
