/**
 * How long until the first event over a cold connection, and how many bytes: clients that connect one after another, each with
 * a cursor that leaves it one event, and close when they have it.
 *
 * Their number is fixed: with as many as fit, a faster lane would have more of them behind its figures. Some connect before the
 * window, uncounted: the code of both sides is then warm, and the connections alone are cold.
 */

import type { MeasureParams } from '../../bench/contract/calls.ts';
import { HELD_CURSOR } from '../../bench/contract/child.ts';
import { readStamp } from '../../bench/contract/event.ts';
import { nowNs, sleepUntil } from '../../bench/measure/clock.ts';
import { LatencyRecorder } from '../../bench/measure/latency.ts';
import { type Load, type LoadReport, type LoadSpec, noLatency } from './load.ts';
import { type FirstEvent, type Opening, openOnce } from './opening.ts';
import { contextOf, isTimed } from './swarm.ts';

export function prepareOpenings(spec: LoadSpec): Load {
  const { transport, options, clients, firstClient, meter } = spec;
  const open = (number: number, giveUpNs: number) =>
    openOnce((sink, own) => {
      const track: typeof own.track = (socket) => {
        own.track(socket);
        meter.track(socket);
      };
      // Without a swarm no connection is shared.
      const context = { ...contextOf(spec, number), since: HELD_CURSOR, phase: 0, meter: { track }, swarm: undefined };
      return transport.connect(context, sink, options);
    }, giveUpNs);

  return {
    deliveries: 0,
    async run(params) {
      const { startNs, windowNs, giveUpNs } = params;
      const audit = new OpeningAudit(params);
      await sleepUntil(startNs);
      while (nowNs() < windowNs[0]) audit.warmUp(await open(firstClient, giveUpNs));
      for (let number = firstClient; number < firstClient + clients && nowNs() < giveUpNs; number++) {
        audit.add(await open(number, giveUpNs), number, isTimed(spec, number));
      }
      return audit.report(clients);
    },
    async close() {},
  };
}

class OpeningAudit {
  readonly #params: MeasureParams;
  readonly #firstEvent = new LatencyRecorder();
  readonly #stamp = { seq: 0, dueUs: 0 };
  #count = 0;
  #upBytes = 0;
  #downBytes = 0;
  #unexpected = 0;
  #firstProblem: string | undefined;

  constructor(params: MeasureParams) {
    this.#params = params;
  }

  /** Not counted, but must go well all the same. */
  warmUp(opening: Opening): void {
    if (!this.#isRight(opening, 'before the window')) this.#unexpected++;
  }

  add(opening: Opening, number: number, timed: boolean): void {
    if (!this.#isRight(opening, `connection ${number + 1}`)) return;
    const { elapsedNs, wire } = opening.first;
    this.#count++;
    this.#upBytes += wire.sentBytes;
    this.#downBytes += wire.receivedBytes;
    if (timed) this.#firstEvent.record(elapsedNs);
  }

  report(expected: number): LoadReport {
    return {
      delivery: {
        expected,
        delivered: this.#count,
        missing: expected - this.#count,
        duplicated: 0,
        outOfOrder: 0,
        unexpected: this.#unexpected,
      },
      ...noLatency(),
      opened: {
        count: this.#count,
        firstEvent: this.#firstEvent.encode(),
        upBytes: this.#upBytes,
        downBytes: this.#downBytes,
      },
      ...(this.#firstProblem !== undefined && { firstProblem: this.#firstProblem }),
    };
  }

  /** Exactly its event, and nothing else. */
  #isRight(opening: Opening, who: string): opening is Opening & { readonly first: FirstEvent } {
    const { first, unexpected, problem } = opening;
    const isOther = first !== undefined && !this.#isTheEvent(first.text);
    const wrong = problem ?? (isOther ? `not its event: ${first.text.slice(0, 80)}` : undefined);
    this.#unexpected += unexpected + (isOther ? 1 : 0);
    if (wrong !== undefined) this.#firstProblem ??= `${who}: ${wrong}`;
    return wrong === undefined && first !== undefined;
  }

  /** The newest of those that the server has at hand. */
  #isTheEvent(text: string): boolean {
    const { warmupEvents, payloadBytes } = this.#params;
    const stamp = this.#stamp;
    return readStamp(text, stamp) && stamp.seq === warmupEvents && text.length === payloadBytes;
  }
}
