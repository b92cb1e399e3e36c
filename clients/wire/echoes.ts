/** Messages sent to the server on a channel that events come down on, and their echoes, in order. */

import { readEcho, readGap } from '../../bench/contract/event.ts';
import type { EventSink } from '../../bench/contract/transport.ts';

interface Waiting {
  resolve(text: string): void;
  reject(error: Error): void;
}

export class Echoes {
  readonly #waiting: Waiting[] = [];
  #ended = false;

  /** @param send called once, unless the connection has ended */
  request(send: () => void): Promise<string> {
    if (this.#ended) return Promise.reject(new Error('the client is closed'));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      send();
    });
  }

  /** Resolves the oldest request with an echo; anything else goes to the sink. */
  deliver(text: string, receivedNs: number, sink: EventSink): void {
    const echo = this.#waiting.length > 0 ? readEcho(text) : undefined;
    if (echo !== undefined) {
      this.#waiting.shift()?.resolve(echo);
      return;
    }
    deliver(text, receivedNs, sink);
  }

  /** Nothing comes any more. */
  end(why: string): void {
    this.#ended = true;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error(why));
  }
}

/** Tells the sink a gap, or else an event: the audit of events finds what is neither. */
export function deliver(text: string, receivedNs: number, sink: EventSink): void {
  const gap = text.startsWith('{"gap":') ? readGap(text) : undefined;
  if (gap) sink.gap(gap.after, gap.oldest);
  else sink.event(text, receivedNs);
}
