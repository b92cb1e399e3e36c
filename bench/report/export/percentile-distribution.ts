/**
 * An HdrHistogram as the percentile distribution that its plotters read (`.hgrm`).
 *
 * The library's own output is not used: that of its WebAssembly build drops zeros after the point (1.031 comes out as 1.310),
 * and that of its JavaScript build walks the histogram three times, which takes as long as everything else here together.
 */

import type { JsHistogram } from 'hdr-histogram-js';

const TICKS_PER_HALF_DISTANCE = 5;
const DIGITS = 3;

/** @param perUnit how many recorded units make one that is printed */
export function percentileDistribution(histogram: JsHistogram, perUnit: number): string {
  const buckets = bucketsOf(histogram);
  const { totalCount } = histogram;
  const number = (value: number) => (value / perUnit).toFixed(DIGITS).padStart(12);
  const whole = (value: number) => String(value).padStart(12);
  const mean = totalCount > 0 ? sumOf(buckets, ({ middle }) => middle) / totalCount : 0;
  const variance = totalCount > 0 ? sumOf(buckets, ({ middle }) => (middle - mean) ** 2) / totalCount : 0;
  return [
    '       Value     Percentile TotalCount 1/(1-Percentile)',
    '',
    ...levelsOf(buckets, totalCount).map(({ share, highest, countSoFar }) => {
      const line = `${number(highest)} ${share.toFixed(12)} ${String(countSoFar).padStart(10)}`;
      return share === 1 ? line : `${line} ${(1 / (1 - share)).toFixed(2).padStart(14)}`;
    }),
    `#[Mean    = ${number(mean)}, StdDeviation   = ${number(Math.sqrt(variance))}]`,
    `#[Max     = ${number(histogram.maxValue)}, Total count    = ${whole(totalCount)}]`,
    `#[Buckets = ${whole(histogram.bucketCount)}, SubBuckets     = ${whole(histogram.subBucketCount)}]`,
    '',
  ].join('\n');
}

/** Values that the histogram does not tell apart. */
interface Bucket {
  readonly highest: number;
  readonly middle: number;
  readonly count: number;
  readonly countSoFar: number;
}

function bucketsOf(histogram: JsHistogram): Bucket[] {
  const buckets: Bucket[] = [];
  let countSoFar = 0;
  for (let index = 0; countSoFar < histogram.totalCount && index < histogram.countsArrayLength; index++) {
    const count = histogram.getCountAtIndex(index);
    if (count === 0) continue;
    countSoFar += count;
    const value = histogram.valueFromIndex(index);
    const highest = histogram.highestEquivalentValue(value);
    buckets.push({ highest, middle: histogram.medianEquivalentValue(value), count, countSoFar });
  }
  return buckets;
}

/** Levels lie twice as close with each halving of what is left above them; the last is all. */
function levelsOf(buckets: readonly Bucket[], totalCount: number): (Bucket & { readonly share: number })[] {
  const levels: (Bucket & { readonly share: number })[] = [];
  let percent = 0;
  for (const bucket of buckets) {
    const isLast = bucket.countSoFar === totalCount;
    while ((100 * bucket.countSoFar) / totalCount >= percent) {
      levels.push({ ...bucket, share: percent / 100 });
      const halvings = Math.floor(Math.log2(100 / (100 - percent))) + 1;
      percent += 100 / (TICKS_PER_HALF_DISTANCE * 2 ** halvings);
      if (isLast) break;
    }
    if (isLast) levels.push({ ...bucket, share: 1 });
  }
  return levels;
}

function sumOf(buckets: readonly Bucket[], of: (bucket: Bucket) => number): number {
  return buckets.reduce((sum, bucket) => sum + of(bucket) * bucket.count, 0);
}
