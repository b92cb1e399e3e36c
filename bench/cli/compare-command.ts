/** `compare A B`: what differs between two results, as a table for the terminal or for a pull request. */

import { splitList, UsageError } from '../contract/flags.ts';
import type { Store } from '../record/store.ts';
import { describeComparison, describeThreshold } from '../report/terminal/comparison.ts';
import { compareResults } from '../stats/compare.ts';
import { metrics } from '../stats/metrics/metrics.ts';
import { judgeThreshold, parseThreshold } from '../stats/threshold.ts';
import { EXIT } from './exit.ts';

export interface CompareFlags {
  readonly acrossMachines?: boolean;
  readonly markdown?: boolean;
  readonly metrics?: readonly string[];
  readonly threshold?: readonly string[];
}

/** @throws UsageError when the two are of different machines and that was not asked for, or a threshold can't be judged */
export function compare(store: Store, nameOfA: string, nameOfB: string, flags: CompareFlags): void {
  const [{ result: a }, { result: b }] = [store.load(nameOfA), store.load(nameOfB)];
  const isAcross = a.environment.fingerprint !== b.environment.fingerprint;
  if (isAcross && !flags.acrossMachines) {
    throw new UsageError(
      `the two ran on different machines (fingerprints ${a.environment.fingerprint} and ${b.environment.fingerprint}); allowed with --across-machines`,
    );
  }
  const thresholds = (flags.threshold ?? []).map((text) => parseThreshold(text, a, b));
  const comparison = compareResults(a, b);
  const judged = thresholds.map((threshold) => judgeThreshold(threshold, comparison));
  console.log(describeComparison(a, b, comparison, { ...flags, isAcross }));
  for (const one of judged) console.log(describeThreshold(one));
  if (judged.some(({ outcome }) => outcome === 'missed')) process.exitCode = EXIT.missedThreshold;
}

/** @throws UsageError for an id that is not in the table of metrics */
export function metricList(value: string): string[] {
  const wanted = splitList(value);
  const unknown = wanted.find((id) => !metrics.some((metric) => metric.id === id));
  if (unknown === undefined) return wanted;
  throw new UsageError(`--metrics ${unknown}: allowed are ${metrics.map(({ id }) => id).join(', ')}`);
}
