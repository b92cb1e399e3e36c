import { describe, expect, onTestFinished, test } from 'vitest';
import type { EncodedEvent } from '../../bench/contract/event.ts';
import { eventOf, eventually, range } from '../../bench/contract/test-support.ts';
import { createAlarm } from '../../bench/measure/alarm.ts';
import { ManualTime } from '../../bench/measure/test-time.ts';
import { cursorBaseAt, EventLog, Feed, type FeedOptions, MAX_SERVED_RATE } from './feed.ts';
import { dueUs } from './pacer.ts';

const OPTIONS: FeedOptions = {
  seed: 7,
  eventsPerSecond: 10,
  arrivals: { process: 'spread', slotShare: 0.5 },
  payloadBytes: 100,
};
const SECOND = 1e9;
const START_NS = 5 * SECOND;

function openFeed(options: Partial<FeedOptions> = {}, nowNs = 0) {
  const time = new ManualTime(nowNs);
  const feed = new Feed({ ...OPTIONS, ...options }, time, time.clock);
  const told: EncodedEvent[] = [];
  feed.subscribe((event) => told.push(event));
  onTestFinished(() => feed.stop());
  return { time, feed, told, seqs: () => told.map(({ seq }) => seq) };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('a feed', () => {
  test('says nothing before its start', () => {
    const { time, feed, told } = openFeed();
    feed.start(START_NS);
    time.advanceTo(START_NS - 1);
    expect(told).toEqual([]);
    expect(feed.lastSeq).toBe(0);
  });

  test('publishes each event at its instant, each of the size asked for', () => {
    const { time, feed, told } = openFeed({ payloadBytes: 200 });
    const lags: number[] = [];
    feed.start(START_NS, Number.POSITIVE_INFINITY, (lagNs) => lags.push(lagNs));
    for (const seq of range(1, 30)) {
      const instant = START_NS + dueUs(OPTIONS, seq) * 1e3;
      time.advanceTo(instant - 1);
      expect(feed.lastSeq).toBe(seq - 1);
      time.advanceTo(instant);
      expect(feed.lastSeq).toBe(seq);
      expect(told.at(-1)).toMatchObject({ seq, dueUs: dueUs(OPTIONS, seq) });
      expect(told.at(-1)?.bytes).toHaveLength(200);
    }
    expect(lags).toEqual(range(1, 30).map(() => 0));
    expect(time.rings).toBe(30);
  });

  test('with a cursor base numbers its events from there, and changes nothing else of them', () => {
    const BASE = 1_000_000;
    const plain = openFeed();
    const based = openFeed({ cursorBase: BASE });
    expect(based.feed.lastSeq).toBe(BASE);
    for (const { feed, time } of [plain, based]) {
      feed.start(START_NS, 30);
      time.advanceTo(START_NS + 4 * SECOND);
    }
    expect(based.seqs()).toEqual(range(BASE + 1, BASE + 30));
    const rest = ({ dueUs, text }: EncodedEvent) => ({ dueUs, price: /"price":[\d.]+/.exec(text)?.[0] });
    expect(based.told.map(rest)).toEqual(plain.told.map(rest));
    expect(based.feed.since(BASE + 28)).toEqual(based.told.slice(-2));
    expect(based.feed.gapAfter(BASE)).toBeUndefined();
    expect(based.feed.gapAfter(0)).toEqual({ after: 0, oldest: BASE + 1 });
  });

  test('with a cursor base has its past from there', () => {
    const BASE = 1_000_000;
    const { feed } = openFeed({ cursorBase: BASE, ring: { events: 4, bytes: 1e6 } }, START_NS + 2 * SECOND);
    feed.start(START_NS, 10);
    expect(feed.since(BASE).map(({ seq }) => seq)).toEqual(range(BASE + 7, BASE + 10));
  });

  test('encodes an event once, for all who listen', () => {
    const { time, feed, told } = openFeed();
    const others: EncodedEvent[] = [];
    feed.subscribe((event) => others.push(event));
    feed.start(START_NS);
    time.advanceTo(START_NS + SECOND);
    expect(others).toHaveLength(10);
    for (const [index, event] of others.entries()) {
      expect(event).toBe(told[index]);
      expect(event).toBe(feed.since(index)[0]);
    }
  });

  test('that is late catches up with what is due, skips nothing, and says how late', async () => {
    const { time, feed, seqs } = openFeed();
    const lags: number[] = [];
    feed.start(START_NS, Number.POSITIVE_INFINITY, (lagNs) => lags.push(lagNs));
    time.oversleepTo(START_NS + 3 * SECOND);
    expect(seqs()).toEqual(range(1, 30));
    expect(lags).toEqual(range(1, 30).map((seq) => 3 * SECOND - dueUs(OPTIONS, seq) * 1e3));
    // And goes on in time.
    time.advanceTo(START_NS + 4 * SECOND);
    expect(seqs()).toEqual(range(1, 40));
  });

  test('that is far behind publishes a bounded number a turn, so that its server can work between', async () => {
    const { time, feed, seqs } = openFeed();
    feed.start(START_NS);
    time.oversleepTo(START_NS + 20 * SECOND);
    expect(feed.lastSeq).toBe(64);
    await nextTurn();
    expect(feed.lastSeq).toBe(128);
    await eventually(() => expect(feed.lastSeq).toBe(200));
    await nextTurn();
    expect(seqs()).toEqual(range(1, 200));
    expect(time.target?.ns).toBe(START_NS + dueUs(OPTIONS, 201) * 1e3);
  });

  test('whose clock stands still publishes nothing twice', () => {
    const { time, feed, seqs } = openFeed();
    feed.start(START_NS);
    time.advanceTo(START_NS + SECOND);
    for (const _ of range(1, 5)) time.oversleepTo(START_NS + SECOND);
    expect(seqs()).toEqual(range(1, 10));
  });

  test('ends with its last event', () => {
    const { time, feed, seqs } = openFeed();
    feed.start(START_NS, 5);
    time.advanceTo(START_NS + 10 * SECOND);
    expect(seqs()).toEqual(range(1, 5));
    expect(time.target).toBeUndefined();
  });

  test('that is far behind ends with its last event', async () => {
    const { time, feed, seqs } = openFeed();
    feed.start(START_NS, 100);
    time.oversleepTo(START_NS + 60 * SECOND);
    await eventually(() => expect(feed.lastSeq).toBe(100));
    await nextTurn();
    await nextTurn();
    expect(seqs()).toEqual(range(1, 100));
    expect(time.target).toBeUndefined();
  });

  test('publishes nothing more once stopped', async () => {
    const { time, feed, seqs } = openFeed();
    feed.start(START_NS);
    time.advanceTo(START_NS + SECOND);
    feed.stop();
    time.advanceTo(START_NS + 10 * SECOND);
    expect(seqs()).toEqual(range(1, 10));
    expect(time.target).toBeUndefined();
  });

  test('that is stopped while it catches up stops there', async () => {
    const { time, feed } = openFeed();
    feed.start(START_NS);
    time.oversleepTo(START_NS + 60 * SECOND);
    feed.stop();
    await nextTurn();
    await nextTurn();
    expect(feed.lastSeq).toBe(64);
  });
});

describe('a feed that starts in the past', () => {
  test.each([
    { case: 'a little', seconds: 2, ring: { events: 4096, bytes: 1e6 } },
    { case: 'more than its ring holds', seconds: 30, ring: { events: 50, bytes: 1e6 } },
    { case: 'more bytes than its ring holds', seconds: 30, ring: { events: 50, bytes: 1_050 } },
  ])('has the same past as one that lived through it: $case', ({ seconds, ring }) => {
    const lived = openFeed({ ring });
    lived.feed.start(START_NS);
    lived.time.advanceTo(START_NS + seconds * SECOND);
    const restarted = openFeed({ ring }, START_NS + seconds * SECOND);
    restarted.feed.start(START_NS);

    expect(restarted.feed.lastSeq).toBe(seconds * 10);
    expect(restarted.feed.lastSeq).toBe(lived.feed.lastSeq);
    expect(restarted.feed.since(0)).toEqual(lived.feed.since(0));
    expect(restarted.feed.gapAfter(0)).toEqual(lived.feed.gapAfter(0));
    expect(restarted.told).toEqual([]);

    for (const { time } of [lived, restarted]) time.advanceTo(START_NS + (seconds + 2) * SECOND);
    expect(restarted.seqs()).toEqual(range(seconds * 10 + 1, seconds * 10 + 20));
    expect(restarted.feed.since(0)).toEqual(lived.feed.since(0));
  });

  test('publishes what is due in this very µs to nobody twice, whatever the rate', () => {
    for (const eventsPerSecond of [3, 7, 1_024]) {
      const options: FeedOptions = { ...OPTIONS, eventsPerSecond, arrivals: { process: 'spread', slotShare: 0 } };
      for (const seq of range(1, 20)) {
        const { feed, told } = openFeed(options, START_NS + dueUs(options, seq) * 1e3);
        feed.start(START_NS);
        expect(feed.lastSeq).toBe(seq);
        expect(told).toEqual([]);
      }
    }
  });

  test('and whose last event is past has them all and no alarm', () => {
    const { time, feed, told } = openFeed({}, START_NS + 100 * SECOND);
    feed.start(START_NS, 20);
    expect(feed.lastSeq).toBe(20);
    expect(told).toEqual([]);
    expect(time.target).toBeUndefined();
  });
});

test('two feeds of one seed say the same; of two seeds they do not', () => {
  const say = (seed: number) => {
    const { time, feed, told } = openFeed({ seed });
    feed.start(START_NS);
    time.advanceTo(START_NS + 2 * SECOND);
    return told.map(({ text }) => text);
  };
  expect(say(7)).toEqual(say(7));
  expect(say(7)).not.toEqual(say(8));
});

test('a feed over a real alarm publishes all of its events, and lets go', async () => {
  const alarm = await createAlarm();
  onTestFinished(() => alarm.close());
  const feed = new Feed({ ...OPTIONS, eventsPerSecond: 500 }, alarm);
  const seqs: number[] = [];
  feed.subscribe(({ seq }) => seqs.push(seq));
  const lags: number[] = [];
  const [seconds, nanoseconds] = process.hrtime();
  feed.start(seconds * 1e9 + nanoseconds + 10e6, 50, (lagNs) => lags.push(lagNs));
  await eventually(() => expect(seqs).toEqual(range(1, 50)));
  expect(lags.every((lagNs) => lagNs >= 0)).toBe(true);
});

describe('an event log', () => {
  test('tells those who listen, in their order, until they stop', () => {
    const log = new EventLog();
    const heard: string[] = [];
    const stopA = log.subscribe(({ seq }) => heard.push(`a${seq}`));
    const stopB = log.subscribe(({ seq }) => heard.push(`b${seq}`));
    expect(log.subscriberCount).toBe(2);
    log.publish(eventOf(1));
    stopA();
    stopA();
    log.publish(eventOf(2));
    stopB();
    log.publish(eventOf(3));
    expect(heard).toEqual(['a1', 'b1', 'b2']);
    expect(log.subscriberCount).toBe(0);
    expect(log.lastSeq).toBe(3);
  });

  test('holds an event before it tells of it', () => {
    const log = new EventLog();
    log.subscribe(({ seq }) => {
      expect(log.lastSeq).toBe(seq);
      expect(log.since(seq - 1)).toHaveLength(1);
    });
    for (const seq of range(1, 3)) log.publish(eventOf(seq));
  });

  test('knows what a cursor lost', () => {
    const log = new EventLog({ events: 3, bytes: 1e6 });
    expect(log.gapAfter(0)).toBeUndefined();
    for (const seq of range(1, 10)) log.publish(eventOf(seq));
    expect(log.gapAfter(0)).toEqual({ after: 0, oldest: 8 });
    expect(log.gapAfter(6)).toEqual({ after: 6, oldest: 8 });
    for (const seq of [7, 10, 11, 1_000]) expect(log.gapAfter(seq)).toBeUndefined();
  });
});

describe('a feed that begins anew', () => {
  const HOUR_MS = 3_600_000;

  test('numbers its events above all of those before it, however fast they came', () => {
    const before = cursorBaseAt(HOUR_MS);
    expect(before + MAX_SERVED_RATE * 60).toBeLessThanOrEqual(cursorBaseAt(HOUR_MS + 60_000));
    expect(Number.isSafeInteger(cursorBaseAt(Date.UTC(2200, 0)))).toBe(true);
  });

  test('tells a client with an earlier cursor of a gap, and gives one with the cursor 0 all', () => {
    const { feed, time } = openFeed({ cursorBase: 1_000 });
    feed.start(START_NS);
    expect(feed.cursorOf(0)).toBe(1_000);
    expect(feed.gapAfter(feed.cursorOf(0))).toBeUndefined();
    time.advanceTo(START_NS + 2 * SECOND);
    expect(feed.gapAfter(51)).toEqual({ after: 51, oldest: 1_001 });
    expect(feed.since(feed.cursorOf(0)).map(({ seq }) => seq)).toEqual(range(1_001, 1_020));
    expect(feed.cursorOf(7)).toBe(7);
  });
});
