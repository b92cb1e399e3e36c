/**
 * The turns of the event loop in which bytes come to the probes of a process. Sockets that are ready at once are read one after
 * the other in one turn. Each chunk is stamped first and kept; when all are stamped, all are parsed. Else the stamp of the
 * second would wait for the parsing of the first.
 */

import type { ReadSocket } from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { RunDelay } from './run-delay.ts';

export class Turns {
  readonly #runDelay: RunDelay;
  #runDelayBeforeNs: number | null;
  #tasks: (() => void)[] = [];
  #isUnderWay = false;
  #startNs = 0;
  #idleSinceNs = nowNs();
  /** Called at the end of each turn. @param runDelayNs since the end of the turn before; null where it is not known */
  onEnd: (runDelayNs: number | null) => void = () => {};

  constructor(runDelay = new RunDelay()) {
    this.#runDelay = runDelay;
    this.#runDelayBeforeNs = runDelay.totalNs();
  }

  /** The first stamp of the turn that is under way. */
  get startNs(): number {
    return this.#startNs;
  }

  /** When the process was done with the turn before. */
  get idleSinceNs(): number {
    return this.#idleSinceNs;
  }

  /** Begins a turn, unless one is under way. @param receivedNs the stamp of what came */
  begin(receivedNs: number): void {
    if (this.#isUnderWay) return;
    this.#isUnderWay = true;
    this.#startNs = receivedNs;
    setImmediate(this.#end);
  }

  /** Tells the reader at the end of the turn, in the order in which all came. */
  readonly read: ReadSocket = (socket, reader) => {
    let failure: Error | undefined;
    socket.on('data', (chunk: Buffer) => {
      const receivedNs = nowNs();
      this.#later(receivedNs, () => reader.data(chunk, receivedNs));
    });
    socket.on('error', (error) => {
      failure = error;
    });
    socket.once('close', () => this.#later(nowNs(), () => reader.closed(failure)));
  };

  close(): void {
    this.#runDelay.close();
  }

  #later(receivedNs: number, task: () => void): void {
    this.begin(receivedNs);
    this.#tasks.push(task);
  }

  readonly #end = (): void => {
    const totalNs = this.#runDelay.totalNs();
    const beforeNs = this.#runDelayBeforeNs;
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) task();
    this.onEnd(totalNs === null || beforeNs === null ? null : totalNs - beforeNs);
    this.#isUnderWay = false;
    // Parsing that had to wait for a core is part of the time until the process was idle, and not counted twice.
    this.#runDelayBeforeNs = this.#runDelay.totalNs();
    this.#idleSinceNs = nowNs();
  };
}
