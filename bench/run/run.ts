/** A run: the plan, cell by cell, saved after each. */

import type { Cell, Environment, MachineState, Result, Session } from '../contract/result.ts';
import { notice, SCHEMA_VERSION } from '../contract/result.ts';
import { type Evidence, judge, runWarnings } from '../record/citable.ts';
import { cellKey } from '../record/counting.ts';
import { resultId } from '../record/identity.ts';
import { withStandings } from '../record/standing.ts';
import { summarise } from '../stats/summarise.ts';
import type { CellPlan } from './cell-plan.ts';
import type { Laboratory } from './laboratory.ts';
import { isBeyondLimit, planCells, type RunConfig } from './plan.ts';
import { runCell } from './run-cell.ts';

export interface RunContext {
  readonly laboratory: Laboratory;
  readonly environment: Environment;
  readonly command: string;
  /** An interrupted run to finish: its cells stay as they are. */
  readonly earlier?: Result | undefined;
  readonly readMachineState: () => MachineState;
  /** Called after every cell and at the end, with all there is so far. */
  readonly save: (result: Result) => void;
  readonly onCellStart: (plan: CellPlan) => void;
  readonly onCellEnd: (cell: Cell) => void;
  /** Called for each cell that is left out because its lane was over the scenario's limit before. */
  readonly onCellSkip: () => void;
  readonly signal: AbortSignal;
  readonly now?: () => Date;
}

/** @returns the result as it was saved last; `finishedAt` is null when `signal` aborted the run */
export async function run(config: RunConfig, context: RunContext): Promise<Result> {
  const { laboratory, earlier, save, onCellStart, onCellEnd, onCellSkip, signal, now = () => new Date() } = context;
  const plans = remainingCells(config, earlier);
  const cells: Cell[] = [...(earlier?.cells ?? [])];
  const before = context.readMachineState();
  const start = { startedAt: now().toISOString(), before };
  const resultSoFar = (endedAt: string | null, after: MachineState | null, isFinished: boolean) => {
    const session = { ...start, endedAt, cells: cells.length - (earlier?.cells.length ?? 0), after };
    return buildResult(config, context, cells, [...(earlier?.sessions ?? []), session], isFinished ? endedAt : null);
  };

  save(resultSoFar(null, null, false));
  let measured = 0;
  for (const plan of plans) {
    if (signal.aborted) break;
    if (isBeyondLimit(plan, cells, config.scenarios)) {
      onCellSkip();
      measured++;
      continue;
    }
    const next = { ...plan, order: cells.length + 1 };
    onCellStart(next);
    try {
      const cell = await coolDown(await runCell(next, laboratory, signal), laboratory, signal);
      cells.push(cell);
      onCellEnd(cell);
    } catch (error) {
      if (!signal.aborted) throw error;
      break;
    }
    if (++measured < plans.length) save(resultSoFar(null, null, false));
  }
  const after = context.readMachineState();
  const result = resultSoFar(now().toISOString(), after, measured === plans.length);
  save(result);
  return result;
}

/** The cells that an earlier run lacks, and those that failed in it. */
export function remainingCells(config: RunConfig, earlier: Result | undefined): CellPlan[] {
  const done = new Set(earlier?.cells.filter(({ state }) => state === 'completed').map(cellKey));
  return planCells(config).filter(({ lane, ...plan }) => !done.has(cellKey({ ...plan, lane: lane.id })));
}

/** Waits until the cell's sockets are gone; a warning counts those that stay. */
async function coolDown(cell: Cell, laboratory: Laboratory, signal: AbortSignal): Promise<Cell> {
  // Sockets in the cell's own network namespaces are gone with them.
  if (cell.state === 'failed' || cell.point.link !== undefined) return cell;
  const { open } = await laboratory.coolDown(Number(new URL(cell.url).port), signal);
  if (open === 0) return cell;
  const text = `${open} of its sockets were still there when the next cell began.`;
  const hint = 'Look for a client or a proxy that keeps connections open.';
  return { ...cell, warnings: [...cell.warnings, notice('sockets-left', text, hint)] };
}

function buildResult(
  config: RunConfig,
  { environment, command, earlier }: RunContext,
  cells: readonly Cell[],
  sessions: readonly Session[],
  finishedAt: string | null,
): Result {
  const { profile, lanes, scenarios, workers, reference, seed } = config;
  const { estimates, comparisons } = summarise(cells, { reference, lanes });
  const evidence: Evidence = {
    schemaVersion: SCHEMA_VERSION,
    startedAt: sessions[0]?.startedAt ?? '',
    finishedAt,
    command: earlier?.command ?? command,
    seed,
    profile,
    reference,
    workers,
    environment,
    sessions: [...sessions],
    lanes: lanes.map(
      ({ server: _server, client: _client, wire: _wire, skips: _skips, id, title, summary, ...row }) => ({
        id,
        title,
        summary,
        ...row,
      }),
    ),
    scenarios: [...scenarios],
    cells: [...cells],
    comparisons,
  };
  const warnings = runWarnings(evidence);
  const result = withStandings({ ...evidence, id: '', citable: judge(warnings, evidence), warnings, estimates });
  return { ...result, id: resultId(result) };
}
