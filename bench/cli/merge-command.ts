/** `merge A B C`: runs of the same settings, joined into one result, saved and shown like a run. */

import { UsageError } from '../contract/flags.ts';
import { hasInvalidData } from '../record/citable.ts';
import { type MergeOptions, mergeResults } from '../record/runs/merge.ts';
import type { Store } from '../record/store.ts';
import { describeResult } from '../report/terminal/terminal.ts';
import { showFiles } from './bench-command.ts';
import { EXIT } from './exit.ts';

/** @throws UsageError when they can't be joined: they measured something else, or in another way */
export function merge(store: Store, names: readonly string[], options: MergeOptions): void {
  const runs = names.map((name) => store.load(name));
  const [first, ...others] = runs;
  const other = others.find(({ schemaVersion }) => schemaVersion !== first?.schemaVersion);
  if (first && other) {
    throw new UsageError(
      `merge: ${first.result.id} is of schema version ${first.schemaVersion}, and ${other.result.id} of ${other.schemaVersion}: their figures are not of one kind`,
    );
  }
  const result = mergeResults(
    runs.map((run) => run.result),
    options,
  );
  store.save(result);
  console.log(describeResult(result, process.stdout.columns));
  if (hasInvalidData(result)) process.exitCode = EXIT.invalidData;
  showFiles(result, store, []);
}
