/**
 * How long until the first event over a cold connection, and how many bytes: clients that connect one after another, each with
 * a cursor that leaves it one event, and close when they have it.
 *
 * Their number is fixed: with as many as fit, a faster lane would have more of them behind its figures. Some connect before the
 * window, uncounted: the code of both sides is then warm, and the connections alone are cold.
 */

import { HELD_CURSOR } from '../../bench/contract/child.ts';
import { MEASURED_CURSOR_BASE, readStamp } from '../../bench/contract/event.ts';
import { nowNs, sleepUntil } from '../../bench/measure/clock.ts';
import { LatencyRecorder } from '../../bench/measure/latency.ts';
import { type Load, type LoadSpec, NO_DELIVERIES, noLatency } from './load.ts';
import { type FirstEvent, type Opening, openOnce } from './opening.ts';
import { contextOf, isTimed } from './swarm.ts';

export function prepareOpenings(spec: LoadSpec): Load {
  const { transport, options, clients, firstClient, meter } = spec;
  const open = (number: number, giveUpNs: number) =>
    openOnce((sink, own) => {
      const track: typeof own.track = (socket) => {
        own.track(socket);
        meter.track(socket);
      };
      // Without a swarm no connection is shared.
      const context = { ...contextOf(spec, number), since: HELD_CURSOR, phase: 0, meter: { track }, swarm: undefined };
      return transport.connect(context, sink, options);
    }, giveUpNs);

  return {
    deliveries: 0,
    async run({ startNs, windowNs, giveUpNs, warmupEvents, payloadBytes }) {
      const stamp = { seq: 0, dueUs: 0 };
      const histogram = new LatencyRecorder();
      const opened = { count: 0, upBytes: 0, downBytes: 0 };
      let unexpected = 0;
      let firstProblem: string | undefined;
      const isItsEvent = (text: string) =>
        readStamp(text, stamp) && stamp.seq === MEASURED_CURSOR_BASE + warmupEvents && text.length === payloadBytes;
      /** @returns the client's first event, if it got exactly that; else, what went wrong is noted */
      const audit = ({ first, unexpected: others, problem }: Opening, label: string): FirstEvent | undefined => {
        const isOther = first !== undefined && !isItsEvent(first.text);
        const wrong = problem ?? (isOther ? `not its event: ${first.text.slice(0, 80)}` : undefined);
        unexpected += others + (isOther ? 1 : 0);
        if (wrong !== undefined) firstProblem ??= `${label}: ${wrong}`;
        return wrong === undefined ? first : undefined;
      };

      await sleepUntil(startNs);
      while (nowNs() < windowNs[0]) {
        if (!audit(await open(firstClient, giveUpNs), 'before the window')) unexpected++;
      }
      for (let number = firstClient; number < firstClient + clients && nowNs() < giveUpNs; number++) {
        const first = audit(await open(number, giveUpNs), `connection ${number + 1}`);
        if (!first) continue;
        opened.count++;
        opened.upBytes += first.wire.sentBytes;
        opened.downBytes += first.wire.receivedBytes;
        if (isTimed(spec, number)) histogram.record(first.elapsedNs);
      }
      const { count: delivered } = opened;
      const delivery = { ...NO_DELIVERIES, expected: clients, delivered, missing: clients - delivered, unexpected };
      return { delivery, ...noLatency(), opened: { ...opened, firstEvent: histogram.encode() }, firstProblem };
    },
    async close() {},
  };
}
