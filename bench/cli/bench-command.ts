/** `npm run bench`: checks, measures, saves, and shows what came out. */

import { join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../contract/flags.ts';
import { projectRoot } from '../contract/paths.ts';
import type { Result } from '../contract/result.ts';
import { calibrateApart } from '../machine/calibrate-apart.ts';
import { readMachineState } from '../machine/calibration.ts';
import { allowedCores, canPin, pinSelf, planPinning } from '../machine/cores.ts';
import { readEnvironment } from '../machine/environment.ts';
import { machineLimits } from '../machine/limits.ts';
import { inspectNode } from '../machine/node-binary.ts';
import { netemProblem } from '../network/netem/netem.ts';
import { hasInvalidData } from '../record/citable.ts';
import { countRuns, type EarlierRun, earlierRuns } from '../record/runs/earlier-runs.ts';
import { Store, writeAtomically } from '../record/store.ts';
import { exportResult } from '../report/export/export.ts';
import { renderReport } from '../report/page/render.ts';
import { describeResult } from '../report/terminal/terminal.ts';
import { LOAD_NODE_FLAGS, NODE_FLAGS } from '../run/children/child.ts';
import type { RunConfig } from '../run/plan.ts';
import { remainingCells, run } from '../run/run.ts';
import { recordedCommand } from './command-line.ts';
import { type BenchFlags, configure, withoutLacking } from './configure.ts';
import { describeChecks, quickChecks } from './doctor-command.ts';
import { EXIT } from './exit.ts';
import { openLaboratory } from './laboratory.ts';
import { clockTime, goOnWithoutOutput, secondsOf, showProgress } from './progress.ts';
import { publishedSelf } from './published-self.ts';
import { checkSameConditions, configOfRun } from './resume.ts';
import { refusedOf, type Strict } from './strict.ts';

export interface BenchCommandFlags extends BenchFlags {
  readonly results: string;
  readonly node?: string;
  readonly resume?: string;
  readonly strict?: Strict;
}

/** The flags allowed beside --resume; all other settings are the run's. */
const WITH_RESUME = ['resume', 'results', 'node', 'strict'];

export async function bench(flags: BenchCommandFlags, command: Command): Promise<void> {
  const interruption = listenForInterruption();
  const lostOutput = goOnWithoutOutput();
  const cores = canPin() ? allowedCores() : undefined;
  const node = inspectNode(flags.node ?? process.execPath, projectRoot);
  const store = new Store(flags.results);
  const earlier = flags.resume === undefined ? undefined : earlierRun(flags.resume, store, command);
  const machine = machineLimits(cores);
  const config = earlier
    ? configOfRun(earlier, machine)
    : await withoutLacking(configure(flags, machine), flags.scenarios, (what) => console.log(`${what}\n`));
  checkKernel(config);
  const pinning = planPinning(config.workers, cores);
  const environment = readEnvironment(projectRoot, {
    pinning,
    nodeFlags: NODE_FLAGS,
    loadNodeFlags: LOAD_NODE_FLAGS,
    node,
  });
  if (earlier) checkSameConditions(earlier, environment);
  const groups = remainingCells(config, earlier);
  const unlock = store.lock();
  const problems = quickChecks(flags.results).filter(({ state }) => state !== 'ok');
  if (problems.length > 0) console.log(`${describeChecks(problems)}\n`);
  console.log(
    `${groups.flat().length} cells of ${config.lanes.length} lanes, about ${clockTime(secondsOf(groups))}; Ctrl-C keeps what is measured.\n`,
  );

  if (pinning.relay !== undefined) pinSelf(pinning.relay);
  const unsaved = new AbortController();
  const { laboratory, close } = await openLaboratory(config.workers, pinning, node);
  const progress = showProgress(groups, process.stdout);
  const result = await run(config, {
    laboratory,
    environment,
    command: recordedCommand(process.argv.slice(2), node.versions.node),
    earlier,
    runsBefore: countRuns(store.texts(), { settings: config, fingerprint: environment.fingerprint }),
    readMachineState: () => readMachineState(() => calibrateApart(pinning.server)),
    save(soFar) {
      try {
        store.save(soFar);
      } catch (error) {
        // Cells measured from here on could not be saved either; those in memory can still be shown.
        unsaved.abort(error);
      }
    },
    onGroupStart: (group) => progress.groupStart(group),
    onCellEnd: (cell) => progress.cellEnd(cell),
    onGroupSkip: (group) => progress.groupSkip(group),
    onRepeat: (again) => progress.repeat(again),
    signal: AbortSignal.any([interruption, unsaved.signal]),
  }).finally(() => {
    progress.end();
    return close();
  });
  unlock();

  const runsOfBefore = runsBefore(result, store);
  console.log(describeResult(result, process.stdout.columns));
  if (interruption.aborted) process.exitCode = EXIT.interrupted;
  else if (hasInvalidData(result)) process.exitCode = EXIT.invalidData;
  else if (flags.strict !== undefined) checkStrictly(flags.strict, result);
  try {
    unsaved.signal.throwIfAborted();
    showFiles(result, store, runsOfBefore);
    if (lostOutput.length > 0) writeAtomically(join(store.runFolder(result), 'output-lost.txt'), lostOutput.join(''));
  } catch (error) {
    console.error(`error: ${error instanceof Error ? error.message : error}`);
    process.exitCode = EXIT.invalidData;
  }
}

function checkStrictly(strict: Strict, result: Result): void {
  const refused = refusedOf(strict, result);
  if (refused.length === 0) return;
  console.log(`--strict: not citable in ${refused.join(', ')}.`);
  process.exitCode = EXIT.missedThreshold;
}

/** @throws UsageError where the kernel is to give distances and can't */
function checkKernel({ scenarios }: RunConfig): void {
  const link = scenarios.flatMap(({ points }) => points).find((point) => point.link)?.link;
  const problem = link && netemProblem();
  if (problem) throw new UsageError(`--link ${link}: ${problem}`);
}

function earlierRun(name: string, store: Store, command: Command): Result {
  const others = command.options
    .filter((option) => !WITH_RESUME.includes(option.attributeName()))
    .filter((option) => command.getOptionValueSource(option.attributeName()) === 'cli')
    .map(({ long }) => long);
  if (others.length === 0) return store.load(name).result;
  throw new UsageError(
    `--resume ${name}: the run's own settings hold; leave out ${others.join(', ')}. Allowed beside it are --results, --node and --strict`,
  );
}

/** Runs of the same settings on the same machine that came before it in the folder. */
export function runsBefore(settings: Result, store: Store): EarlierRun[] {
  const { environment, startedAt } = settings;
  return earlierRuns(store.texts(), { settings, fingerprint: environment.fingerprint, before: startedAt });
}

/** Makes page and exports of a result that was saved, and says where they are. */
export function showFiles(result: Result, store: Store, earlier: readonly EarlierRun[]): void {
  const folder = store.saveExports(result, exportResult(result));
  const page = store.saveReport(result, renderReport(result, earlier, publishedSelf()));
  console.log(`\n${page}\n${folder} has tables and citations of this run.`);
}

/** After the first signal: children are gone and the page is made within a few seconds. */
const GIVE_UP_AFTER_MS = 20_000;

/**
 * Aborts at the first Ctrl-C. Those that follow soon change nothing: npm hands on a signal that its child had from the terminal,
 * too. One that comes much later ends this process at once, and with it its children.
 */
export function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  let firstMs = Number.POSITIVE_INFINITY;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (performance.now() > firstMs + GIVE_UP_AFTER_MS) process.exit(EXIT.interrupted);
      firstMs = Math.min(firstMs, performance.now());
      controller.abort();
    });
  }
  return controller.signal;
}
