/** What a page that is open has at the server: its gates, and the stream in which it is told what passes them. */

import type { Request, Response } from 'express';
import { nowNs } from '../../bench/measure/clock.ts';
import type { DelayQueue } from '../../bench/network/link/delay-queue.ts';
import { Gate, type Way } from './gate.ts';
import { COLUMNS, type Column, type Hello, type Snapshot, type WireMessage } from './protocol.ts';
import type { Stage } from './stage.ts';

export interface OpenPageOptions {
  readonly number: number;
  readonly address: string;
  readonly stage: Stage;
  readonly queue: DelayQueue;
  readonly hasControl: boolean;
}

const TELL_MS = 100;
/** Of a column's messages at a time, those that can be opened up; of the others their length is told. */
const MOST_OPENED = 20;
/** A page that does not read what it watches is given up. */
const MOST_UNREAD_BYTES = 8 * 1024 * 1024;
const NEAR: Way = { rttMs: 0, bandwidthBitsPerSecond: 0, isReading: true };

export class OpenPage {
  readonly ports: Readonly<Record<Column, number>>;
  readonly #options: OpenPageOptions;
  readonly #gates: ReadonlyMap<Column, Gate>;
  #way = NEAR;
  #watcher: Response | undefined;
  #timer: NodeJS.Timeout | undefined;
  #messages: WireMessage[] = [];
  #opened = new Map<Column, number>();

  private constructor(options: OpenPageOptions, gates: ReadonlyMap<Column, Gate>) {
    this.#options = options;
    this.#gates = gates;
    this.ports = perColumn((column) => this.#gate(column).address.port);
  }

  static async open(options: OpenPageOptions): Promise<OpenPage> {
    const opening = COLUMNS.map(
      async (column) => [column, await new Gate(options.stage, options.queue).listen(options.address)] as const,
    );
    return new OpenPage(options, new Map(await Promise.all(opening)));
  }

  get isFree(): boolean {
    return this.#watcher === undefined;
  }

  get counts(): Snapshot['counts'] {
    return perColumn((column) => this.#gate(column).count());
  }

  get way(): Way {
    return this.#way;
  }

  set way(way: Way) {
    this.#way = way;
    for (const gate of this.#gates.values()) gate.way = way;
  }

  cut(): void {
    for (const gate of this.#gates.values()) gate.cut();
  }

  /** Tells the page, until it goes, what its gates see. */
  watch(request: Request, response: Response): void {
    this.#watcher = response;
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' });
    for (const [column, gate] of this.#gates)
      gate.onMessage = (message) => this.#note({ column, atMs: nowMs(), ...message });
    const { number, stage, hasControl } = this.#options;
    this.tell({ page: number, ports: this.ports, startMs: stage.ticker.startNs / 1e6, hasControl });
    this.#timer = setInterval(() => this.tell(), TELL_MS);
    request.once('close', () => this.#leave());
  }

  /** Tells it now what there is to tell, if anybody watches. */
  tell(hello?: Hello): void {
    if (!this.#watcher) return;
    const { ticker, isUp } = this.#options.stage;
    const snapshot: Snapshot = {
      ...(hello && { hello }),
      settings: { ...ticker.pace, ...this.#way },
      isUp,
      counts: this.counts,
      messages: this.#messages,
    };
    this.#watcher.write(`data:${JSON.stringify(snapshot)}\n\n`);
    this.#messages = [];
    this.#opened.clear();
    if (this.#watcher.writableLength > MOST_UNREAD_BYTES) this.#watcher.destroy();
  }

  async close(): Promise<void> {
    this.#watcher?.end();
    this.#leave();
    await Promise.all([...this.#gates.values()].map((gate) => gate.close(0)));
  }

  #gate(column: Column): Gate {
    const gate = this.#gates.get(column);
    if (!gate) throw new Error(`there is no gate for ${column}`);
    return gate;
  }

  #note({ head, body, ...message }: WireMessage): void {
    const opened = (this.#opened.get(message.column) ?? 0) + 1;
    this.#opened.set(message.column, opened);
    const isOpened = opened <= MOST_OPENED;
    this.#messages.push(
      isOpened ? { ...message, ...(head !== undefined && { head }), ...(body !== undefined && { body }) } : message,
    );
  }

  #leave(): void {
    clearInterval(this.#timer);
    this.#watcher = undefined;
    this.#messages = [];
    this.way = NEAR;
    for (const gate of this.#gates.values()) gate.reset();
  }
}

const nowMs = () => nowNs() / 1e6;

function perColumn<T>(read: (column: Column) => T): Readonly<Record<Column, T>> {
  return Object.fromEntries(COLUMNS.map((column) => [column, read(column)])) as Record<Column, T>;
}
