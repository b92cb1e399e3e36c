import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LatencyRecorder, mergeLatency } from './latency.ts';
import { countAbove, decodeLatency, mergeCounts, valueAtShareNs } from './latency-counts.ts';

const someNs = fc.array(fc.integer({ min: 1, max: 60e9 }), { minLength: 1, maxLength: 200 });

function encoded(valuesNs: readonly number[]): string {
  const recorder = new LatencyRecorder();
  for (const value of valuesNs) recorder.record(value);
  return recorder.encode();
}

describe('counts of latency histograms', () => {
  it('have the percentiles that the histograms have when they are merged', () => {
    fc.assert(
      fc.property(fc.array(someNs, { minLength: 1, maxLength: 5 }), (cells) => {
        const texts = cells.map(encoded);
        const merged = mergeCounts(texts.map(decodeLatency));
        const summary = mergeLatency(texts);
        const us = (share: number) => valueAtShareNs(merged, share) / 1e3;
        expect([us(0.5), us(0.9), us(0.95), us(0.99), us(0.999)]).toEqual([
          summary.p50Us,
          summary.p90Us,
          summary.p95Us,
          summary.p99Us,
          summary.p999Us,
        ]);
        expect(merged.total).toBe(summary.count);
      }),
    );
  });

  it('know how many are above a value: at a percentile, no more than the rest', () => {
    fc.assert(
      fc.property(someNs, fc.double({ min: 0, max: 1, noNaN: true }), (valuesNs, share) => {
        const counts = decodeLatency(encoded(valuesNs));
        const above = countAbove(counts, valueAtShareNs(counts, share));
        expect(above).toBeLessThanOrEqual((1 - share) * valuesNs.length + 1e-6);
        expect(countAbove(counts, 0)).toBe(valuesNs.length);
      }),
    );
  });

  it('end at the least and the most, and have no value where nothing was counted', () => {
    const counts = decodeLatency(encoded([10, 20, 30]));
    expect([-1, 0, 1 / 3, 0.34, 1, 2].map((share) => valueAtShareNs(counts, share))).toEqual([10, 10, 10, 20, 30, 30]);
    expect(valueAtShareNs(mergeCounts([]), 0.5)).toBeNaN();
    expect(decodeLatency(encoded([]))).toEqual({ valuesNs: [], upTo: [], total: 0 });
  });

  it('are not rounded to the next value by the way a share is written', () => {
    const counts = decodeLatency(encoded(Array.from({ length: 100 }, (_, at) => at + 1)));
    expect(valueAtShareNs(counts, 0.07)).toBe(7);
  });

  it('are refused where the text is no histogram', () => {
    expect(() => decodeLatency('nothing')).toThrow();
  });
});
