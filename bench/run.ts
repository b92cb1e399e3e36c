/** A run: the plan, cell by cell, saved after each. */

import { PERCENTILE_LABELS, tooFewFor } from './contract/percentiles.ts';
import type { Cell, Environment, Result, Warning } from './contract/result.ts';
import { SCHEMA_VERSION } from './contract/result.ts';
import { planCells, type RunConfig } from './plan.ts';
import { type CellPlan, type Laboratory, runCell } from './run-cell.ts';
import { isValid, summarise } from './stats/summarise.ts';

export interface RunContext {
  readonly laboratory: Laboratory;
  readonly environment: Environment;
  /** As the user typed it. */
  readonly command: string;
  /** Called after every cell and at the end, with all there is so far. */
  readonly save: (result: Result) => void;
  readonly onCellStart: (plan: CellPlan, total: number) => void;
  readonly onCellEnd: (cell: Cell) => void;
  /** Ends the run after what is measured so far. */
  readonly signal: AbortSignal;
  readonly now?: () => Date;
}

/** @returns the result as it was saved last; `finishedAt` is null when `signal` aborted the run */
export async function run(config: RunConfig, context: RunContext): Promise<Result> {
  const { laboratory, save, onCellStart, onCellEnd, signal, now = () => new Date() } = context;
  const plans = planCells(config);
  const cells: Cell[] = [];
  const startedAt = now().toISOString();
  const resultSoFar = (finishedAt: string | null) => buildResult(config, context, cells, startedAt, finishedAt);

  save(resultSoFar(null));
  for (const plan of plans) {
    if (signal.aborted) break;
    onCellStart(plan, plans.length);
    try {
      const cell = await runCell(plan, laboratory, signal);
      cells.push(cell);
      onCellEnd(cell);
    } catch (error) {
      if (!signal.aborted) throw error;
      break;
    }
    if (cells.length < plans.length) save(resultSoFar(null));
  }
  const result = resultSoFar(cells.length === plans.length ? now().toISOString() : null);
  save(result);
  return result;
}

function buildResult(
  config: RunConfig,
  { environment, command }: RunContext,
  cells: readonly Cell[],
  startedAt: string,
  finishedAt: string | null,
): Result {
  const { profile, lanes, scenarios, reference, seed } = config;
  const warnings = runWarnings(config, environment, cells, finishedAt !== null);
  return {
    schemaVersion: SCHEMA_VERSION,
    id: `${startedAt.replace(/[-:]|\.\d+Z/g, '').replace('T', '-')}-${profile}-${seed}`,
    startedAt,
    finishedAt,
    command,
    seed,
    profile,
    reference,
    citable: judge(warnings, cells),
    workers: config.workers,
    environment,
    sessions: [],
    lanes: lanes.map(({ id, title, summary, transport, options, repeats }) => ({
      id,
      title,
      summary,
      transport,
      options,
      ...(repeats !== undefined && { repeats }),
    })),
    scenarios: scenarios.map(({ points, ...scenario }) => ({ ...scenario, points: [...points] })),
    warnings,
    cells: [...cells],
    ...summarise(cells, reference),
  };
}

function runWarnings(
  config: RunConfig,
  environment: Environment,
  cells: readonly Cell[],
  finished: boolean,
): Warning[] {
  const warnings: Warning[] = [];
  const add = (code: string, text: string, hint: string) => warnings.push({ code, severity: 'severe', text, hint });
  if (!finished) add('unfinished', `${cells.length} cells were measured; the run did not end.`, 'Run it to its end.');
  const few = config.scenarios.filter(({ rounds, figures }) => rounds < 3 && figures.some(varies));
  for (const { id, rounds } of few) {
    const text = `${rounds} ${rounds === 1 ? 'round' : 'rounds'} of ${id} ${rounds === 1 ? 'gives' : 'give'} no interval worth quoting.`;
    add('too-few-rounds', text, 'Run with --rounds 5 or more.');
  }
  const timed = new Set(config.scenarios.filter(({ figures }) => figures.includes('latency')).map(({ id }) => id));
  const events = Math.min(
    ...cells.flatMap((cell) => (cell.state === 'completed' && timed.has(cell.scenario) ? cell.window.events : [])),
  );
  const unquotable = tooFewFor(events).map((name) => PERCENTILE_LABELS[name]);
  if (unquotable.length > 0 && Number.isFinite(events)) {
    warnings.push({
      code: 'too-few-events',
      severity: 'notice',
      text: `A window holds ${events} events: ${unquotable.join(', ')} are not quoted.`,
      hint: 'Run with a longer --window, or a higher --rate.',
    });
  }
  if (environment.git.commit === null || environment.git.dirty) {
    const text = environment.git.dirty ? 'The code differed from its commit.' : 'The code was not in a git checkout.';
    add('dirty-tree', text, 'Commit first, so that others can run what you ran.');
  }
  return warnings;
}

/** Bytes come out the same each round; times do not. */
function varies(figure: Result['scenarios'][number]['figures'][number]): boolean {
  return figure !== 'layers' && figure !== 'bytes';
}

/** A result may be cited when nothing severe stands against it; otherwise each reason is told once. */
function judge(warnings: readonly Warning[], cells: readonly Cell[]): Result['citable'] {
  const severe = warnings.filter(({ severity }) => severity === 'severe');
  const reasons = severe.map(({ code, text }) => `${code}: ${text}`);
  const failed = cells.filter(({ state }) => state === 'failed').length;
  if (failed > 0) reasons.push(`failed: ${failed} of ${cells.length} cells failed.`);
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

/** Whether a cell failed, or its delivery audit did. */
export function hasInvalidData(result: Result): boolean {
  return result.cells.some((cell) => !isValid(cell));
}
