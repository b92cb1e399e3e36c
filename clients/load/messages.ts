/**
 * Messages from clients to the server and their echoes: the sending side of a worker, its audit and its latency recorder.
 *
 * Open loop: a message goes out at its instant, whether or not the one before was answered. A lane that allows one request at
 * a time queues it, and the wait is part of its latency: from the instant to the turn in which the echo is at hand. An echo
 * that is lost, another text, or out of turn is a problem; only a multiplexed client's may come in any order.
 */

import type { MeasureParams, MessagesParams, WorkerMeasured } from '../../bench/contract/calls.ts';
import type { PushClient } from '../../bench/contract/transport.ts';
import { createAlarm } from '../../bench/measure/alarm.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { LatencyRecorder } from '../../bench/measure/latency.ts';
import { type Message, messagesOf, textOf } from './message-schedule.ts';

export interface Exchange {
  readonly params: Pick<MeasureParams, 'startNs' | 'windowNs' | 'giveUpNs' | 'payloadBytes'>;
  readonly messages: MessagesParams;
  readonly seed: number;
  /** By their numbers. */
  readonly senders: ReadonlyMap<number, PushClient>;
  readonly isTimed: (client: number) => boolean;
  readonly onProblem: (what: string) => void;
}

/** Sent in one turn of the event loop at most: a sender that is far behind must read echoes too. */
const BURST_MESSAGES = 64;

/**
 * Resolves when every message is answered, or at `giveUpNs`.
 *
 * @throws Error when a client has no way to send
 */
export async function exchangeMessages(exchange: Exchange): Promise<NonNullable<WorkerMeasured['upstream']>> {
  const { params, messages, seed, senders, isTimed, onProblem } = exchange;
  for (const { request } of senders.values()) {
    if (!request) throw new Error('the clients of this lane have no way to send messages to the server');
  }
  const alarm = await createAlarm();
  const due = messagesOf({ ...messages, windowNs: params.windowNs, seed }, [...senders.keys()]);
  /** Warm-up, which is not reported, and window: the window runs no code for the first time. */
  const latency = [new LatencyRecorder(), new LatencyRecorder()] as const;
  const lastAnswered = new Map<number, number>();
  let awaited = senders.size * (messages.warmup + messages.window);
  let windowEchoes = 0;
  let isOver = false;
  let finish = () => {};

  const auditEcho = ({ client, number, dueNs }: Message, wrong?: string) => {
    const receivedNs = nowNs();
    if (isOver) return;
    const isInTurn =
      senders.get(client)?.isMultiplexed || number > (lastAnswered.get(client) ?? Number.NEGATIVE_INFINITY);
    if (wrong !== undefined || !isInTurn) {
      onProblem(wrong ?? `echo out of turn: message ${number} of client ${client}`);
    } else {
      lastAnswered.set(client, number);
      const part = number > 0 ? 1 : 0;
      windowEchoes += part;
      if (isTimed(client)) latency[part].record(receivedNs - dueNs);
    }
    if (--awaited === 0) finish();
  };
  const send = (message: Message) => {
    const text = textOf(message, params.startNs, params.payloadBytes);
    const echoing = senders.get(message.client)?.request?.(text);
    echoing?.then(
      (echo) => auditEcho(message, echo === text ? undefined : `not its echo: ${echo.slice(0, 80)}`),
      (error: Error) => auditEcho(message, `echo lost: ${error.message}`),
    );
  };
  let next = due.next().value;
  const turn = () => {
    for (let sent = 0; sent < BURST_MESSAGES; sent++) {
      if (!next || isOver) return;
      if (next.dueNs > nowNs()) return alarm.at(next.dueNs, turn);
      send(next);
      next = due.next().value;
    }
    setImmediate(turn);
  };

  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, (params.giveUpNs - nowNs()) / 1e6);
    finish = () => {
      clearTimeout(timer);
      resolve();
    };
    if (awaited === 0) finish();
    turn();
  });
  isOver = true;
  await alarm.close();
  for (; awaited > 0; awaited--) onProblem('echo lost: it did not come in time');
  return { messages: windowEchoes, echo: latency[1].encode() };
}
