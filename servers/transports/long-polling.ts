/**
 * HTTP long-polling (RFC 6202, section 2): the server parks a poll until there is an event.
 *
 * `GET /long-polling?since=N&hold=30` → as polling, but 204 only after `hold` seconds.
 */

import type { Response } from 'express';
import { shuffleInPlace } from '../../bench/contract/random.ts';
import type { ServerTransport } from '../../bench/contract/transport.ts';
import { BadParameter, queryOf, readCursor, readQuery } from '../http/query.ts';
import { POLL_DEFAULTS, PollAnswers, type PollOptions } from './poll-answers.ts';

export interface LongPollingOptions extends PollOptions {
  /** How long a poll is parked when the client does not say. @default 30 */
  readonly holdSeconds?: number;
}

const MAX_HOLD_SECONDS = 120;

export const longPolling: ServerTransport<LongPollingOptions> = {
  defaults: { ...POLL_DEFAULTS, holdSeconds: 30 },

  async mount(host, feed, { holdSeconds, ...limits }) {
    const http = await host.http(limits.over);
    const answers = new PollAnswers(feed, http, limits);
    const parked = new Map<Response, { readonly since: number; readonly timer: NodeJS.Timeout }>();

    const unpark = (response: Response) => {
      clearTimeout(parked.get(response)?.timer);
      parked.delete(response);
    };
    const release = (response: Response, since: number) => {
      unpark(response);
      answers.answerNothing(response, since);
    };

    http.app.get('/long-polling', (request, response) => {
      const query = readQuery(queryOf(request.url), ['since', 'hold']);
      const since = readCursor(query.since);
      const holdMs = readHoldSeconds(query.hold, holdSeconds) * 1e3;
      if (since === undefined) return answers.answerNothing(response, since);
      if (answers.tryAnswer(response, since, 'queued')) return;
      if (http.closing) return answers.answerNothing(response, since);
      parked.set(response, { since, timer: setTimeout(release, holdMs, response, since) });
      response.once('close', () => unpark(response));
    });
    http.serveUpstream();

    /** Kept from event to event, and empty between them: a response that was answered is not held. */
    const order: (Response | undefined)[] = [];
    const unsubscribe = feed.subscribe(({ seq }) => {
      let count = 0;
      for (const response of parked.keys()) order[count++] = response;
      // Else the client that polled first would be answered first each time.
      shuffleInPlace(order, seq, count);
      for (let at = 0; at < count; at++) {
        const response = order[at];
        const since = response && parked.get(response)?.since;
        order[at] = undefined;
        if (response && since !== undefined && answers.tryAnswer(response, since, 'parked')) unpark(response);
      }
    });

    return {
      ...http.addressOf('/long-polling'),
      get clientCount() {
        return parked.size;
      },
      get cutOffCount() {
        return answers.cutOffCount;
      },
      get polls() {
        return { answered: answers.answered, empty: answers.empty, deliveries: { ...answers.delivered } };
      },
      async close() {
        unsubscribe();
        for (const [response, { since }] of parked) release(response, since);
      },
    };
  },
};

function readHoldSeconds(value: string | undefined, byDefault: number): number {
  if (value === undefined) return byDefault;
  const hold = Number(value);
  if (/^\d+(\.\d+)?$/.test(value) && hold > 0 && hold <= MAX_HOLD_SECONDS) return hold;
  throw new BadParameter('hold', value, `a number of seconds above 0 and up to ${MAX_HOLD_SECONDS}`);
}
