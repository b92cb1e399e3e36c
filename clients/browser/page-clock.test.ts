import { expect, test } from 'vitest';
import { nowNs } from '../../bench/measure/clock.ts';
import { type Bounds, PageClock, tie } from './page-clock.ts';

const bounds = (earliestNs: number, latestNs: number): Bounds => ({ earliestNs, latestNs, exchanges: 100 });

test("the browser's word is taken where the bounds of both exchanges allow it", () => {
  const { zeroNs, reading } = tie(bounds(900_000, 1_100_000), bounds(950_000, 1_200_000), 1_000_000);
  expect(zeroNs).toBe(1_000_000);
  expect(reading).toEqual({ lessUs: 50, moreUs: 100, driftUs: 75, exchanges: 200, isToldByBrowser: true });
});

test('else the middle of the bounds is', () => {
  const { zeroNs, reading } = tie(bounds(0, 200_000), bounds(100_000, 300_000), 400_000);
  expect(zeroNs).toBe(150_000);
  expect(reading).toMatchObject({ lessUs: 50, moreUs: 50, isToldByBrowser: false });
});

test('a clock that drifted out of its bounds fails the cell', () => {
  expect(() => tie(bounds(0, 100_000), bounds(150_000, 250_000), 50_000)).toThrow('drifted by 50 µs or more');
});

test('the zero of a clock lies within the bounds of its exchanges', async () => {
  const clock = await PageClock.open();
  const zeroNs = nowNs() - 5e9;
  const stamp = () => (nowNs() - zeroNs) / 1e6;
  const { earliestNs, latestNs } = await clock.exchange(async (url, count) => {
    const [sentMs, answeredMs]: [number[], number[]] = [[], []];
    for (let sent = 0; sent < count; sent++) {
      sentMs.push(stamp());
      await (await fetch(url)).arrayBuffer();
      answeredMs.push(stamp());
    }
    return { sentMs, answeredMs };
  });
  await clock.close();
  expect(earliestNs).toBeLessThanOrEqual(zeroNs);
  expect(latestNs).toBeGreaterThanOrEqual(zeroNs);
});

test('a page that stamps other requests than came is an error', async () => {
  const clock = await PageClock.open();
  const ask = async () => ({ sentMs: [1], answeredMs: [2] });
  await expect(clock.exchange(ask)).rejects.toThrow('the page stamped 1 requests, and 0 came');
  await clock.close();
});
