import { dirname, join } from 'node:path';
import { Command, CommanderError } from 'commander';
import { lanes } from '../catalogue/lanes.ts';
import { profiles } from '../catalogue/profiles.ts';
import { scenarios } from '../catalogue/scenarios.ts';
import { splitList, wholeNumber } from '../contract/flags.ts';
import { projectRoot } from '../contract/paths.ts';
import { KINDS } from '../contract/result.ts';
import type { MergeOptions } from '../record/runs/merge.ts';
import { Store, writeAtomically, writeFiles } from '../record/store.ts';
import { exportResult } from '../report/export/export.ts';
import { renderReport } from '../report/page/render.ts';
import { COMPARED_METRICS } from '../report/terminal/comparison.ts';
import { inertText } from '../report/terminal/table.ts';
import { describeResult } from '../report/terminal/terminal.ts';
import { bench, runsBefore } from './bench-command.ts';
import { type CompareFlags, compare, metricList } from './compare-command.ts';
import { addBenchFlags } from './configure.ts';
import { doctorReport } from './doctor-command.ts';
import { EXIT } from './exit.ts';
import { describeCatalogue } from './list-command.ts';
import { merge } from './merge-command.ts';
import { publishedSelf } from './published-self.ts';
import { type SelfFlags, self } from './self-command.ts';
import { kindList } from './strict.ts';

const RUN = ['<run>', 'a result.json, its folder, or the id of a run'] as const;

const program = new Command('npm run bench --')
  .description('Compares polling, long-polling, Server-Sent Events and WebSocket, and makes a page of it.')
  .option('--results <folder>', 'where results go', join(projectRoot, 'results'))
  .option('--node <path>', 'the Node binary that measured processes run on (default: this one)')
  .option('--resume <run>', 'finishes a run that was interrupted, or whose cells failed')
  .option(
    '--strict [kinds]',
    `exit code 3 unless these figures are citable, of ${KINDS.join(', ')} (default: all that the run has)`,
    kindList,
  )
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
program.command('doctor').description('what this machine would do to a result, and what to do about it').action(doctor);
program
  .command('self')
  .description('the laboratory against the smallest programs that do the same, as ratios; all of it takes over an hour')
  .option('--clients <n>', 'in place of 1,000 in a fan-out and 100 that poll', wholeNumber(1, 100_000))
  .option('--rate <n>', 'in place of 50 events a second', wholeNumber(1, 10_000))
  .option('--pairs <a,b>', 'groups of pairs, or single ones (default: all)', splitList)
  .option('--turns <n>', 'the most of a pair: it ends when all of its ratios are within 5 %', wholeNumber(1, 1_000), 12)
  .option('--run <run>', `whose measured share and page are told: ${RUN[1]} (default: the newest)`)
  .action((flags: SelfFlags) => {
    const { results, node } = program.opts<{ results: string; node?: string }>();
    return self(flags, results, node);
  });
program
  .command('compare')
  .description('the lanes of two results against each other: of two commits, two Node versions, two machines')
  .argument('<a>', RUN[1])
  .argument('<b>', 'the same, of the run to be compared with it')
  .option('--across-machines', 'although the two ran on different machines')
  .option('--metrics <a,b>', `what to show (default: ${COMPARED_METRICS.join(',')})`, metricList)
  .option('--markdown', 'a table for a pull request')
  .option(
    '--threshold <expression>',
    'exit code 3 if b is worse than a by more, such as websocket.fanout.latency.p99Us<5%; may be repeated',
    (value: string, before: string[] | undefined) => [...(before ?? []), value],
  )
  .action((a: string, b: string, flags: CompareFlags) => compare(store(), a, b, flags));
program
  .command('merge')
  .description('runs of the same settings joined into one result, whose intervals are those of the next run too')
  .argument('<runs...>', `two or more, each ${RUN[1]}`)
  .option('--across-versions', 'although their code, dependencies or Node differ')
  .option('--results <folder>', 'where they are, and where the result goes, as before the command')
  .action((runs: string[], { results, ...flags }: MergeOptions & { readonly results?: string }) =>
    merge(results === undefined ? store() : new Store(results), runs, flags),
  );
program
  .command('report')
  .description('rebuilds the page from a result')
  .argument(...RUN)
  .option('--tables', 'prints what a run says at its end, too')
  .action(report);
program
  .command('export')
  .description('rebuilds tables, citations and histograms from a result')
  .argument(...RUN)
  .action(exportRun);

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? EXIT.done : EXIT.wrongUse;
  } else {
    // The message may quote a file.
    console.error(inertText(`error: ${error instanceof Error ? error.message : error}`));
    process.exitCode = EXIT.wrongUse;
  }
}

function store(): Store {
  return new Store(program.opts<{ results: string }>().results);
}

async function doctor(): Promise<void> {
  const { text, worst } = await doctorReport(program.opts<{ results: string }>().results);
  console.log(text);
  if (worst === 'bad') process.exitCode = EXIT.wrongUse;
}

function report(run: string, { tables = false }: { readonly tables?: boolean }): void {
  const all = store();
  const { result, path } = all.load(run);
  const page = join(dirname(path), 'report.html');
  writeAtomically(page, renderReport(result, runsBefore(result, all), publishedSelf()));
  if (tables) console.log(`${describeResult(result, process.stdout.columns)}\n`);
  console.log(page);
}

function exportRun(run: string): void {
  const { result, path } = store().load(run);
  const files = exportResult(result);
  writeFiles(dirname(path), files);
  for (const name of files.keys()) console.log(join(dirname(path), name));
}
