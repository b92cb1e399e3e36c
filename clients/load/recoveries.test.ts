import { expect, test } from 'vitest';
import { eventWith, RecordingSink } from '../../bench/contract/test-support.ts';
import type { ClientContext, ClientTransport, EventSink } from '../../bench/contract/transport.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { Recoveries } from './recoveries.ts';

/** A client whose transport does what the test says. */
async function watched(recoveries: Recoveries) {
  let connecting: () => void = () => {};
  let inner: EventSink | undefined;
  const transport: ClientTransport = {
    defaults: {},
    async connect({ onConnecting = () => {} }, sink) {
      connecting = onConnecting;
      inner = sink;
      onConnecting();
      return { close: async () => {} };
    },
  };
  const sink = new RecordingSink();
  await recoveries.watch(transport).connect({ phase: 0 } as ClientContext, sink, {});
  /** @param dueNs on the shared clock, where the feed started at 0 */
  const event = (seq: number, dueNs: number, receivedNs: number) => {
    inner?.event(eventWith(seq, JSON.stringify({ seq, due: Math.round(dueNs / 1e3) })).text, receivedNs);
  };
  return { sink, event, inner: () => inner as EventSink, connecting: () => connecting() };
}

test('a connection that stays is no recovery', async () => {
  const recoveries = new Recoveries();
  const { event, sink } = await watched(recoveries);
  recoveries.start(0);
  event(1, 0, 10);
  event(2, nowNs() + 1e9, 20);
  expect(recoveries.report()).toEqual([{ attemptsNs: [], reconnects: [] }]);
  expect(sink.seqs).toEqual([1, 2]);
});

test('every attempt counts, and the first event of each connection that brings one, client by client', async () => {
  const recoveries = new Recoveries();
  const [one, other] = [await watched(recoveries), await watched(recoveries)];
  recoveries.start(0);
  const beforeNs = nowNs();
  one.connecting();
  one.connecting();
  one.event(2, beforeNs - 1e6, 30);
  one.event(3, beforeNs - 1e6, 40);
  other.connecting();
  one.connecting();
  one.event(4, beforeNs - 1e6, 50);
  const [first, second] = recoveries.report();
  const attemptsNs = first?.attemptsNs ?? [];
  expect(attemptsNs).toHaveLength(3);
  expect(Math.min(...attemptsNs)).toBeGreaterThanOrEqual(beforeNs);
  expect(first?.reconnects).toEqual([
    { connectingNs: attemptsNs[1], firstEventNs: 30, replayed: 2 },
    { connectingNs: attemptsNs[2], firstEventNs: 50, replayed: 1 },
  ]);
  expect(second?.attemptsNs).toHaveLength(1);
  expect(second?.reconnects).toEqual([]);
});

test('an event is replayed that was due before its connection was begun', async () => {
  const recoveries = new Recoveries();
  const { event, connecting } = await watched(recoveries);
  const startNs = nowNs() - 1e9;
  recoveries.start(startNs);
  event(1, 0, 1);
  connecting();
  const laterNs = nowNs() - startNs + 1e6;
  for (const seq of [2, 3]) event(seq, 5e6, 2);
  event(4, laterNs, 3);
  event(5, laterNs, 4);
  expect(recoveries.report()[0]?.reconnects).toMatchObject([{ replayed: 2 }]);
});

test('gaps and closes are handed on', async () => {
  const { inner, sink } = await watched(new Recoveries());
  inner().gap(1, 5);
  inner().closed({ kind: 'server', message: 'bye' });
  expect(sink.gaps).toEqual([{ after: 1, oldest: 5 }]);
  expect(sink.closes).toHaveLength(1);
});
