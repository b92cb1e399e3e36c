/** A client on HTTP: its connection, its messages up by `POST /upstream`, and its life. */

import type { ClientContext, EventSink } from '../../bench/contract/transport.ts';
import type { HttpClientOptions, HttpConnection } from '../wire/http.ts';
import { openHttp } from '../wire/open-http.ts';
import { openUpstream } from '../wire/upstream.ts';
import { LifeCycle } from './life-cycle.ts';

/**
 * @param isOccupied whether responses stay open until there is an event, or for good: then messages go over a second
 *   connection on HTTP/1.1, and close does not wait for the response
 * @param released called once, when the client ends
 */
export function openHttpClient(
  context: ClientContext,
  sink: EventSink,
  options: Required<HttpClientOptions>,
  isOccupied: boolean,
  released: () => void,
): { http: HttpConnection; life: LifeCycle } {
  const http = openHttp(context, options);
  const upstream = openUpstream(context, options, http.isMultiplexed || !isOccupied ? http : undefined);
  const life = new LifeCycle(sink, {
    release() {
      released();
      return Promise.all([http.close(!isOccupied), upstream.close()]);
    },
    request: upstream.request,
    isMultiplexed: http.isMultiplexed,
  });
  return { http, life };
}
