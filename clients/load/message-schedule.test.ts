import { describe, expect, test } from 'vitest';
import { range } from '../../bench/contract/test-support.ts';
import { type MessageSchedule, messagesOf, textOf } from './message-schedule.ts';

const MS = 1e6;
/** Three slots of 100 ms each, and two before them. */
const SCHEDULE: MessageSchedule = { warmup: 2, window: 3, slotShare: 0.5, windowNs: [1_000 * MS, 1_300 * MS], seed: 7 };
const CLIENTS = range(10, 59);

const all = (changes: Partial<MessageSchedule> = {}, clients = CLIENTS) => [
  ...messagesOf({ ...SCHEDULE, ...changes }, clients),
];

describe('messages of clients', () => {
  test('are one per client and slot, those before the window numbered from 0 down, in the order in which they are due', () => {
    const messages = all();
    for (const client of CLIENTS) {
      expect(messages.filter((one) => one.client === client).map(({ number }) => number)).toEqual([-1, 0, 1, 2, 3]);
    }
    expect(messages.map(({ dueNs }) => dueNs)).toEqual(messages.map(({ dueNs }) => dueNs).sort((a, b) => a - b));
  });

  test('fall into the middle of their slot, so that the ends of the window are quiet', () => {
    const shares = all().map(({ number, dueNs }) => (dueNs / MS - 1_000) / 100 - (number - 1));
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.25);
    expect(Math.max(...shares)).toBeLessThan(0.75);
    // All over it: clients are out of step, and so are the messages of one.
    expect(new Set(shares.map((share) => Math.floor(share * 20))).size).toBe(10);
    expect(new Set(all({}, [3]).map(({ dueNs }) => dueNs % (100 * MS))).size).toBe(5);
  });

  test('with no share of a slot are due in the middle', () => {
    expect(all({ slotShare: 0 }, [3]).map(({ dueNs }) => dueNs / MS)).toEqual([850, 950, 1_050, 1_150, 1_250]);
  });

  test('are the same for a client whichever worker it runs in, and others with another seed', () => {
    const [first, second] = [all({}, range(10, 29)), all({}, range(30, 59))];
    const inOrder = [...first, ...second].sort((a, b) => a.dueNs - b.dueNs);
    expect(inOrder).toEqual(all());
    expect(all({ seed: 8 })).not.toEqual(all());
  });
});

describe('the text of a message', () => {
  test.each([64, 128, 65_534])('is %i bytes long, and in JSON no longer than that and its quotes', (payloadBytes) => {
    for (const message of all()) {
      const text = textOf(message, 900 * MS, payloadBytes);
      expect(Buffer.byteLength(text)).toBe(payloadBytes);
      expect(JSON.stringify(text)).toHaveLength(payloadBytes + 2);
    }
  });

  test('names its sender, its number and its due instant, and differs from all others', () => {
    const texts = all().map((message) => textOf(message, 900 * MS, 64));
    expect(new Set(texts).size).toBe(texts.length);
    expect(textOf({ client: 12, number: 3, dueNs: 1_250 * MS, random: 0.5 }, 900 * MS, 64)).toMatch(
      /^12 3 350000 \S+$/,
    );
  });
});
