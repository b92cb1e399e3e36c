/** `POST /upstream`: how clients send messages on the transports whose own channel goes downwards only. */

import type { ClientContext } from '../../bench/contract/transport.ts';
import { requestHeaders } from './header-profiles.ts';
import type { HttpClientOptions, HttpConnection } from './http.ts';
import { openHttp } from './open-http.ts';

export interface Upstream {
  /** At once, beside those that are not answered yet, where the connection is multiplexed; else after them. */
  request(text: string): Promise<string>;
  /** Resolves when the second connection, where there is one, is gone. */
  close(): Promise<void>;
}

/**
 * @param beside the client's own connection, where a message can go over it without waiting for an answer that is parked;
 *   without it, the first message opens a second one, which is kept as well
 */
export function openUpstream(
  context: ClientContext,
  options: Required<HttpClientOptions>,
  beside: HttpConnection | undefined,
): Upstream {
  const path = '/upstream';
  let second: HttpConnection | undefined;
  let ended = false;

  const connection = () => {
    second ??= beside ?? openHttp(context, options);
    return second;
  };
  return {
    async request(text) {
      if (ended) throw new Error('the client is closed');
      const headers = requestHeaders(context.headers, 'post', context.url, options.over);
      const body = await exchange(connection(), { method: 'POST', path, headers, body: JSON.stringify(text) });
      return JSON.parse(body) as string;
    },
    async close() {
      ended = true;
      if (second !== beside) await second?.close(false);
    },
  };
}

function exchange(connection: HttpConnection, request: Parameters<HttpConnection['send']>[0]): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let status = 0;
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
