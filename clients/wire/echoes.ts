/** Messages to the server on the channel of the events, and their echoes, which come in the same order. */

import { readEcho, readGap } from '../../bench/contract/event.ts';
import type { EventSink } from '../../bench/contract/transport.ts';

export class Echoes {
  readonly #waiting: { resolve(text: string): void; reject(error: Error): void }[] = [];

  request(send: () => void): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      send();
    });
  }

  /** Resolves the oldest request with an echo; anything else goes to the sink. */
  deliver(text: string, receivedNs: number, sink: EventSink): void {
    const echo = this.#waiting.length > 0 ? readEcho(text) : undefined;
    if (echo === undefined) deliver(text, receivedNs, sink);
    else this.#waiting.shift()?.resolve(echo);
  }

  end(why: string): void {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(why));
  }
}

/** Tells the sink a gap, or else an event: the audit of events finds what is neither. */
export function deliver(text: string, receivedNs: number, sink: EventSink): void {
  const gap = text.startsWith('{"gap":') ? readGap(text) : undefined;
  if (gap) sink.gap(gap.after, gap.oldest);
  else sink.event(text, receivedNs);
}
