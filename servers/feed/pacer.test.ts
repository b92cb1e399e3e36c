import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quietSlots, slotGroupSize } from '../../bench/contract/arrivals.ts';
import type { Arrivals } from '../../bench/contract/result.ts';
import { range } from '../../bench/contract/test-support.ts';
import { dueBy, dueUs, pace, type Schedule } from './pacer.ts';

const spread = (slotShare: number): Arrivals => ({ process: 'spread', slotShare });
const independent = (slotGroupSize: number, quietSlots: number): Arrivals => ({
  process: 'independent',
  slotGroupSize,
  quietSlots,
});

const schedules = fc.record<Schedule>({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  eventsPerSecond: fc.oneof(
    fc.constantFrom(0.1, 1, 3, 7, 10, 60, 999, 1_000, 1_024, 100_000, 3e6),
    fc.double({ min: 0.01, max: 50_000, noNaN: true }),
  ),
  arrivals: fc.double({ min: 0, max: 1, noNaN: true }).map(spread),
});
/** Slots that share their events. */
const clustered = fc.record<Schedule>({
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  eventsPerSecond: fc.double({ min: 0.01, max: 5_000, noNaN: true }),
  arrivals: fc
    .tuple(fc.integer({ min: 2, max: 30 }), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))
    .map(([group, quiet]) => independent(group, quiet)),
});
/** The first events come in a burst. */
const bursting = fc
  .tuple(fc.oneof(schedules, clustered), fc.integer({ min: 1, max: 500 }), fc.double({ min: 1, max: 50, noNaN: true }))
  .map(([schedule, groups, speed]) => {
    const events = groups * slotGroupSize(schedule.arrivals);
    return { ...schedule, warmupBurst: { events, speed } };
  });
const all = fc.oneof(schedules, clustered, bursting);
const seqs = fc.oneof(fc.integer({ min: 1, max: 1_000 }), fc.integer({ min: 1, max: 100_000_000 }));

describe('an event is due', () => {
  test('in the first share of its own slot, at a whole µs', () => {
    fc.assert(
      fc.property(schedules, seqs, (schedule, seq) => {
        const slotUs = 1e6 / schedule.eventsPerSecond;
        const due = dueUs(schedule, seq);
        expect(Number.isInteger(due)).toBe(true);
        // Whole µs are rounded down.
        expect(due).toBeGreaterThanOrEqual(Math.floor((seq - 1) * slotUs));
        const slotShare = schedule.arrivals.process === 'spread' ? schedule.arrivals.slotShare : Number.NaN;
        expect(due).toBeLessThanOrEqual((seq - 1 + slotShare) * slotUs);
      }),
    );
  });

  test('of independent ones, in its group of slots, and nowhere in the quiet rest of them', () => {
    fc.assert(
      fc.property(clustered, seqs, (schedule, seq) => {
        const slotUs = 1e6 / schedule.eventsPerSecond;
        const slots = slotGroupSize(schedule.arrivals);
        const before = Math.floor((seq - 1) / slots) * slots;
        const due = dueUs(schedule, seq);
        expect(due).toBeGreaterThanOrEqual(Math.floor(before * slotUs));
        expect(due).toBeLessThanOrEqual((before + slots - quietSlots(schedule.arrivals)) * slotUs);
      }),
    );
  });

  test('in a burst, as much sooner as it is fast, and after it at the same pace as all others', () => {
    fc.assert(
      fc.property(bursting, fc.integer({ min: 1, max: 2_000 }), ({ warmupBurst, ...schedule }, seq) => {
        const slotUs = 1e6 / schedule.eventsPerSecond;
        const due = dueUs({ ...schedule, warmupBurst }, seq);
        const steady = dueUs(schedule, seq);
        const saved = warmupBurst.events * (1 - 1 / warmupBurst.speed) * slotUs;
        const expected = seq <= warmupBurst.events ? steady / warmupBurst.speed : steady - saved;
        expect(Math.abs(due - expected)).toBeLessThanOrEqual(2 + steady * 1e-9);
      }),
    );
  });

  test('of independent ones, at any place of its slots as often as at any other', () => {
    const schedule = { seed: 3, eventsPerSecond: 1e3, arrivals: independent(10, 0.5) };
    const tenths = Array.from({ length: 10 }, () => 0);
    for (const seq of range(1, 20_000)) {
      const tenth = Math.floor((dueUs(schedule, seq) % 10_000) / 950);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    // Five standard errors of a count of 2,000.
    for (const count of tenths) expect(Math.abs(count - 2_000)).toBeLessThan(5 * Math.sqrt(2_000));
  });

  test('never before the one ahead of it', () => {
    fc.assert(
      fc.property(all, seqs, (schedule, seq) => {
        expect(dueUs(schedule, seq + 1)).toBeGreaterThanOrEqual(dueUs(schedule, seq));
      }),
    );
  });

  test('at the same instant for the same seed, at others for another', () => {
    const schedule = { seed: 7, eventsPerSecond: 10, arrivals: spread(0.5) };
    const instants = (seed: number) => range(1, 50).map((seq) => dueUs({ ...schedule, seed }, seq));
    expect(instants(7)).toEqual(instants(7));
    expect(instants(7)).not.toEqual(instants(8));
    // What a published result was measured with.
    expect(instants(7).slice(0, 3)).toMatchInlineSnapshot(`
      [
        16960,
        148490,
        242468,
      ]
    `);
  });

  test('of independent ones, at instants that hold from version to version', () => {
    const schedule = { seed: 7, eventsPerSecond: 10, arrivals: independent(20, 0.5) };
    expect(range(1, 4).map((seq) => dueUs(schedule, seq))).toEqual([15_035, 80_569, 410_115, 495_226]);
  });

  test('at the start of its slot with no share of it', () => {
    const schedule = { seed: 1, eventsPerSecond: 4, arrivals: spread(0) };
    expect(range(1, 4).map((seq) => dueUs(schedule, seq))).toEqual([0, 250_000, 500_000, 750_000]);
  });
});

describe('pace', () => {
  // Events are due at 0, 100 000, 200 000 … µs.
  const schedule = { seed: 1, eventsPerSecond: 10, arrivals: spread(0) };

  test.each([
    { case: 'before the start', nowUs: -50, published: 0, atMost: 64, due: 0, waitUs: 50 },
    { case: 'at the start', nowUs: 0, published: 0, atMost: 64, due: 1, waitUs: 100_000 },
    { case: 'on time', nowUs: 100_000, published: 1, atMost: 64, due: 1, waitUs: 100_000 },
    { case: 'early', nowUs: 99_999, published: 1, atMost: 64, due: 0, waitUs: 1 },
    { case: 'late', nowUs: 130_000, published: 1, atMost: 64, due: 1, waitUs: 70_000 },
    { case: 'some events late', nowUs: 450_000, published: 1, atMost: 64, due: 4, waitUs: 50_000 },
    { case: 'far behind', nowUs: 60_000_000, published: 1, atMost: 64, due: 64, waitUs: 0 },
    { case: 'far behind, near the end', nowUs: 60_000_000, published: 1, atMost: 2, due: 2, waitUs: 0 },
    { case: 'as far behind as it may go at once', nowUs: 299_999, published: 1, atMost: 2, due: 2, waitUs: 1 },
    { case: 'a clock that stands still', nowUs: 100_000, published: 2, atMost: 64, due: 0, waitUs: 100_000 },
    { case: 'a clock that went back', nowUs: 50_000, published: 3, atMost: 64, due: 0, waitUs: 250_000 },
    { case: 'nothing allowed', nowUs: 100_000, published: 1, atMost: 0, due: 0, waitUs: 0 },
    { case: 'stopped', nowUs: 100_000, published: 5, atMost: -5, due: 0, waitUs: 400_000 },
  ])('$case: publishes $due, waits $waitUs µs', ({ nowUs, published, atMost, due, waitUs }) => {
    expect(pace(schedule, nowUs, published, atMost)).toEqual({ due, waitUs });
  });

  test('never skips and never repeats, however late it is called', () => {
    fc.assert(
      fc.property(all, fc.array(fc.double({ min: 0, max: 30, noNaN: true })), (anySchedule, steps) => {
        let nowUs = -10;
        let published = 0;
        for (const slots of steps) {
          nowUs += (slots * 1e6) / anySchedule.eventsPerSecond;
          for (;;) {
            const { due, waitUs } = pace(anySchedule, nowUs, published, 8);
            expect(due).toBeLessThanOrEqual(8);
            for (let n = 1; n <= due; n++) expect(dueUs(anySchedule, published + n)).toBeLessThanOrEqual(nowUs);
            published += due;
            if (waitUs > 0) break;
          }
          expect(dueUs(anySchedule, published + 1)).toBeGreaterThan(nowUs);
          expect(published).toBe(dueBy(anySchedule, nowUs));
        }
      }),
    );
  });
});

describe('dueBy', () => {
  test('counts the events whose instant has come', () => {
    fc.assert(
      fc.property(all, seqs, fc.integer({ min: -3, max: 3 }), (schedule, seq, offsetUs) => {
        const nowUs = dueUs(schedule, seq) + offsetUs;
        const count = dueBy(schedule, nowUs);
        if (count > 0) expect(dueUs(schedule, count)).toBeLessThanOrEqual(nowUs);
        expect(dueUs(schedule, count + 1)).toBeGreaterThan(nowUs);
      }),
    );
  });

  test.each([-1, -1e12])('is 0 at %d µs, before the start', (nowUs) => {
    expect(dueBy({ seed: 1, eventsPerSecond: 1_000, arrivals: spread(0.5) }, nowUs)).toBe(0);
  });
});
