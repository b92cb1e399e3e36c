import { describe, expect, test } from 'vitest';
import type { MeasureParams } from '../../bench/contract/calls.ts';
import { encodeEvent, MEASURED_CURSOR_BASE } from '../../bench/contract/event.ts';
import { range } from '../../bench/contract/test-support.ts';
import { nowNs } from '../../bench/measure/clock.ts';
import { mergeLatency } from '../../bench/measure/latency.ts';
import { Receiver } from './receiver.ts';

const PAYLOAD_BYTES = 100;
const US = 1e3;

/** A cell of 2 events to warm up and 4 that count. */
function openCell({ clients = 1, giveUpInMs = 60_000 } = {}) {
  const receiver = new Receiver();
  const sinks = range(1, clients).map(() => receiver.addClient(true));
  const startNs = nowNs();
  const params: MeasureParams = {
    startNs,
    warmupEvents: 2,
    windowEvents: 4,
    windowNs: [startNs, startNs],
    giveUpNs: startNs + giveUpInMs * 1e6,
    payloadBytes: PAYLOAD_BYTES,
  };
  const drained = receiver.start(params);
  /** Event `number` is due at `number` ms and received so many µs later. */
  const give = (number: number, { client = 0, latencyUs = 100, size = PAYLOAD_BYTES } = {}) =>
    sinks[client]?.event(
      encodeEvent(MEASURED_CURSOR_BASE + number, number * 1e3, 0.5, size).text,
      startNs + (number * 1e3 + latencyUs) * US,
    );
  return { receiver, sinks, drained, give };
}

const CLEAN = { expected: 4, delivered: 4, missing: 0, duplicated: 0, outOfOrder: 0, unexpected: 0 };

describe('a receiver', () => {
  test('that got all is drained, and has nothing to complain of', async () => {
    const { receiver, drained, give } = openCell({ clients: 3 });
    for (const seq of range(1, 6)) for (const client of range(0, 2)) give(seq, { client });
    await drained;
    expect(receiver.deliveries).toBe(18);
    expect(receiver.report()).toMatchObject({
      delivery: { ...CLEAN, expected: 12, delivered: 12 },
      negativeLatencies: 0,
    });
    expect(receiver.report().firstProblem).toBeUndefined();
  });

  test('gives up at its time, and says what is missing', async () => {
    const { receiver, drained, give } = openCell({ clients: 2, giveUpInMs: 1 });
    for (const seq of [1, 2, 3, 4, 5, 6]) give(seq);
    for (const seq of [1, 2, 4]) give(seq, { client: 1 });
    await drained;
    expect(receiver.report().delivery).toEqual({ ...CLEAN, expected: 8, delivered: 5, missing: 3 });
  });

  test.each([
    { case: 'a copy', seqs: [1, 2, 3, 3, 4, 5, 6], audit: { duplicated: 1 } },
    { case: 'a copy of the warm-up', seqs: [1, 1, 2, 3, 4, 5, 6], audit: { duplicated: 1 } },
    { case: 'a wrong order', seqs: [1, 2, 4, 3, 5, 6], audit: { outOfOrder: 1 } },
    { case: 'a loss in the warm-up', seqs: [2, 3, 4, 5, 6], audit: { unexpected: 1 } },
    { case: 'an event after the last', seqs: [1, 2, 3, 4, 5, 6, 7], audit: { unexpected: 1 } },
  ])('counts $case', ({ seqs, audit }) => {
    const { receiver, give } = openCell();
    for (const seq of seqs) give(seq);
    expect(receiver.report().delivery).toEqual({ ...CLEAN, ...audit });
  });

  test('counts a copy as no delivery, so that it does not stand in for a loss', async () => {
    const { receiver, give } = openCell();
    for (const seq of [1, 2, 3, 4, 5, 5]) give(seq);
    expect(receiver.deliveries).toBe(5);
    expect(receiver.report().delivery).toEqual({ ...CLEAN, delivered: 3, missing: 1, duplicated: 1 });
  });

  test.each([
    ['no event', 'hello'],
    ['another size', encodeEvent(MEASURED_CURSOR_BASE + 3, 3_000, 0.5, PAYLOAD_BYTES + 1).text],
    ['nothing', ''],
    ['numbered from 1', encodeEvent(3, 3_000, 0.5, PAYLOAD_BYTES).text],
  ])('takes a text that is %s for no delivery, and quotes it', (_name, text) => {
    const { receiver, sinks, give } = openCell();
    sinks[0]?.event(text, nowNs());
    for (const seq of range(1, 6)) give(seq);
    const report = receiver.report();
    expect(report.delivery).toEqual({ ...CLEAN, unexpected: 1 });
    expect(report.firstProblem).toBe(`not an event of this cell: ${text.slice(0, 80)}`);
  });

  test('counts a gap and a close that nobody asked for, and keeps the first problem', () => {
    const { receiver, sinks } = openCell({ clients: 2 });
    sinks[0]?.gap(3, 9);
    sinks[1]?.closed({ kind: 'error', code: 1006, message: 'gone' });
    const report = receiver.report();
    expect(report.delivery.unexpected).toBe(2 + 4);
    expect(report.firstProblem).toBe('events after 3 and before 9 left the ring');
  });

  test('does not mind a close once it was stopped', () => {
    const { receiver, sinks, give } = openCell();
    for (const seq of range(1, 6)) give(seq);
    receiver.stop();
    sinks[0]?.closed({ kind: 'server', message: 'bye' });
    expect(receiver.report().delivery).toEqual(CLEAN);
  });

  test('takes an event before the cell began for a problem', () => {
    const receiver = new Receiver();
    receiver.addClient(true).event(encodeEvent(MEASURED_CURSOR_BASE + 1, 0, 0.5, PAYLOAD_BYTES).text, nowNs());
    expect(() => receiver.report()).toThrow('does not measure yet');
    expect(receiver.deliveries).toBe(0);
  });

  test('records the latency of the window alone, by its halves, from the scheduled instant', () => {
    const { receiver, give } = openCell();
    for (const [index, latencyUs] of [9_000, 9_000, 100, 200, 300, 400].entries()) give(index + 1, { latencyUs });
    const [first, second] = receiver.report().latency.map((half) => mergeLatency([half]));
    expect(first).toMatchObject({ count: 2 });
    expect(first?.minUs).toBeCloseTo(100, 0);
    expect(first?.maxUs).toBeCloseTo(200, 0);
    expect(second).toMatchObject({ count: 2 });
    expect(second?.minUs).toBeCloseTo(300, 0);
    expect(second?.maxUs).toBeCloseTo(400, 0);
  });

  test('tells of an event that came before it was due, instead of hiding it', () => {
    const { receiver, give } = openCell();
    for (const seq of range(1, 6)) give(seq, { latencyUs: seq === 4 ? -50 : 50 });
    expect(receiver.report().negativeLatencies).toBe(1);
  });
});
