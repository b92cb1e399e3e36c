/** Whether a result may be cited, and what speaks against it. Pure. */

import { type Cell, type Comparison, notice, type Result, severe, type Warning } from '../contract/result.ts';
import { keyOfPlace } from '../stats/group.ts';
import { metricOf } from '../stats/metrics/metrics.ts';
import { isValid } from '../stats/metrics/valid.ts';
import { noiseFloor } from '../stats/noise-floor.ts';
import { PERCENTILE_LABELS, tooFewFor } from '../stats/percentiles.ts';
import { calibrationWarnings } from './warnings/machine-warnings.ts';

export type Evidence = Omit<Result, 'warnings' | 'citable' | 'id' | 'estimates'>;

/** Warnings about the whole run; a cell has its own. */
export function runWarnings(run: Evidence): Warning[] {
  return [
    ...completeness(run),
    ...roundsAndEvents(run),
    ...calibrationWarnings(run.sessions),
    ...noise(run),
    ...provenance(run),
  ];
}

function completeness({ cells, finishedAt }: Evidence): Warning[] {
  const retried = cells.length - lastOfEach(cells).length;
  const unfinished = `${cells.length} cells were measured; the run did not end.`;
  const again = `${retried} ${retried === 1 ? 'cell' : 'cells'} failed and ${retried === 1 ? 'was' : 'were'} measured again.`;
  return [
    ...(finishedAt === null ? [severe('unfinished', unfinished, 'Finish it with --resume.')] : []),
    ...(retried > 0 ? [notice('retried', again, 'The failures stand among the cells.')] : []),
  ];
}

/** Bytes come out the same each round; times do not. */
function varies(figure: Result['scenarios'][number]['figures'][number]): boolean {
  return figure !== 'layers' && figure !== 'bytes' && figure !== 'idle';
}

function roundsAndEvents({ scenarios, cells }: Evidence): Warning[] {
  const few = scenarios.filter(({ rounds, figures }) => rounds < 3 && figures.some(varies));
  const found = few.map(({ id, rounds }) => {
    const text = `${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${id} ${rounds === 1 ? 'gives' : 'give'} no interval worth quoting.`;
    return severe('too-few-rounds', text, 'Run with --rounds 5 or more.');
  });
  const timed = new Set(scenarios.filter(({ figures }) => figures.includes('latency')).map(({ id }) => id));
  const events = Math.min(
    ...cells.flatMap((cell) => (cell.state === 'completed' && timed.has(cell.scenario) ? cell.window.events : [])),
  );
  const unquotable = tooFewFor(events).map((name) => PERCENTILE_LABELS[name]);
  if (unquotable.length === 0 || !Number.isFinite(events)) return found;
  const text = `A window holds ${events} events: ${unquotable.join(', ')} are not quoted.`;
  return [...found, notice('too-few-events', text, 'Run with a longer --window, or a higher --rate.')];
}

function noise({ comparisons, lanes }: Evidence): Warning[] {
  return noiseFloor(comparisons, lanes).flatMap(({ severity, comparison }) => {
    if (severity === undefined) return [];
    const { lane, reference, scenario, metric } = comparison;
    const text = `${lane} repeats ${reference}, and in ${scenario} its ${metricOf(metric).title} differs by ${ratioText(comparison)}.`;
    const hint = 'Differences of that size are noise here. More rounds, or a quieter machine.';
    return [{ code: 'noise-floor', severity, text, hint }];
  });
}

/** `× 1.08 [1.02, 1.15]` */
function ratioText({ ratio, low, high }: Comparison): string {
  const digits = (value: number) => value.toPrecision(3);
  return low === null || high === null ? `× ${digits(ratio)}` : `× ${digits(ratio)} [${digits(low)}, ${digits(high)}]`;
}

function provenance({ environment: { git } }: Evidence): Warning[] {
  if (git.commit !== null && git.dirty !== true) return [];
  const text = git.dirty ? 'The code differed from its commit.' : 'The code was not in a git checkout.';
  return [severe('dirty-tree', text, 'Commit first, so that others can run what you ran.')];
}

/** A result may be cited when nothing severe stands against it; otherwise each reason is told once. */
export function judge(warnings: readonly Warning[], run: Pick<Result, 'cells' | 'scenarios'>): Result['citable'] {
  const cells = withoutLimited(run);
  const severe = warnings.filter(({ severity }) => severity === 'severe');
  const reasons = severe.map(({ code, text }) => `${code}: ${text}`);
  const last = lastOfEach(cells);
  const failed = last.filter(({ state }) => state === 'failed').length;
  if (failed > 0) reasons.push(`failed: ${failed} of ${last.length} cells failed.`);
  const lanesByCode = new Map<string, Set<string>>();
  for (const cell of cells) {
    for (const { code, severity } of cell.warnings) {
      if (severity !== 'severe') continue;
      lanesByCode.set(code, (lanesByCode.get(code) ?? new Set()).add(cell.lane));
    }
  }
  for (const [code, lanes] of lanesByCode) reasons.push(`${code}: in cells of ${[...lanes].join(', ')}.`);
  return { ok: reasons.length === 0, reasons };
}

/** Whether a cell failed for good, or its delivery audit did. */
export function hasInvalidData(run: Pick<Result, 'cells' | 'scenarios'>): boolean {
  return lastOfEach(withoutLimited(run)).some((cell) => !isValid(cell));
}

/** Leaves out scenarios with a limit: they drive a lane until a cell fails or warns, which is what they look for. */
function withoutLimited({ cells, scenarios }: Pick<Result, 'cells' | 'scenarios'>): Cell[] {
  const limited = new Set(scenarios.filter(({ limit }) => limit).map(({ id }) => id));
  return cells.filter(({ scenario }) => !limited.has(scenario));
}

/** The last cell of each place in the plan: one that failed may have been measured again when the run was resumed. */
export function lastOfEach(cells: readonly Cell[]): Cell[] {
  return [...new Map(cells.map((cell) => [cellKey(cell), cell])).values()];
}

export function cellKey(cell: Pick<Cell, 'lane' | 'scenario' | 'point' | 'round'>): string {
  return `${keyOfPlace(cell)} ${cell.round}`;
}
