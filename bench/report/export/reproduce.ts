/** `REPRODUCE.md`: how to measure the run again, or one table of it, and what that takes. */

import type { Cell, Result } from '../../contract/result.ts';
import { scenarioCommand } from '../view/words/commands.ts';
import { countOf, formatDuration, formatNumber, scaleFor } from '../view/words/format.ts';
import { bullets, escapeMarkdown } from '../view/words/markdown.ts';
import type { ScenarioView } from '../view/words/places.ts';
import { conditionsText, reproduceLines } from '../view/words/wording.ts';
import { labelsOf } from './tables-tex.ts';

export function reproduceMarkdown(result: Result, views: readonly ScenarioView[], exportedBytes: number): string {
  const { environment, cells } = result;
  const whole = measuredMs(result);
  return `${[
    `# To measure run ${result.id} again`,
    ...(environment.git.dirty ? ['**The code differed from its commit: the same code can’t be had.**'] : []),
    '## All of it',
    shell(reproduceLines(result)),
    `${countOf(cells.length, 'cell')}${whole === undefined ? '' : `, ${durationText(whole)} on the machine below`}.`,
    ...views.flatMap((view) => scenarioBlocks(result, view)),
    '## What it needs',
    bullets(needs(result, exportedBytes).map(escapeMarkdown)),
    '## What may differ',
    bullets([...DIFFERENCES, intervalsText(result)]),
  ].join('\n\n')}\n`;
}

const DIFFERENCES = [
  'The same commit, command and seed give the same events, the same order of cells and the same phases of the clients. ' +
    'A command for one scenario gives the same events and phases, but another order of cells.',
  'Times differ with the machine, its state and what else runs on it; ratios between lanes less so. Bytes come out the same, ' +
    'except that polls may bundle events differently.',
];

function intervalsText({ merged }: Result): string {
  return merged
    ? `An interval covers further runs of the kind of these ${merged.length}, as far as so few can tell.`
    : 'An interval covers the rounds of one run. Another run may lie outside it.';
}

function scenarioBlocks(result: Result, view: ScenarioView): string[] {
  const { scenario } = view;
  const labels = labelsOf(view).map((label) => `\`${label}\``);
  const cells = result.cells.filter((cell) => cell.scenario === scenario.id);
  const took = scenarioMs(result, cells);
  return [
    `## ${escapeMarkdown(scenario.title)}`,
    ...(labels.length > 0 ? [`Tables ${labels.join(', ')}:`] : []),
    shell([scenarioCommand(result, scenario)]),
    `${countOf(cells.length, 'cell')}, about ${durationText(took)}.`,
  ];
}

function shell(lines: readonly string[]): string {
  return ['```sh', ...lines, '```'].join('\n');
}

function needs(result: Result, exportedBytes: number): string[] {
  const { environment, workers } = result;
  const { cpu, memoryBytes, virtualisation, versions, pinning } = environment;
  const isByKernel = result.scenarios.some(({ points }) => points.some(({ link }) => link === 'netem'));
  const resultBytes = Buffer.byteLength(JSON.stringify(result, null, 1));
  const pinned = pinning.server === null ? 'not pinned to cores' : 'pinned to cores';
  return [
    `Disk: ${sizeText(resultBytes)} for result.json and ${sizeText(exportedBytes)} for the exports`,
    `Measured on ${conditionsText(environment)}, ${formatNumber(memoryBytes / 1024 ** 3)} GiB of memory` +
      `${virtualisation === null || virtualisation === 'none' ? '' : `, virtualised (${virtualisation})`}`,
    `Governor: ${cpu.governor ?? 'not known'}; clock source: ${environment.clockSource ?? 'not known'}`,
    `express ${versions.express}, ws ${versions.ws}, undici ${versions.undici}, as in the lockfile`,
    ...(isByKernel ? ['Root, iproute2 and a kernel with netem; which packets it loses is drawn anew each time'] : []),
    `A server process and ${workers === 1 ? 'a load process' : `${workers} load processes`}, ${pinned}`,
  ];
}

function sizeText(bytes: number): string {
  const { factor, unit } = scaleFor('memory', [bytes]);
  return `${formatNumber(bytes / factor)} ${unit}`;
}

function durationText(ms: number): string {
  return formatDuration(new Date(0).toISOString(), new Date(ms).toISOString());
}

/** The sessions together; undefined where the end of one is not known. */
function measuredMs({ sessions }: Result): number | undefined {
  return sessions.reduce<number | undefined>(
    (sum, { startedAt, endedAt }) =>
      sum === undefined || endedAt === null ? undefined : sum + Date.parse(endedAt) - Date.parse(startedAt),
    0,
  );
}

/** What the cells' windows took, and a share of the rest: starting, warming up, draining, closing. */
function scenarioMs(result: Result, cells: readonly Cell[]): number {
  const own = windowsMs(cells);
  const whole = measuredMs(result);
  if (whole === undefined) return own;
  return own + Math.max(0, whole - windowsMs(result.cells)) * (cells.length / result.cells.length);
}

function windowsMs(cells: readonly Cell[]): number {
  return cells.reduce((sum, cell) => sum + (cell.state === 'failed' ? 0 : cell.window.seconds * 1e3), 0);
}
