import { build, decodeFromCompressedBase64, encodeIntoCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, test } from 'vitest';
import { InvalidResult } from '../../contract/result.ts';
import { failed, makeResult, POINT } from '../../tests/fixture.ts';
import { histogramFiles } from './histograms.ts';

const recorded = (valuesNs: readonly number[]): string => {
  const histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600e9,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 64,
  });
  for (const value of valuesNs) histogram.recordValue(value);
  return encodeIntoCompressedBase64(histogram);
};

const filesOf = (histogram: string, lanes = ['beta'], points = [POINT]) =>
  histogramFiles(
    makeResult({ lanes, points, rounds: 2, change: (cell) => ({ ...cell, latency: { ...cell.latency, histogram } }) }),
  );

describe('a distribution', () => {
  test.each([
    ['of many values', Array.from({ length: 5_000 }, (_, at) => 40_000 + ((at * 7_919) % 3_000_017) ** 1.2)],
    ['with zeros after the point', [59_000, 1_031_000, 2_005_000]],
    ['of one value', [1_000_000]],
    ['of equal values', Array.from({ length: 64 }, () => 2_500_000)],
    ['of none', []],
  ])('%s is what the library prints, in ms', (_, valuesNs) => {
    const text = recorded(valuesNs);
    const expected = decodeFromCompressedBase64(text, 64, false).outputPercentileDistribution(5, 1e6);
    const [, file = ''] = filesOf(text)[0] ?? [];
    expect(file.slice(0, expected.length)).toBe(expected);
  });

  test('tells its unit and its cell in a line that plotters skip', () => {
    const [, file = ''] = filesOf(recorded([1e6]))[1] ?? [];
    expect(file.split('\n').at(-2)).toMatch(/^#\[Unit {4}= +ms, .*beta.*round 2/);
  });
});

describe('a file', () => {
  const points = [POINT, { ...POINT, eventsPerSecond: 0.5 }, { ...POINT, pollIntervalMs: 40 }];

  test('is named by scenario, point, lane and round', () => {
    expect(filesOf(recorded([1e6]))[0]?.[0]).toBe(
      'histograms/spread-10-clients-20-events-s-128-b-payload-browser-headers-beta-round-1.hgrm',
    );
  });

  test('has a name of its own that every file system takes', () => {
    const lanes = ['Con', 'CON', 'a/../../b', 'a:b', 'ä'.repeat(300), 'x'.repeat(300), `${'x'.repeat(300)}y`, '..'];
    const names = filesOf(recorded([1e6]), lanes, points).map(([path]) => path);
    expect(names).toHaveLength(lanes.length * points.length * 2);
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^histograms\/[a-z0-9][a-z0-9-]{0,180}\.hgrm$/);
  });

  test('is there for each completed cell, and for none that failed', () => {
    const histogram = recorded([1e6]);
    const result = makeResult({
      change: (cell) => (cell.order === 1 ? failed(cell) : { ...cell, latency: { ...cell.latency, histogram } }),
    });
    expect(histogramFiles(result)).toHaveLength(result.cells.length - 1);
  });
});

test('a histogram that can not be read is named', () => {
  const result = makeResult({ lanes: ['beta'], rounds: 2 });
  const cells = result.cells.map((cell) =>
    cell.state === 'completed' ? { ...cell, latency: { ...cell.latency, histogram: 'AAAA' } } : cell,
  );
  expect(() => histogramFiles({ ...result, cells })).toThrow(InvalidResult);
  expect(() => histogramFiles({ ...result, cells })).toThrow(/latency\.histogram of beta in spread, round 1/);
});
