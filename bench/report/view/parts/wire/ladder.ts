/** Pure: who sends what and when, and where an event waits: computed for events at fixed instants, not measured. */

import type { Result } from '../../../../contract/result.ts';

const RTT_MS = 100;
const POLL_INTERVAL_MS = 500;
/** The second event comes while the answer to the first is on its way. */
const EVENTS_MS = [120, 180, 430] as const;
export const LADDER_MS = 650;

interface Message {
  readonly fromMs: number;
  readonly toMs: number;
  readonly direction: 'up' | 'down';
  readonly hasEvents: boolean;
}

export interface Ladder {
  readonly title: string;
  readonly messages: readonly Message[];
  /** On the server, from an event's birth until it leaves. */
  readonly waits: readonly { readonly fromMs: number; readonly toMs: number }[];
  readonly arrivals: readonly { readonly atMs: number; readonly latenciesMs: readonly number[] }[];
  readonly text: string;
}

type Polls = Result['lanes'][number]['polls'];

const PLAYS: readonly { readonly polls: Polls; readonly play: () => Message[]; readonly why: string }[] = [
  { polls: undefined, play: playPush, why: 'each event leaves at once, and arrives after RTT/2' },
  {
    polls: 'parked',
    play: playParked,
    why: 'an event that finds no request parked waits for the next one, up to a whole RTT',
  },
  { polls: 'timed', play: playTimed, why: 'events wait for the next poll, half an interval on average' },
];

export const LADDER_TEXT = `Computed for a round trip of ${RTT_MS}\u00a0ms and a poll every ${POLL_INTERVAL_MS}\u00a0ms; numbers are ms from event to client.`;

/** One for each way of getting events that the run's lanes have. */
export function laddersOf(lanes: Result['lanes']): Ladder[] {
  return PLAYS.flatMap(({ polls, play, why }) => {
    const titles = lanes.filter((lane) => lane.polls === polls && !lane.duplicateOf && !lane.variantOf);
    if (titles.length === 0) return [];
    return ladderOf(titles.map(({ title }) => title).join(', '), play(), why);
  });
}

function ladderOf(title: string, messages: readonly Message[], why: string): Ladder {
  const answers = messages.filter(({ hasEvents }) => hasEvents);
  const deliveries = EVENTS_MS.flatMap((bornMs) => {
    const answer = answers.find(({ fromMs }) => fromMs >= bornMs);
    return answer ? [{ bornMs, leftMs: answer.fromMs, atMs: answer.toMs }] : [];
  });
  const arrivals = answers.map(({ toMs }) => ({
    atMs: toMs,
    latenciesMs: deliveries.filter(({ atMs }) => atMs === toMs).map(({ bornMs }) => toMs - bornMs),
  }));
  return {
    title,
    messages,
    waits: deliveries.map(({ bornMs, leftMs }) => ({ fromMs: bornMs, toMs: leftMs })),
    arrivals,
    text: `${title}: ${why}.`,
  };
}

const message = (fromMs: number, direction: Message['direction'], hasEvents = false): Message => ({
  fromMs,
  toMs: fromMs + RTT_MS / 2,
  direction,
  hasEvents,
});

function playPush(): Message[] {
  return EVENTS_MS.map((bornMs) => message(bornMs, 'down', true));
}

/** The first request has been parked from before. */
function playParked(): Message[] {
  const messages: Message[] = [];
  let parkedMs = 0;
  for (const bornMs of EVENTS_MS) {
    if (messages.some(({ hasEvents, fromMs }) => hasEvents && fromMs >= bornMs)) continue;
    const answer = message(Math.max(bornMs, parkedMs), 'down', true);
    const again = message(answer.toMs, 'up');
    messages.push(answer, again);
    parkedMs = again.toMs;
  }
  return messages;
}

function playTimed(): Message[] {
  const messages: Message[] = [];
  let seen = 0;
  for (let askedMs = 0; askedMs + RTT_MS <= LADDER_MS; askedMs += POLL_INTERVAL_MS) {
    const ask = message(askedMs, 'up');
    const known = EVENTS_MS.filter((bornMs) => bornMs <= ask.toMs).length;
    messages.push(ask, message(ask.toMs, 'down', known > seen));
    seen = known;
  }
  return messages;
}
