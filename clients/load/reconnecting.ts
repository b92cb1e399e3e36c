/**
 * A client of any transport that, when it loses its connection, opens another with its cursor.
 *
 * It waits a random while first, or all clients of a server that died would connect at once: RFC 6455 (section 7.2.3) has a
 * random delay and then truncated exponential backoff, the HTML standard (section 9.2.3) a few seconds. What a server proposes,
 * as SSE's `retry:` does, is not taken.
 */

import type { ReconnectPolicy } from '../../bench/contract/calls.ts';
import { readStamp } from '../../bench/contract/event.ts';
import { randomAt, STREAM } from '../../bench/contract/random.ts';
import type { ClientTransport, EventSink, PushClient } from '../../bench/contract/transport.ts';

/** Never calls `sink.closed`: the client tries until it is closed itself. Its first connection is not tried twice. */
export function reconnecting<O extends object>(
  transport: ClientTransport<O>,
  { spreadMs, capMs, deadlineMs }: ReconnectPolicy,
): ClientTransport<O> {
  return {
    defaults: transport.defaults,

    async connect(context, sink, options) {
      const stamp = { seq: 0, dueUs: 0 };
      // A client's draws do not depend on the worker that it runs in.
      const seed = context.phase * 2 ** 32;
      let cursor = context.since;
      let losses = 0;
      let lossesInARow = 0;
      let timer: NodeJS.Timeout | undefined;
      let current: Promise<PushClient | undefined>;
      let closing: Promise<void> | undefined;

      const open = async () => {
        let isOver = false;
        const lost = () => {
          if (isOver) return;
          isOver = true;
          reconnect();
        };
        const own: EventSink = {
          event(text, receivedNs) {
            if (isOver || closing) return;
            if (readStamp(text, stamp)) cursor = stamp.seq;
            // Not at connect: a server that accepts and closes at once would meet no backoff.
            lossesInARow = 0;
            sink.event(text, receivedNs);
          },
          gap(after, oldest) {
            if (!isOver && !closing) sink.gap(after, oldest);
          },
          closed: lost,
        };
        const since = cursor === undefined ? {} : { since: cursor };
        try {
          return await within(deadlineMs, transport.connect({ ...context, ...since }, own, options));
        } catch (error) {
          if (losses === 0) throw error;
          lost();
          return undefined;
        }
      };
      const reconnect = () => {
        if (closing) return;
        const waitMs = Math.min(capMs, spreadMs * 2 ** lossesInARow) * randomAt(seed, STREAM.reconnect, losses);
        losses++;
        lossesInARow++;
        timer = setTimeout(() => {
          current = open();
        }, waitMs);
      };

      current = open();
      await current;
      return {
        close() {
          clearTimeout(timer);
          closing ??= current.then((client) => client?.close());
          return closing;
        },
      };
    },
  };
}

/** @throws Error after `deadlineMs`; a connection that comes after all is closed */
async function within(deadlineMs: number, connecting: Promise<PushClient>): Promise<PushClient> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${deadlineMs} ms`));
      connecting.then((client) => client.close()).catch(() => {});
    }, deadlineMs);
  });
  return await Promise.race([connecting, late]).finally(() => clearTimeout(timer));
}
