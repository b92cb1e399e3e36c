/** A client of a response that never ends: what SSE and HTTP streaming share. */

import type { ClientContext, EventSink } from '../../bench/contract/transport.ts';
import { type Decoding, decodingOf } from '../wire/decoding.ts';
import type { HttpClientOptions, OpenHttp } from '../wire/http.ts';
import { openHttpClient } from './http-client.ts';
import type { LifeCycle } from './life-cycle.ts';

export interface StreamFormat {
  readonly contentType: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Also called after the client ended, until its socket is gone. @param receivedNs before the bytes were decoded */
  read(chunk: Buffer, receivedNs: number): void;
}

export function openStream(
  open: OpenHttp,
  context: ClientContext,
  sink: EventSink,
  options: Required<HttpClientOptions>,
  { contentType, path, headers, read }: StreamFormat,
): LifeCycle {
  let decoding: Decoding | undefined;
  const { http, life } = openHttpClient(open, context, sink, options, true, () => decoding?.close());
  const failed = (error: Error) => life.end('error', error.message);
  http.send(
    { method: 'GET', path, headers },
    {
      head(status, { 'content-type': type, 'content-encoding': coding }) {
        if (status !== 200) return life.end('error', `the server answered ${status}`, status);
        if (!type?.startsWith(contentType)) return life.end('error', `not an event stream: ${type}`);
        decoding = decodingOf(coding, { chunk: read, failed });
        life.connect();
      },
      chunk: (chunk, receivedNs) => decoding?.push(chunk, receivedNs),
      end: () => decoding?.end(() => life.end('server', 'the stream ended')),
      failed,
    },
  );
  return life;
}
