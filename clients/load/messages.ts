/**
 * Messages from clients to the server and their echoes: the sending side of a worker, its audit and its latency recorder.
 *
 * Open loop: a message goes out at its instant, whether or not the one before was answered. A lane that allows one request at
 * a time queues it, and the wait is part of its latency: from the instant to the turn in which the echo is at hand. An echo
 * that is lost, another text, or out of turn is a problem; only a multiplexed client's may come in any order.
 */

import type { MeasureParams, MessagesParams, WorkerMeasured } from '../../bench/contract/calls.ts';
import type { PushClient } from '../../bench/contract/transport.ts';
import { type Alarm, createAlarm } from '../../bench/measure/alarm.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { LatencyRecorder } from '../../bench/measure/latency.ts';
import { type Message, messagesOf, textOf } from './message-schedule.ts';

/** Clients by their numbers. */
export type Senders = ReadonlyMap<number, PushClient>;

export interface Exchange {
  readonly params: Pick<MeasureParams, 'startNs' | 'windowNs' | 'giveUpNs' | 'payloadBytes'>;
  readonly messages: MessagesParams;
  readonly seed: number;
  readonly senders: Senders;
  /** Whether the echoes of the client with this number are timed. */
  readonly isTimed: (client: number) => boolean;
  readonly onProblem: (what: string) => void;
}

/**
 * Resolves when every message is answered, or at `giveUpNs`.
 *
 * @throws Error when a client has no way to send
 */
export async function exchangeMessages(exchange: Exchange): Promise<NonNullable<WorkerMeasured['upstream']>> {
  for (const { request } of exchange.senders.values()) {
    if (!request) throw new Error('the clients of this lane have no way to send messages to the server');
  }
  const alarm = await createAlarm();
  try {
    return await new Sending(exchange, alarm).done();
  } finally {
    await alarm.close();
  }
}

/** At most so many are sent in one turn of the event loop: one that is far behind must read echoes too. */
const BURST_MESSAGES = 64;

class Sending {
  readonly #exchange: Exchange;
  readonly #alarm: Alarm;
  readonly #due: Iterator<Message, undefined>;
  /** Warm-up, which is not reported, and window: the window runs no code for the first time. */
  readonly #echo = [new LatencyRecorder(), new LatencyRecorder()] as const;
  /** Number of the message answered last, by client. */
  readonly #answered = new Map<number, number>();
  #next: Message | undefined;
  #awaited: number;
  #messages = 0;
  #isOver = false;
  #finish = () => {};

  constructor(exchange: Exchange, alarm: Alarm) {
    const { params, messages, seed, senders } = exchange;
    this.#exchange = exchange;
    this.#alarm = alarm;
    this.#due = messagesOf({ ...messages, windowNs: params.windowNs, seed }, [...senders.keys()]);
    this.#awaited = senders.size * (messages.warmup + messages.window);
  }

  async done(): Promise<NonNullable<WorkerMeasured['upstream']>> {
    const { params, onProblem } = this.#exchange;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, (params.giveUpNs - nowNs()) / 1e6);
      this.#finish = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.#awaited === 0) this.#finish();
      this.#next = this.#due.next().value;
      this.#turn();
    });
    this.#isOver = true;
    for (; this.#awaited > 0; this.#awaited--) onProblem('echo lost: it did not come in time');
    return { messages: this.#messages, echo: this.#echo[1].encode() };
  }

  readonly #turn = (): void => {
    for (let sent = 0; sent < BURST_MESSAGES; sent++) {
      if (!this.#next || this.#isOver) return;
      if (this.#next.dueNs > nowNs()) {
        this.#alarm.at(this.#next.dueNs, this.#turn);
        return;
      }
      this.#send(this.#next);
      this.#next = this.#due.next().value;
    }
    setImmediate(this.#turn);
  };

  #send(message: Message): void {
    const { senders, params } = this.#exchange;
    const text = textOf(message, params.startNs, params.payloadBytes);
    senders
      .get(message.client)
      ?.request?.(text)
      .then(
        (echo) => this.#settle(message, echo === text ? undefined : `not its echo: ${echo.slice(0, 80)}`),
        (error: Error) => this.#settle(message, `echo lost: ${error.message}`),
      );
  }

  #settle(message: Message, wrong: string | undefined): void {
    const receivedNs = nowNs();
    const { client, number, dueNs } = message;
    if (this.#isOver) return;
    const isInTurn =
      this.#exchange.senders.get(client)?.isMultiplexed ||
      number > (this.#answered.get(client) ?? Number.NEGATIVE_INFINITY);
    if (wrong !== undefined || !isInTurn) {
      this.#exchange.onProblem(wrong ?? `echo out of turn: message ${number} of client ${client}`);
    } else {
      this.#answered.set(client, number);
      this.#count(message, receivedNs - dueNs);
    }
    if (--this.#awaited === 0) this.#finish();
  }

  #count({ client, number }: Message, latencyNs: number): void {
    const part = number > 0 ? 1 : 0;
    this.#messages += part;
    if (this.#exchange.isTimed(client)) this.#echo[part].record(latencyNs);
  }
}
