/**
 * HTTP polling: each request is answered at once, with all events after its cursor.
 *
 * `GET /polling?since=N` → 200 `application/x-ndjson`, 204 when there is nothing, 410 with the gap when it is lost.
 */

import type { ServerTransport } from '../../bench/contract/transport.ts';
import { readSince } from '../http/query.ts';
import { POLL_DEFAULTS, PollAnswers, type PollOptions } from './poll-answers.ts';

export const polling: ServerTransport<PollOptions> = {
  defaults: POLL_DEFAULTS,

  async mount(host, feed, options) {
    const http = await host.http(options.over);
    const answers = new PollAnswers(feed, http, options);

    http.app.get('/polling', (request, response) => {
      const since = readSince(request);
      if (since === undefined || !answers.tryAnswer(response, since)) answers.answerNothing(response, since);
    });
    http.serveUpstream();

    return {
      ...http.addressOf('/polling'),
      clientCount: 0,
      get cutOffCount() {
        return answers.cutOffCount;
      },
      get polls() {
        return answers.polls;
      },
      async close() {},
    };
  },
};
