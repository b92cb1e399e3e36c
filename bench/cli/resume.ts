/** `--resume`: an interrupted run goes on, where that gives the result that it would have given. */

import { findLane } from '../catalogue/lanes.ts';
import { DIMENSIONS } from '../contract/dimensions.ts';
import { UsageError } from '../contract/flags.ts';
import type { Environment, Result } from '../contract/result.ts';
import type { MachineLimits } from '../machine/limits.ts';
import { hasInvalidData } from '../record/citable.ts';
import { countingCells } from '../record/counting.ts';
import type { RunConfig } from '../run/plan.ts';
import { checkClients } from './configure.ts';

/**
 * What the run was to measure, read off its result.
 *
 * @throws UsageError when nothing is left to measure, when a lane has changed since, and for sizes that no flag takes
 */
export function configOfRun(result: Result, machine: MachineLimits): RunConfig {
  const { id, profile, lanes, scenarios, workers, reference, seed, cells, finishedAt } = result;
  const failed = countingCells(cells).filter(({ state }) => state === 'failed').length;
  if (finishedAt !== null && failed === 0) {
    const invalid = hasInvalidData(result) ? '; its invalid cells are data, and stay' : '';
    throw new UsageError(`--resume ${id}: the run is finished, and none of its cells failed${invalid}`);
  }
  checkSizes(result, machine);
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

/** The most that the flags of these take, too. Without them, a result that was made up would fill the memory before it begins. */
const MOST = { rounds: 1_000, rehearsalSeconds: 60, warmupSeconds: 600, windowSeconds: 3_600 } as const;
const MOST_WINDOW_EVENTS = 1e6;
const MOST_WORKERS = 64;
const MOST_CELLS = 100_000;

/** @throws UsageError that names the size, before anything is planned */
function checkSizes({ id, scenarios, workers }: Result, machine: MachineLimits): void {
  const check = (name: string, value: number | undefined, most: number) => {
    if (value === undefined || value <= most) return;
    throw new UsageError(`--resume ${id}: its ${name} are ${value}; allowed are at most ${most}`);
  };
  check('workers', workers, MOST_WORKERS);
  for (const scenario of scenarios) {
    for (const [name, most] of Object.entries(MOST)) check(name, scenario[name as keyof typeof MOST], most);
    check('windowEvents', scenario.windowEvents, MOST_WINDOW_EVENTS);
    for (const point of scenario.points) {
      for (const { key, flag } of DIMENSIONS) {
        // Scenarios have points without events or messages, which no flag gives.
        const value = point[key];
        if (flag && typeof value === 'number' && value > 0) refuseAbsurd(id, key, () => flag.parse(String(value)));
      }
    }
  }
  const cells = scenarios.map(({ rounds, lanes, points }) => rounds * lanes.length * points.length);
  check('cells', sum(cells), MOST_CELLS);
  checkClients(
    scenarios.flatMap(({ points }) => points),
    machine,
    undefined,
  );
}

function refuseAbsurd(id: string, name: string, parse: () => unknown): void {
  try {
    parse();
  } catch (error) {
    throw new UsageError(`--resume ${id}: its ${name}: ${error instanceof Error ? error.message : error}`);
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
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
