/**
 * What clients send to the server, and when: open-loop, as the feed's events. Pure.
 *
 * Message n of a client falls into the middle `slotShare` of slot n of the window, drawn for each client and message: clients
 * are out of step with one another and with their own polls, and no message is on its way at the window's ends, where bytes are
 * read. The messages of the warm-up are numbered 0, −1, −2 …
 */

import type { MessagesParams } from '../../bench/contract/calls.ts';
import { padOf } from '../../bench/contract/event.ts';
import { randomAt, STREAM } from '../../bench/contract/random.ts';

export interface MessageSchedule extends MessagesParams {
  readonly windowNs: readonly [number, number];
  readonly seed: number;
}

export interface Message {
  readonly client: number;
  /** Within the window from 1 on. */
  readonly number: number;
  readonly dueNs: number;
  /** From 0 to 1: decides what fills it up. */
  readonly random: number;
}

/** All messages of these clients, in the order in which they are due; one slot at a time is held. */
export function* messagesOf(schedule: MessageSchedule, clients: readonly number[]): Generator<Message> {
  for (let number = 1 - schedule.warmup; number <= schedule.window; number++) {
    yield* clients.map((client) => messageOf(schedule, client, number)).sort((a, b) => a.dueNs - b.dueNs);
  }
}

function messageOf(
  { seed, warmup, window, slotShare, windowNs }: MessageSchedule,
  client: number,
  number: number,
): Message {
  const [fromNs, toNs] = windowNs;
  const slotNs = (toNs - fromNs) / window;
  const random = randomAt(seed, STREAM.message, client * (warmup + window) + number + warmup);
  return { client, number, random, dueNs: fromNs + (number - 1 + (1 - slotShare) / 2 + slotShare * random) * slotNs };
}

/**
 * Exactly `payloadBytes` bytes: sender, number and due instant, in µs since the feed's start, padded. JSON escapes none of its
 * characters, so that it is as long on every transport.
 */
export function textOf({ client, number, dueNs, random }: Message, startNs: number, payloadBytes: number): string {
  const head = `${client} ${number} ${Math.floor((dueNs - startNs) / 1e3)} `;
  return head + padOf(random, payloadBytes - head.length);
}
