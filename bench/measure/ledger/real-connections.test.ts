/** The ledger beside this project's own servers and clients: bytes tapped from real sockets, for every lane of the table. */

import { describe, expect, onTestFinished, test } from 'vitest';
import { EventLog } from '../../../servers/feed.ts';
import { Host } from '../../../servers/host.ts';
import { HEADER_PROFILES, type HeaderProfile } from '../../contract/headers.ts';
import type { Lane } from '../../contract/lane.ts';
import { sumOf } from '../../contract/ledger.ts';
import { eventOf, eventually, RecordingSink, range } from '../../contract/test-support.ts';
import { lanes } from '../../lanes.ts';
import { ByteMeter } from '../byte-meter.ts';
import { openTap } from './test-tap.ts';

/** Around the limits of a length in WebSocket, and beyond what a socket reads at once. */
const PADS = ['', 'x'.repeat(80), 'x'.repeat(100), '🚀'.repeat(50), 'x'.repeat(65_500), 'é'.repeat(40_000)];

describe.each(lanes)('on the wire of $id', (lane) => {
  test.each(HEADER_PROFILES)(
    'every byte is in a layer, and payload is the text of the events (%s)',
    async (headers) => {
      const { feed, host, tap, join } = await openTapped(lane, headers);
      const clients = await Promise.all(range(1, 3).map(() => join()));
      for (const seq of range(1, 18)) {
        feed.publish(eventOf(seq, { pad: PADS[seq % PADS.length] }));
        if (seq % 3 > 0) continue;
        await eventually(() => expect(clients.every(({ sink }) => sink.texts.length === seq)).toBe(true));
      }
      const returned = await join(4);
      await eventually(() => expect(returned.sink.texts).toHaveLength(14));
      const all = [...clients, returned];
      await Promise.all(all.map(({ client }) => client.close()));
      await eventually(() => expect(host.meter.openSockets.size + tap.sockets.openSockets.size).toBe(0));

      const count = tap.count();
      const texts = all.flatMap(({ sink }) => sink.texts);
      expect(count.problems).toEqual([]);
      expect(count.unreadBytes).toEqual({ up: 0, down: 0 });
      expect(count.events).toBe(texts.length);
      expect(texts).toHaveLength(3 * 18 + 14);
      expect(count.down.payload).toBe(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
      expect(count.up).toMatchObject({ payload: 0, framing: 0 });

      const up = sumOf(count.up);
      const down = sumOf(count.down);
      const server = host.meter.read();
      expect(server).toEqual({ sentBytes: down, receivedBytes: up, connections: tap.ledgers.length });
      // Both sides of the tap: each byte is received once and sent once.
      expect(tap.sockets.read()).toMatchObject({ sentBytes: up + down, receivedBytes: up + down });
      const sent = all.reduce((sum, { meter }) => sum + meter.read().sentBytes, 0);
      const received = all.reduce((sum, { meter }) => sum + meter.read().receivedBytes, 0);
      expect({ sent, received }).toEqual({ sent: up, received: down });
      // Exchanges are all there is, or handshakes are. A poll under way when its client closed has no answer.
      expect(count.cycles.downBytes).toBe(count.down.responseHead > 0 ? down : 0);
      expect(count.cycles.upBytes).toBeLessThanOrEqual(count.up.requestHead);
      expect(count.emptyCycles.count).toBeLessThanOrEqual(count.cycles.count);
    },
  );
});

/** A lane's server behind a tap, and clients that reach it through that. */
async function openTapped(lane: Lane, headers: HeaderProfile) {
  const [serverHalf, clientHalf] = await Promise.all([lane.server(), lane.client()]);
  const feed = new EventLog();
  const host = new Host(feed);
  const mounted = await serverHalf.mount(host, feed, { ...serverHalf.defaults, ...lane.options });
  onTestFinished(() => host.close([mounted]));
  const { url } = mounted;
  const tap = await openTap(Number(new URL(url).port), lane.wire);

  const join = async (since?: number) => {
    const sink = new RecordingSink();
    const meter = new ByteMeter();
    const context = { url, phase: 0, headers, via: { host: '127.0.0.1', port: tap.port }, meter };
    const options = quick({ ...clientHalf.defaults, ...lane.options });
    const client = await clientHalf.connect({ ...context, ...(since !== undefined && { since }) }, sink, options);
    return { client, sink, meter };
  };
  return { feed, host, tap, join };
}

/** A lane that acts periodically does so often, or the test would wait for it. */
function quick<Options extends object>(options: Options): Options {
  return 'intervalMs' in options ? { ...options, intervalMs: 10 } : options;
}
