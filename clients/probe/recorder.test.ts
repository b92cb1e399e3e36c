import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { encodeEvent, MEASURED_CURSOR_BASE } from '../../bench/contract/event.ts';
import { ProbeRecorder } from './recorder.ts';
import type { RunDelay } from './run-delay.ts';
import { Turns } from './turns.ts';

/** Of the event with this number in its cell. */
const textOf = (n: number) => encodeEvent(MEASURED_CURSOR_BASE + n, n * 1e3, 0.5, 100).text;
const seqsOf = (...numbers: readonly number[]) => numbers.map((n) => MEASURED_CURSOR_BASE + n);

function open(totals: (number | null)[] = []) {
  const turns = new Turns({ totalNs: () => totals.shift() ?? null, close() {} } as unknown as RunDelay);
  const recorder = new ProbeRecorder(turns, 2);
  recorder.start({ warmupEvents: 2, windowEvents: 3 });
  return { turns, recorder };
}

describe('the record of probes', () => {
  test('has each delivery of the window once, with its turn', async () => {
    const { turns, recorder } = open([0, 5, 10, 30, 40]);
    const firstIdleNs = turns.idleSinceNs;
    recorder.event(0, textOf(3), 1_000);
    recorder.event(1, textOf(3), 1_200);
    await nextTurn();
    const secondIdleNs = turns.idleSinceNs;
    recorder.event(1, textOf(4), 2_000);
    await nextTurn();
    expect(recorder.report()).toEqual({
      clients: [0, 1, 1],
      seqs: seqsOf(3, 3, 4),
      dueUs: [3_000, 3_000, 4_000],
      receivedNs: [1_000, 1_200, 2_000],
      turnStartNs: [1_000, 1_000, 2_000],
      idleSinceNs: [firstIdleNs, firstIdleNs, secondIdleNs],
      runDelayNs: [5, 5, 20],
    });
  });

  test('leaves out warm-up, what comes after the window, what came before, and what is no event', async () => {
    const { recorder } = open();
    for (const n of [1, 2, 3, 4, 4, 3, 5, 6]) recorder.event(0, textOf(n), 1_000);
    recorder.event(0, 'x', 1_000);
    await nextTurn();
    expect(recorder.report().seqs).toEqual(seqsOf(3, 4, 5));
  });

  test('takes a stamp from before the turn, of a client that inflates, for its beginning', async () => {
    const { turns, recorder } = open();
    turns.begin(5_000);
    recorder.event(0, textOf(3), 4_000);
    await nextTurn();
    expect(recorder.report()).toMatchObject({ receivedNs: [4_000], turnStartNs: [4_000] });
  });

  test('has no run delays where the kernel tells none', async () => {
    const { recorder } = open();
    recorder.event(0, textOf(3), 1_000);
    await nextTurn();
    expect(recorder.report().runDelayNs).toBeNull();
  });
});
