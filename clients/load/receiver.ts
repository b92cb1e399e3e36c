/** Where all clients of a worker deliver: the receiving side's hot path, its audit and its latency recorder. */

import type { MeasureParams, WorkerMeasured } from '../../bench/contract/calls.ts';
import { MEASURED_CURSOR_BASE, readStamp } from '../../bench/contract/event.ts';
import type { CloseReason, EventSink } from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { LatencyRecorder } from '../../bench/measure/latency.ts';
import { Tally } from './tally.ts';

export class Receiver {
  readonly #tallies: Tally[] = [];
  readonly #stamp = { seq: 0, dueUs: 0 };
  #cell: Cell | undefined;
  #deliveries = 0;
  #unexpected = 0;
  #firstProblem: string | undefined;
  #stopped = false;

  /** Events received by all clients so far, each once per client. */
  get deliveries(): number {
    return this.#deliveries;
  }

  /** @param isTimed whether the client's latencies are recorded: those behind a relay take its detour too */
  addClient(isTimed: boolean): EventSink {
    const tally = new Tally();
    this.#tallies.push(tally);
    return {
      event: (text, receivedNs) => this.#event(tally, text, receivedNs, isTimed),
      gap: (after, oldest) => this.problem(`events after ${after} and before ${oldest} left the ring`),
      closed: ({ kind, code, message }: CloseReason) =>
        this.problem(`closed (${kind}, ${code ?? 'no code'}): ${message}`),
    };
  }

  /** Begins the cell. Resolves when every client has every event, or at `giveUpNs`. */
  start(params: MeasureParams): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, (params.giveUpNs - nowNs()) / 1e6);
      const events = params.warmupEvents + params.windowEvents;
      this.#cell = {
        params,
        events,
        startUs: params.startNs / 1e3,
        firstHalf: params.warmupEvents + 1,
        secondHalf: params.warmupEvents + Math.floor(params.windowEvents / 2) + 1,
        latency: [new LatencyRecorder(), new LatencyRecorder(), new LatencyRecorder()],
        allDeliveries: events * this.#tallies.length,
        drained() {
          clearTimeout(timer);
          resolve();
        },
      };
      if (this.#cell.allDeliveries === 0) this.#cell.drained();
    });
  }

  /** Something that should not have happened to a client: it makes the cell invalid. */
  problem(what: string): void {
    if (this.#stopped) return;
    this.#unexpected++;
    this.#firstProblem ??= what;
  }

  /** From now on, a close is no problem. */
  stop(): void {
    this.#stopped = true;
  }

  report(): Pick<WorkerMeasured, 'delivery' | 'latency' | 'negativeLatencies' | 'firstProblem'> {
    if (!this.#cell) throw new Error('this worker does not measure yet');
    const { params, events, latency } = this.#cell;
    const expected = this.#tallies.length * params.windowEvents;
    let missing = 0;
    let duplicated = 0;
    let outOfOrder = 0;
    let unexpected = this.#unexpected;
    for (const tally of this.#tallies) {
      missing += tally.missingOf(params.warmupEvents + 1, events);
      unexpected += tally.missingOf(1, params.warmupEvents);
      duplicated += tally.duplicated;
      outOfOrder += tally.outOfOrder;
    }
    return {
      delivery: { expected, delivered: expected - missing, missing, duplicated, outOfOrder, unexpected },
      latency: [latency[1].encode(), latency[2].encode()],
      negativeLatencies: latency[1].negativeCount + latency[2].negativeCount,
      firstProblem: this.#firstProblem,
    };
  }

  #event(tally: Tally, text: string, receivedNs: number, isTimed: boolean): void {
    const cell = this.#cell;
    const stamp = this.#stamp;
    const number = cell && readStamp(text, stamp) ? stamp.seq - MEASURED_CURSOR_BASE : 0;
    if (!cell || number < 1 || number > cell.events || text.length !== cell.params.payloadBytes) {
      this.problem(`not an event of this cell: ${text.slice(0, 80)}`);
      return;
    }
    if (!tally.see(number)) return;
    this.#deliveries++;
    if (isTimed) {
      const part = number < cell.firstHalf ? 0 : number < cell.secondHalf ? 1 : 2;
      cell.latency[part].record(receivedNs - (cell.startUs + stamp.dueUs) * 1e3);
    }
    if (this.#deliveries === cell.allDeliveries) cell.drained();
  }
}

interface Cell {
  readonly params: MeasureParams;
  /** Of warm-up and window. */
  readonly events: number;
  /** In µs, as due times are: ns since the start would outgrow an int32 after 2 s, and deoptimise the sum. */
  readonly startUs: number;
  /** First events of the window's halves. */
  readonly firstHalf: number;
  readonly secondHalf: number;
  /** Warm-up, which is not reported, and the window's halves: the window runs no code for the first time. */
  readonly latency: readonly [LatencyRecorder, LatencyRecorder, LatencyRecorder];
  readonly allDeliveries: number;
  drained(): void;
}
