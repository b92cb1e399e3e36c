/**
 * Latency histograms: HdrHistogram, three significant digits, values recorded in nanoseconds and reported in microseconds.
 * The WebAssembly build takes about 20 ns a record where plain JavaScript takes 130 ns.
 */
import * as hdr from 'hdr-histogram-js';
import type { CompletedCell } from '../contract/result.ts';

const HIGHEST_NS = 3_600e9;

/** All zero when the histogram is empty. */
export type LatencySummary = CompletedCell['latency'];

hdr.initWebAssemblySync();

/** A class: closures of each recorder would make its callers' calls polymorphic. */
export class LatencyRecorder {
  readonly #histogram = createHistogram();
  #negativeCount = 0;

  /** A negative value is a defect of the measurement: it is counted apart and never clamped. */
  record(latencyNs: number): void {
    if (latencyNs < 0) this.#negativeCount++;
    else this.#histogram.recordValue(Math.min(latencyNs, HIGHEST_NS));
  }

  get negativeCount(): number {
    return this.#negativeCount;
  }

  encode(): string {
    return hdr.encodeIntoCompressedBase64(this.#histogram);
  }

  summary(): LatencySummary {
    return summarise(this.#histogram);
  }
}

/** Merges histograms that {@link LatencyRecorder.encode} wrote. */
export function mergeLatency(encoded: readonly string[]): LatencySummary {
  const merged = createHistogram();
  for (const text of encoded) {
    const one = hdr.decodeFromCompressedBase64(text, 64, true);
    merged.add(one);
    one.destroy();
  }
  const summary = summarise(merged);
  merged.destroy();
  return summary;
}

/** Its memory is WebAssembly's, and is not collected: `destroy` frees it. */
function createHistogram(): hdr.Histogram {
  return hdr.build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: HIGHEST_NS,
    numberOfSignificantValueDigits: 3,
    bitBucketSize: 64,
    useWebAssembly: true,
  });
}

function summarise(histogram: hdr.Histogram): LatencySummary {
  const empty = histogram.totalCount === 0;
  const us = (ns: number) => (empty ? 0 : ns / 1e3);
  const percentile = (percent: number) => us(histogram.getValueAtPercentile(percent));
  return {
    count: histogram.totalCount,
    minUs: us(histogram.minNonZeroValue),
    meanUs: us(histogram.mean),
    p50Us: percentile(50),
    p90Us: percentile(90),
    p95Us: percentile(95),
    p99Us: percentile(99),
    p999Us: percentile(99.9),
    maxUs: us(histogram.maxValue),
    histogram: hdr.encodeIntoCompressedBase64(histogram),
  };
}
