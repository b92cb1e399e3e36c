import { expect, test } from 'vitest';
import type { EncodedEvent } from '../../bench/contract/event.ts';
import type { Alarm } from '../../bench/measure/alarm.ts';
import { Ticker } from './ticker.ts';

const PACE = { eventsPerSecond: 10, payloadBytes: 128, isSilent: false };

/** Rings when the test says so. */
function makeTicker() {
  let ring: (() => void) | undefined;
  const dueNs: number[] = [];
  const alarm: Alarm = {
    at(targetNs, callback) {
      dueNs.push(targetNs);
      ring = callback;
    },
    spunNs: 0,
    close: async () => {},
  };
  const ticker = new Ticker(PACE, 1, alarm);
  const events: EncodedEvent[] = [];
  ticker.log.subscribe((event) => events.push(event));
  return { ticker, events, dueNs, ring: () => ring?.() };
}

test('numbers its events without gaps, whatever is changed, and `due` counts from its start', () => {
  const { ticker, events, dueNs, ring } = makeTicker();
  ring();
  ticker.pace = { ...PACE, eventsPerSecond: 100, payloadBytes: 512 };
  for (let count = 0; count < 3; count++) ring();
  expect(events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(events.map(({ bytes }) => bytes.length)).toEqual([128, 512, 512, 512]);
  const rung = [dueNs[0], ...dueNs.slice(2)];
  for (const [at, { dueUs }] of events.entries()) expect(rung[at]).toBe(ticker.startNs + dueUs * 1e3);
});

test('keeps its rate: a slot of 1/rate each, and the event in its first half', () => {
  const { events, ring } = makeTicker();
  for (let count = 0; count < 20; count++) ring();
  for (const [at, { dueUs }] of events.entries()) {
    expect(dueUs).toBeGreaterThanOrEqual(at * 100_000);
    expect(dueUs).toBeLessThan((at + 0.5) * 100_000);
  }
});

test('says nothing while it is silent or stopped, and goes on after a silence', () => {
  const { ticker, events, ring } = makeTicker();
  ticker.pace = { ...PACE, isSilent: true };
  ring();
  expect(events).toEqual([]);
  ticker.pace = PACE;
  ring();
  expect(events.map(({ seq }) => seq)).toEqual([1]);
  ticker.stop();
  ring();
  expect(events).toHaveLength(1);
});

test('forgets what it holds, not where it stands', () => {
  const { ticker, ring } = makeTicker();
  for (let count = 0; count < 5; count++) ring();
  const before = ticker.log;
  ticker.forget();
  expect(ticker.log.lastSeq).toBe(5);
  expect(ticker.log.gapAfter(2)).toEqual({ after: 2, oldest: 6 });
  ring();
  expect(ticker.log.lastSeq).toBe(6);
  expect(before.lastSeq).toBe(5);
});
