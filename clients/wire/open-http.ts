import type { ClientContext } from '../../bench/contract/transport.ts';
import type { HttpClientOptions, HttpConnection } from './http.ts';
import { openHttp1 } from './http1.ts';
import { openHttp2 } from './http2.ts';

export function openHttp(context: ClientContext, { over, connections }: Required<HttpClientOptions>): HttpConnection {
  if (over === 'h2') return openHttp2(context, connections === 'shared');
  return openHttp1(context, connections === 'per-request');
}
