/** When a worker's clients that lost their connections try again, and when events flow again. */

import type { ClientRecovery } from '../../bench/contract/calls.ts';
import { readStamp } from '../../bench/contract/event.ts';
import type { ClientTransport } from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';

export class Recoveries {
  readonly #clients: ClientRecovery[] = [];
  readonly #stamp = { seq: 0, dueUs: 0 };
  #startNs = 0;

  /** The same transport; attempts and first events of all its clients are recorded. */
  watch<O extends object>(transport: ClientTransport<O>): ClientTransport<O> {
    return {
      defaults: transport.defaults,
      connect: (context, sink, options) => {
        const attemptsNs: number[] = [];
        const reconnects: { connectingNs: number; firstEventNs: number; replayed: number }[] = [];
        this.#clients.push({ attemptsNs, reconnects });
        let connections = 0;
        let connectingNs = 0;
        let current: (typeof reconnects)[number] | undefined;
        let isCatchingUp = false;
        const onConnecting = () => {
          if (connections++ === 0) return;
          connectingNs = nowNs();
          attemptsNs.push(connectingNs);
          current = undefined;
          isCatchingUp = true;
        };
        const event = (text: string, receivedNs: number) => {
          if (connections > 1 && !current) {
            current = { connectingNs, firstEventNs: receivedNs, replayed: 0 };
            reconnects.push(current);
          }
          isCatchingUp &&= this.#wasDueBy(connectingNs, text);
          if (current && isCatchingUp) current.replayed++;
          sink.event(text, receivedNs);
        };
        const watched = { event, gap: sink.gap.bind(sink), closed: sink.closed.bind(sink) };
        return transport.connect({ ...context, onConnecting }, watched, options);
      },
    };
  }

  /** @param startNs the feed's start: what an event's due counts from */
  start(startNs: number): void {
    this.#startNs = startNs;
  }

  report(): readonly ClientRecovery[] {
    return this.#clients;
  }

  #wasDueBy(instantNs: number, text: string): boolean {
    return readStamp(text, this.#stamp) && this.#startNs + this.#stamp.dueUs * 1e3 < instantNs;
  }
}
