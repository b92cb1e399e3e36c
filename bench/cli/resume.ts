/** `--resume`: an interrupted run goes on, where that gives the result that it would have given. */

import { findLane } from '../catalogue/lanes.ts';
import { UsageError } from '../contract/flags.ts';
import type { Environment, Result } from '../contract/result.ts';
import { hasInvalidData } from '../record/citable.ts';
import { countingCells } from '../record/counting.ts';
import type { RunConfig } from '../run/plan.ts';

/**
 * What the run was to measure, read off its result.
 *
 * @throws UsageError when nothing is left to measure, or when a lane has changed since
 */
export function configOfRun(result: Result): RunConfig {
  const { id, profile, lanes, scenarios, workers, reference, seed, cells, finishedAt } = result;
  const failed = countingCells(cells).filter(({ state }) => state === 'failed').length;
  if (finishedAt !== null && failed === 0) {
    const invalid = hasInvalidData(result) ? '; its invalid cells are data, and stay' : '';
    throw new UsageError(`--resume ${id}: the run is finished, and none of its cells failed${invalid}`);
  }
  return {
    profile,
    lanes: lanes.map(({ id: lane, options }) => {
      const row = findLane(lane);
      if (JSON.stringify(row.options) === JSON.stringify(options)) return row;
      throw new UsageError(
        `--resume ${id}: lane ${lane} ran with ${JSON.stringify(options)}, and now has ${JSON.stringify(row.options)}`,
      );
    }),
    scenarios,
    workers,
    reference,
    seed,
  };
}

const FIXED_CONDITIONS: readonly { readonly what: string; readonly of: (environment: Environment) => unknown }[] = [
  { what: 'the machine (fingerprint)', of: ({ fingerprint }) => fingerprint },
  { what: 'the code (codeSha256)', of: ({ codeSha256 }) => codeSha256 },
  { what: 'the dependencies (lockfileSha256)', of: ({ lockfileSha256 }) => lockfileSha256 },
  { what: 'the versions', of: ({ versions }) => versions },
  { what: 'the flags of Node', of: ({ nodeFlags, loadNodeFlags }) => [nodeFlags, loadNodeFlags ?? []] },
];

/** @throws UsageError that names all that differs between then and now */
export function checkSameConditions({ id, environment: then }: Result, now: Environment): void {
  const changed = FIXED_CONDITIONS.filter(({ of }) => JSON.stringify(of(then)) !== JSON.stringify(of(now)));
  if (changed.length === 0) return;
  const list = changed.map(
    ({ what, of }) => `${what}: ${JSON.stringify(of(then))} then, ${JSON.stringify(of(now))} now`,
  );
  throw new UsageError(
    `--resume ${id}: its cells and new ones would not be of one kind. What changed: ${list.join('; ')}. Start a new run`,
  );
}
