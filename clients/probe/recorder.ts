/** The deliveries of a window to the probes of a process, each with the instants that its latency is divided by. */

import type { MeasureParams, Probed } from '../../bench/contract/calls.ts';
import { MEASURED_CURSOR_BASE, readStamp } from '../../bench/contract/event.ts';
import type { Turns } from './turns.ts';

type Window = Pick<MeasureParams, 'warmupEvents' | 'windowEvents'>;

export class ProbeRecorder {
  readonly #turns: Turns;
  readonly #stamp = { seq: 0, dueUs: 0 };
  /** By client: a second delivery of an event is the audit's affair. */
  readonly #lastSeq: number[];
  #firstSeq = Number.POSITIVE_INFINITY;
  #endSeq = 0;
  readonly #clients: number[] = [];
  readonly #seqs: number[] = [];
  readonly #dueUs: number[] = [];
  readonly #receivedNs: number[] = [];
  readonly #turnStartNs: number[] = [];
  readonly #idleSinceNs: number[] = [];
  /** Shorter than the others until the turn ends: only then is it known. */
  readonly #runDelayNs: number[] = [];
  #hasRunDelay = true;

  constructor(turns: Turns, clients: number) {
    this.#turns = turns;
    this.#lastSeq = new Array<number>(clients).fill(0);
    turns.onEnd = (runDelayNs) => {
      if (runDelayNs === null) this.#hasRunDelay = false;
      while (this.#runDelayNs.length < this.#seqs.length) this.#runDelayNs.push(runDelayNs ?? 0);
    };
  }

  start({ warmupEvents, windowEvents }: Window): void {
    this.#firstSeq = MEASURED_CURSOR_BASE + warmupEvents + 1;
    this.#endSeq = this.#firstSeq + windowEvents;
  }

  /**
   * @param client its number among those of this process, from 0 on
   * @param receivedNs its stamp; of a client that inflates, the turn that it came in may be over
   */
  event(client: number, text: string, receivedNs: number): void {
    // Clients of libraries deliver within the turn.
    this.#turns.begin(receivedNs);
    const stamp = this.#stamp;
    if (!readStamp(text, stamp) || stamp.seq < this.#firstSeq || stamp.seq >= this.#endSeq) return;
    if (stamp.seq <= (this.#lastSeq[client] ?? 0)) return;
    this.#lastSeq[client] = stamp.seq;
    this.#clients.push(client);
    this.#seqs.push(stamp.seq);
    this.#dueUs.push(stamp.dueUs);
    this.#receivedNs.push(receivedNs);
    this.#turnStartNs.push(Math.min(this.#turns.startNs, receivedNs));
    this.#idleSinceNs.push(this.#turns.idleSinceNs);
  }

  /** After the last turn. */
  report(): Probed {
    return {
      clients: this.#clients,
      seqs: this.#seqs,
      dueUs: this.#dueUs,
      receivedNs: this.#receivedNs,
      turnStartNs: this.#turnStartNs,
      idleSinceNs: this.#idleSinceNs,
      runDelayNs: this.#hasRunDelay ? this.#runDelayNs : null,
    };
  }
}
