/** One client on connections of its own: opened, its first event received, closed. */

import type { WireReading } from '../../bench/contract/calls.ts';
import type { EventSink, PushClient } from '../../bench/contract/transport.ts';
import { ByteMeter } from '../../bench/measure/byte-meter.ts';
import { nowNs, sleepUntil } from '../../bench/measure/clock.ts';

export interface Opening {
  readonly first: FirstEvent | undefined;
  /** Calls of its sink besides that event. */
  readonly unexpected: number;
  readonly problem: string | undefined;
}

export interface FirstEvent {
  readonly text: string;
  /** From the call to the client's first clock reading. */
  readonly elapsedNs: number;
  /** What the client's sockets had carried by then. */
  readonly wire: WireReading;
}

const CLOSE_GRACE_MS = 5_000;

/**
 * Resolves when the client's sockets are gone; never rejects.
 *
 * @param connect opens the client, with this meter
 * @param giveUpNs when a client without its event is dropped
 */
export async function openOnce(
  connect: (sink: EventSink, meter: ByteMeter) => Promise<PushClient>,
  giveUpNs: number,
): Promise<Opening> {
  const meter = new ByteMeter();
  let first: FirstEvent | undefined;
  let unexpected = 0;
  let problem: string | undefined;
  let finish: (problem?: Error) => void = () => {};
  const finished = new Promise<void>((resolve, reject) => {
    finish = (failure) => (failure ? reject(failure) : resolve());
  });
  const fail = (what: string) => {
    unexpected++;
    problem ??= what;
    finish(new Error(what));
  };
  const startNs = nowNs();
  const sink: EventSink = {
    event(text, receivedNs) {
      if (first) return fail(`one event too many: ${text.slice(0, 80)}`);
      first = { text, elapsedNs: receivedNs - startNs, wire: meter.read() };
      finish();
    },
    gap: (after, oldest) => fail(`events after ${after} and before ${oldest} left the ring`),
    closed: ({ kind, code, message }) => fail(`closed (${kind}, ${code ?? 'no code'}): ${message}`),
  };
  // Node cuts the start and the length of a timer to whole ms: a plain one fires up to 2 ms early, and the next client opens.
  const deadline = new AbortController();
  sleepUntil(giveUpNs, deadline.signal).then(
    () => finish(new Error('its event did not come in time')),
    () => {},
  );
  const connecting = connect(sink, meter);
  try {
    const client = await Promise.race([connecting, finished.then(() => connecting)]);
    await finished;
    await client.close();
  } catch (error) {
    problem ??= error instanceof Error ? error.message : String(error);
    connecting.then((client) => client.close()).catch(() => {});
    for (const socket of meter.openSockets) socket.destroy();
  }
  deadline.abort();
  await meter.drained(CLOSE_GRACE_MS);
  return { first, unexpected, problem };
}
