/** A client on HTTP: its connection, its messages up by `POST /upstream`, and its life. */

import type { ClientContext, EventSink } from '../../bench/contract/transport.ts';
import { requestHeaders } from '../wire/header-profiles.ts';
import type { HttpClientOptions, HttpConnection, HttpRequest, OpenHttp } from '../wire/http.ts';
import { LifeCycle } from './life-cycle.ts';

/**
 * @param open makes its connections
 * @param isOccupied whether responses stay open until there is an event, or for good: close does not wait for them, and on
 *   HTTP/1.1 the first message up opens a second connection, which is kept
 * @param released called once, when the client ends
 */
export function openHttpClient(
  open: OpenHttp,
  context: ClientContext,
  sink: EventSink,
  options: Required<HttpClientOptions>,
  isOccupied: boolean,
  released: () => void,
): { http: HttpConnection; life: LifeCycle } {
  const http = open(context, options);
  let second: HttpConnection | undefined;
  const connectionForMessages = () => {
    if (http.isMultiplexed || !isOccupied) return http;
    second ??= open(context, options);
    return second;
  };
  const life = new LifeCycle(sink, {
    async request(text) {
      const headers = requestHeaders(context.headers, 'post', context.url, options.over);
      const body = JSON.stringify(text);
      const echo = await exchange(connectionForMessages(), { method: 'POST', path: '/upstream', headers, body });
      return JSON.parse(echo) as string;
    },
    release() {
      released();
      return Promise.all([http.close(!isOccupied), second?.close(false)]);
    },
    isMultiplexed: http.isMultiplexed,
  });
  return { http, life };
}

function exchange(connection: HttpConnection, request: HttpRequest): Promise<string> {
  return new Promise((resolve, reject) => {
    let status = 0;
    const chunks: Buffer[] = [];
    connection.send(request, {
      head(code) {
        status = code;
      },
      chunk(chunk) {
        chunks.push(chunk);
      },
      end() {
        const body = Buffer.concat(chunks).toString();
        if (status === 200) resolve(body);
        else reject(new Error(`the server answered ${status}: ${body.slice(0, 200)}`));
      },
      failed: reject,
    });
  });
}
