/** What the tests of both sides share: events to publish, a sink that remembers, and a way to wait for what must come. */

import type { EncodedEvent } from './event.ts';
import type { CloseReason, EventSink } from './transport.ts';

/** An event with this text. Clients that keep a cursor read it from the text, so it must begin as ours do. */
export function eventWith(seq: number, text: string): EncodedEvent {
  return { seq, dueUs: seq * 1e3, text, bytes: Buffer.from(text) };
}

/** An event of ours, with more fields where wanted. */
export function eventOf(seq: number, fields: object = {}): EncodedEvent {
  return eventWith(seq, JSON.stringify({ seq, due: seq * 1e3, ...fields }));
}

/** `from` to `to`, both included. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index);
}

export class RecordingSink implements EventSink {
  readonly texts: string[] = [];
  readonly receivedNs: number[] = [];
  readonly gaps: { after: number; oldest: number }[] = [];
  readonly closes: CloseReason[] = [];
  /** Called after each event, for a test that acts in the midst of them. */
  onEvent: () => void = () => {};

  get seqs(): number[] {
    return this.texts.map((text) => (JSON.parse(text) as { seq: number }).seq);
  }

  /** Everything that was told, in one figure. */
  get calls(): number {
    return this.texts.length + this.gaps.length + this.closes.length;
  }

  event(text: string, receivedNs: number): void {
    this.texts.push(text);
    this.receivedNs.push(receivedNs);
    this.onEvent();
  }

  gap(after: number, oldest: number): void {
    this.gaps.push({ after, oldest });
  }

  closed(reason: CloseReason): void {
    this.closes.push(reason);
  }
}

/** A failure bound, not an expectation: what waits for something waits this long before it calls it missing. */
let giveUpMs = 60_000;

/** Waits no longer than this from now on in this test file: for what is expected to be missing. */
export function giveUpAfter(ms: number): void {
  giveUpMs = ms;
}

/** Resolves as soon as the assertion holds; rejects with what it says when it never does. */
export async function eventually(assertion: () => void): Promise<void> {
  const giveUpAt = performance.now() + giveUpMs;
  for (;;) {
    try {
      return assertion();
    } catch (error) {
      if (performance.now() > giveUpAt) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
