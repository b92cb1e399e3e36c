import { describe, expect, it } from 'vitest';
import type { Point } from '../contract/result.ts';
import { eventWaitMs, openingMs, openingsMs, retransmissionMs } from './timeouts.ts';

const near: Point = { clients: 200, eventsPerSecond: 20, payloadBytes: 952, headers: 'minimal' };
const pushed = {};
const polled = { polls: 'timed', idlePeriodMs: 1_000 } as const;

describe('an event', () => {
  it('waits as long as its lane lets it where there is no distance', () => {
    expect(eventWaitMs(pushed, near)).toBe(0);
    expect(eventWaitMs(polled, near)).toBe(1_000);
  });

  it('waits two round trips more over a distance: one under way when it comes, and its own', () => {
    expect(eventWaitMs(pushed, { ...near, rttMs: 100 })).toBe(200);
    expect(eventWaitMs(polled, { ...near, rttMs: 100, jitterMs: 5 })).toBe(1_220);
  });

  it('waits for its bytes and their heads where there is a bandwidth', () => {
    expect(eventWaitMs(pushed, { ...near, rttMs: 0, bandwidthBitsPerSecond: 24_000 })).toBe(2_000);
  });

  it("waits for those of all clients where they share the kernel's", () => {
    const shared: Point = { ...near, clients: 5, rttMs: 0, bandwidthBitsPerSecond: 24_000, link: 'netem' };
    expect(eventWaitMs(pushed, shared)).toBe(10_000);
  });
});

it('opening takes two round trips for as many clients as are opened at a time', () => {
  expect(openingMs(near)).toBe(0);
  expect(openingMs({ ...near, rttMs: 100 })).toBe(4 * 200);
  expect(openingMs({ ...near, clients: 1, rttMs: 100 })).toBe(200);
});

it('connections opened one after another take four round trips each, and some work; workers share them', () => {
  expect(openingsMs(near, 1)).toBe(200 * 10);
  expect(openingsMs({ ...near, rttMs: 100 }, 1)).toBe(200 * 410);
  expect(openingsMs({ ...near, clients: 5, rttMs: 100 }, 2)).toBe(3 * 410);
});

it('losses hold a segment up for as long as TCP repeats it, until hardly any is lost once more', () => {
  expect(retransmissionMs(near)).toBe(0);
  expect(retransmissionMs({ ...near, lossPercent: 0 })).toBe(0);
  expect(retransmissionMs({ ...near, lossPercent: 0.1 })).toBe(1_000 + 2_000);
  expect(retransmissionMs({ ...near, lossPercent: 1 })).toBe(1_000 + 2_000 + 4_000);
  expect(retransmissionMs({ ...near, lossPercent: 5 })).toBe(31_000);
});
