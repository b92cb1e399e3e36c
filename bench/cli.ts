/** The commands. Exit codes: 0 done, 1 wrong use, 2 invalid data or data that could not be saved, 130 interrupted. */

import { dirname, join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { NODE_FLAGS, spawnChild } from './child.ts';
import { addBenchFlags, type BenchFlags, configure } from './configure.ts';
import { lanes } from './lanes.ts';
import { readEnvironment } from './measure/environment.ts';
import { allowedCores, canPin, machineLimits, pinSelf, planPinning, watchNoise } from './measure/machine.ts';
import { readSegments } from './measure/packets.ts';
import { projectRoot } from './paths.ts';
import { planCells } from './plan.ts';
import { profiles } from './profiles.ts';
import { clockTime, secondsLeft, showProgress } from './progress.ts';
import { renderReport } from './report/render.ts';
import { hasInvalidData, run } from './run.ts';
import type { Laboratory } from './run-cell.ts';
import { scenarios } from './scenarios.ts';
import { Store, writeAtomically } from './store.ts';
import { describeCatalogue, describeResult } from './terminal.ts';

const EXIT = { done: 0, wrongUse: 1, invalidData: 2, interrupted: 130 } as const;

const program = new Command('npm run bench --')
  .description('Compares polling, long-polling, Server-Sent Events and WebSocket, and makes a page of it.')
  .option('--results <folder>', 'where results go', join(projectRoot, 'results'))
  .enablePositionalOptions()
  .allowExcessArguments(false)
  .exitOverride();

addBenchFlags(program).action(bench);
program
  .command('list')
  .description('lanes, scenarios and profiles, and what they mean')
  .action(() => {
    console.log(describeCatalogue(lanes, scenarios, profiles));
  });
program
  .command('report')
  .description('rebuilds the page from a result')
  .argument('<run>', 'a result.json, its folder, or the id of a run')
  .action(report);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  } else {
    console.error(`error: ${messageOf(error)}`);
    process.exitCode = EXIT.wrongUse;
  }
}

async function bench(flags: BenchFlags & { results: string }): Promise<void> {
  const cores = canPin() ? allowedCores() : undefined;
  const config = configure(flags, machineLimits(cores));
  const store = new Store(flags.results);
  const pinning = planPinning(config.workers, cores);
  if (pinning.relay !== undefined) pinSelf(pinning.relay);
  const plans = planCells(config);
  const laboratory: Laboratory = {
    workers: config.workers,
    pinning,
    openServer: () => spawnChild({ entry: 'servers/main', core: pinning.server }),
    openWorker: (index) => spawnChild({ entry: 'clients/main', core: pinning.workers[index] }),
    openRelay: () => spawnChild({ entry: 'bench/relay/main', core: pinning.relay }),
    openLink: () => spawnChild({ entry: 'bench/link/main', core: pinning.relay }),
    watchNoise,
    readSegments: (port, signal) => readSegments(port, pinning.relay, signal),
  };

  console.log(
    `${plans.length} cells of ${config.lanes.length} lanes, about ${clockTime(secondsLeft(plans, 0))}; Ctrl-C keeps what is measured.\n`,
  );
  const interruption = listenForInterruption();
  const unsaved = new AbortController();
  const progress = showProgress(plans, process.stdout);
  const result = await run(config, {
    laboratory,
    environment: readEnvironment(projectRoot, pinning, NODE_FLAGS),
    command: ['npm run bench', ...(process.argv.length > 2 ? ['--', ...process.argv.slice(2)] : [])].join(' '),
    save(soFar) {
      try {
        store.save(soFar);
      } catch (error) {
        // Measuring on would lose it all the same; what there is can still be shown.
        unsaved.abort(error);
      }
    },
    onCellStart: (plan) => progress.cellStart(plan),
    onCellEnd: (cell) => progress.cellEnd(cell),
    signal: AbortSignal.any([interruption, unsaved.signal]),
  }).finally(() => progress.end());

  console.log(describeResult(result));
  if (interruption.aborted) process.exitCode = EXIT.interrupted;
  else if (hasInvalidData(result)) process.exitCode = EXIT.invalidData;
  try {
    unsaved.signal.throwIfAborted();
    console.log(`\n${store.saveReport(result, renderReport(result))}`);
  } catch (error) {
    console.error(`error: ${messageOf(error)}`);
    process.exitCode = EXIT.invalidData;
  }
}

function report(run: string): void {
  const store = new Store(program.opts<{ results: string }>().results);
  const { result, path } = store.load(run);
  const page = join(dirname(path), 'report.html');
  writeAtomically(page, renderReport(result));
  console.log(page);
}

/** Aborts at the first Ctrl-C; a second one ends this process at once, and with it its children. */
function listenForInterruption(): AbortSignal {
  const controller = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (controller.signal.aborted) process.exit(EXIT.interrupted);
      controller.abort();
    });
  }
  return controller.signal;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
