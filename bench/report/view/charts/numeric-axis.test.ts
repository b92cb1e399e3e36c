import { describe, expect, test } from 'vitest';
import { settingsAxis, valuesAxis } from './numeric-axis.ts';

const MS = { unit: 'ms', factor: 1e3 };
const gaps = (places: readonly number[]) => places.slice(1).map((place, at) => place - (places[at] ?? 0));

describe('an axis of settings', () => {
  test('has a tick for each number once, at its place', () => {
    const { ticks, placeOf, scale, title } = settingsAxis(
      { name: 'RTT', unit: 'ms', covaries: undefined },
      [100, 0, 20, 20],
    );
    expect(ticks).toEqual([0, 20, 100].map((value) => ({ at: placeOf(value), text: String(value) })));
    expect([scale, title]).toEqual(['linear', 'RTT, ms']);
  });

  test('is logarithmic beyond a decade: equal factors are equally far apart', () => {
    const {
      ticks = [],
      scale,
      title,
    } = settingsAxis({ name: 'Clients', unit: '', covaries: undefined }, [1, 10, 100, 1_000]);
    for (const gap of gaps(ticks.map(({ at }) => at))) expect(gap).toBeCloseTo(1, 12);
    expect([scale, title]).toEqual(['log', 'Clients (logarithmic)']);
  });

  test('has zero a step before the least where it is logarithmic, and says so', () => {
    const { ticks = [], title } = settingsAxis({ name: 'Rate', unit: 'events/s', covaries: undefined }, [0, 1, 100]);
    for (const gap of gaps(ticks.map(({ at }) => at))) expect(gap).toBeCloseTo(2, 12);
    expect(title).toBe('Rate, events/s (logarithmic, 0 set apart)');
  });

  test('says what changes in step with it', () => {
    expect(settingsAxis({ name: 'Clients', unit: '', covaries: 'rate' }, [1, 2]).title).toBe('Clients; rate in step');
  });

  test('holds all of its ticks with room at both ends, even a single one', () => {
    for (const values of [[5], [0, 1], [1, 20, 400]]) {
      const { ticks = [], range } = settingsAxis({ name: 'Payload', unit: 'B', covaries: undefined }, values);
      expect(range[0]).toBeLessThan(ticks[0]?.at ?? 0);
      expect(range[1]).toBeGreaterThan(ticks.at(-1)?.at ?? 0);
    }
  });
});

describe('an axis of values', () => {
  test('is logarithmic where they span more than a decade, or where that is preferred', () => {
    expect(valuesAxis('CPU', MS, [1, 9], 'linear')).toMatchObject({ scale: 'linear', range: [0, 9] });
    expect(valuesAxis('CPU', MS, [1, 11], 'linear')).toMatchObject({ scale: 'log', title: 'CPU, ms' });
    expect(valuesAxis('CPU', MS, [1, 9], 'log')).toMatchObject({ scale: 'log' });
  });

  test('is linear where one is not positive: a logarithm has no place for it', () => {
    expect(valuesAxis('Overhead', MS, [-4, 900], 'log')).toMatchObject({ scale: 'linear', range: [-4, 900] });
    expect(valuesAxis('Overhead', MS, [0, 900], 'linear')).toMatchObject({ scale: 'linear', range: [0, 900] });
  });
});
