/** Runs of the same set-up, joined into one result: sessions of a machine, or machines. Pure. */

import { UsageError } from '../../contract/flags.ts';
import {
  type Cell,
  type Environment,
  KINDS,
  notice,
  type Result,
  SCHEMA_VERSION,
  severe,
  type Warning,
} from '../../contract/result.ts';
import { conclude } from '../conclude.ts';
import { commonEnvironment } from './common-environment.ts';
import { settingDifferences } from './settings.ts';

export interface MergeOptions {
  /** Joins runs of different code or dependencies, too. */
  readonly acrossVersions?: boolean;
}

type Runs = readonly [Result, Result, ...Result[]];

/**
 * The runs in the order in which they began. Their cells say by `run` which of them they come from; estimates and comparisons
 * then have intervals of two levels, between the runs and within them.
 *
 * @throws UsageError for fewer than two runs, the same one twice, one that did not end or was joined itself, and for runs that
 *   differ in a setting other than the seed, or in their code
 */
export function mergeResults(results: readonly Result[], { acrossVersions = false }: MergeOptions = {}): Result {
  const runs = inOrder(results);
  for (const run of runs) checkWhole(run);
  checkSettings(runs);
  const [first] = runs;
  if (!acrossVersions) checkVersions(runs);
  const { environment, differences } = commonEnvironment([first.environment, ...runs.slice(1).map(environmentOf)]);
  const { profile, seed, reference, workers, lanes, scenarios } = first;
  return conclude(
    {
      schemaVersion: SCHEMA_VERSION,
      startedAt: first.startedAt,
      finishedAt: latest(runs.map(({ finishedAt }) => finishedAt)),
      command: `npm run bench -- merge ${runs.map(({ id }) => id).join(' ')}`,
      seed,
      profile,
      merged: runs.map(({ id, startedAt, environment: { git, cpu, fingerprint } }) => {
        return { id, startedAt, commit: git.commit, cpuModel: cpu.model, fingerprint };
      }),
      reference,
      workers,
      environment,
      sessions: runs.flatMap(({ sessions }) => sessions),
      lanes,
      scenarios,
      cells: runs.flatMap(({ cells }, at) =>
        cells.map((cell): Cell => ({ ...(at === 0 ? cell : withoutSamples(cell)), run: at + 1 })),
      ),
    },
    [...runs.flatMap(verdictOf), ...codeWarnings(runs), ...machineWarnings(runs, differences)],
  );
}

/** One run's samples are enough: bytes come out the same. */
function withoutSamples(cell: Cell): Cell {
  if (cell.state === 'failed' || !cell.wire.ledger?.samples) return cell;
  const { samples: _, ...ledger } = cell.wire.ledger;
  return { ...cell, wire: { ...cell.wire, ledger } };
}

/** The order in which they are named does not count: the same runs give the same result. */
function inOrder(results: readonly Result[]): Runs {
  const [first, second, ...others] = results.toSorted(
    (a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.id < b.id ? -1 : 1),
  );
  if (!first || !second) throw new UsageError('merge: at least two runs are needed');
  const ids = results.map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) < at);
  if (twice !== undefined) throw new UsageError(`merge ${twice}: the run is named twice`);
  return [first, second, ...others];
}

function checkWhole({ id, finishedAt, merged }: Result): void {
  if (merged) {
    throw new UsageError(
      `merge ${id}: it is a merged result; name its runs instead: ${merged.map((run) => run.id).join(' ')}`,
    );
  }
  if (finishedAt === null) throw new UsageError(`merge ${id}: the run did not end; finish it with --resume`);
}

function checkSettings(runs: Runs): void {
  const differences = settingDifferences(runs);
  if (differences.length === 0) return;
  const list = differences.map(({ setting, values }) => `${setting}: ${besideIds(runs, values)}`);
  throw new UsageError(`merge: the runs did not measure the same. ${list.join('; ')}`);
}

const VERSIONS: readonly { readonly what: string; readonly of: (environment: Environment) => unknown }[] = [
  { what: 'the commit', of: ({ git }) => git.commit },
  { what: 'the code (codeSha256)', of: ({ codeSha256 }) => codeSha256 },
  { what: 'the dependencies (lockfileSha256)', of: ({ lockfileSha256 }) => lockfileSha256 },
  { what: 'the versions', of: ({ versions }) => versions },
  { what: 'the flags of Node', of: ({ nodeFlags, loadNodeFlags }) => [nodeFlags, loadNodeFlags ?? []] },
];

function checkVersions(runs: Runs): void {
  const list = VERSIONS.flatMap(({ what, of }) => {
    const values = runs.map(({ environment }) => JSON.stringify(of(environment)));
    return new Set(values).size > 1 ? [`${what}: ${besideIds(runs, values)}`] : [];
  });
  if (list.length === 0) return;
  throw new UsageError(`merge: the runs are of different versions. ${list.join('; ')}. Allowed with --across-versions`);
}

/** `3 in A, 5 in B` */
function besideIds(runs: Runs, values: readonly (string | undefined)[]): string {
  return runs.map(({ id }, at) => `${values[at] ?? 'not set'} in ${id}`).join(', ');
}

const environmentOf = ({ environment }: Result): Environment => environment;

/** The latest end; null when one of them has none. */
function latest(ends: readonly (string | null)[]): string | null {
  return ends.reduce((a, b) => (a === null || b === null ? null : Date.parse(b) > Date.parse(a) ? b : a));
}

/** What a run alone does not let be cited is not let be cited by others beside it. */
function verdictOf({ id, citable }: Result, at: number): Warning[] {
  const against = KINDS.filter((kind) => !citable[kind].ok);
  if (against.length === 0) return [];
  const reasons = [...new Set(against.flatMap((kind) => citable[kind].reasons))].map((one) => one.replace(/\.$/, ''));
  const why = reasons.length > 0 ? `: ${reasons.join('; ')}` : '';
  const text = `Run ${at + 1} (${id}) may not be cited alone${why}.`;
  return [severe('run-not-citable', text, 'Measure a further run, and merge without this one.', against)];
}

/** No one checkout has the code of runs of different code; documents may differ. */
function codeWarnings(runs: Runs): Warning[] {
  const commits = [...new Set(runs.map(({ environment: { git } }) => git.commit?.slice(0, 12) ?? 'none'))];
  const code = new Set(runs.map(({ environment: { codeSha256 } }) => codeSha256));
  const text = `The runs are of different commits: ${commits.join(', ')}.`;
  if (code.size > 1) return [severe('mixed-versions', text, 'Merge runs of one commit.')];
  return commits.length > 1 ? [notice('mixed-versions', text, 'Their compiled code is the same.')] : [];
}

function machineWarnings(runs: Runs, differences: readonly string[]): Warning[] {
  const machines = new Set(runs.map(({ environment: { fingerprint } }) => fingerprint)).size;
  const where = machines > 1 ? [`The runs are of ${machines} machines, by their fingerprints.`] : [];
  const what = differences.length > 0 ? [`They differ in ${differences.join(', ')}.`] : [];
  if (where.length + what.length === 0) return [];
  const hint = 'The intervals are between these conditions; a lane may suit one of them better.';
  return [notice('mixed-conditions', [...where, ...what].join(' '), hint)];
}
