/** What a child process and the orchestrator share when they run; the messages' schemas are in `calls.ts`. */

import type { Address, Tapping } from './calls.ts';
import { MEASURED_CURSOR_BASE } from './event.ts';

export interface CallMessage {
  readonly call: string;
  readonly params: object;
}

/** One message to it: the answer to the call before. */
export type AnswerMessage = { readonly answer: object } | { readonly error: string };

/** Answers one call. An error becomes an answer too: the orchestrator decides what it means. */
export async function answerCall(role: object, { call, params }: CallMessage): Promise<AnswerMessage> {
  try {
    const functions = role as Readonly<Record<string, ((params: object) => object | Promise<object>) | undefined>>;
    const answer = await functions[call]?.(params);
    return answer ? { answer } : { error: `this child has no call ${call}` };
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) };
  }
}

/** Answers the calls of the process that started this one, and ends with it. */
export function answerParent(role: object): void {
  process.on('message', async (message: CallMessage) => {
    const answer = await answerCall(role, message);
    if (process.connected) process.send?.(answer);
  });
  // Ctrl-C reaches the whole process group; the orchestrator decides when its children end.
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit());
}

/** How many clients a worker opens at a time: fewer than any listen backlog. */
export const OPENING_AT_ONCE = 64;

/** How many of the warm-up's events clients have that fetch what the server holds: all that it published after these. */
export const EVENTS_BEFORE_HELD = 1;
/** Their cursor. */
export const HELD_CURSOR = MEASURED_CURSOR_BASE + EVENTS_BEFORE_HELD;

export function isTapped(number: number, { clients, ofClients }: Tapping): boolean {
  if (number >= ofClients) return false;
  return Math.floor(((number + 1) * clients) / ofClients) > Math.floor((number * clients) / ofClients);
}

/** Where a URL points to; an IPv6 host without its brackets. */
export function addressOf(url: string): Address {
  const { hostname, port } = new URL(url);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** What the queueing disciplines of a network let through and dropped, from clients to server and back. */
export interface PacketCount {
  readonly up: PassedPackets;
  readonly down: PassedPackets;
}

export interface PassedPackets {
  readonly sent: number;
  readonly dropped: number;
}
