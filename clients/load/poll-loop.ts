/** A closed loop: connections that poll again as soon as they are answered. */

import { nowNs } from '../../bench/measure/clock.ts';
import type { HttpConnection, HttpExchange, HttpRequest } from '../wire/http.ts';

export interface Answers {
  readonly requests: number;
  readonly firstNs: number;
  readonly lastNs: number;
}

/**
 * Polls until `untilNs`, and resolves when every request is answered.
 *
 * @throws Error on another status than these, on a connection that breaks, and when `late` aborts
 */
export function pollUntil(
  untilNs: number,
  connections: readonly HttpConnection[],
  request: HttpRequest,
  statuses: readonly number[],
  late: AbortSignal,
): Promise<Answers> {
  return new Promise((resolve, reject) => {
    const firstNs = nowNs();
    let requests = 0;
    let polling = connections.length;
    const exchangeOf = (http: HttpConnection): HttpExchange => ({
      head(status) {
        if (statuses.includes(status)) return;
        reject(new Error(`a poll was answered with ${status} instead of ${statuses.join(' or ')}`));
      },
      chunk() {},
      end() {
        requests++;
        const lastNs = nowNs();
        if (lastNs < untilNs) http.send(request, this);
        else if (--polling === 0) resolve({ requests, firstNs, lastNs });
      },
      failed: reject,
    });
    late.addEventListener('abort', () => {
      reject(new Error(`${polling} of ${connections.length} connections were not answered in time`));
    });
    for (const http of connections) http.send(request, exchangeOf(http));
  });
}
