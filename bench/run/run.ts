/** A run: the plan, cell by cell, saved after each. */

import type { Cell, Environment, MachineState, Result, Session } from '../contract/result.ts';
import { SCHEMA_VERSION } from '../contract/result.ts';
import { cellKey, type Evidence, judge, runWarnings } from '../record/citable.ts';
import { resultId } from '../record/identity.ts';
import { summarise } from '../stats/summarise.ts';
import type { CellPlan } from './cell-plan.ts';
import type { Laboratory } from './laboratory.ts';
import { isBeyondLimit, planCells, type RunConfig } from './plan.ts';
import { runCell } from './run-cell.ts';

export interface RunContext {
  readonly laboratory: Laboratory;
  readonly environment: Environment;
  /** As the user typed it. */
  readonly command: string;
  /** A run that was interrupted, to be finished: what it measured stays as it is. */
  readonly earlier?: Result | undefined;
  /** Takes a second or less: nothing of a cell runs meanwhile. */
  readonly readMachineState: () => MachineState;
  /** Called after every cell and at the end, with all there is so far. */
  readonly save: (result: Result) => void;
  readonly onCellStart: (plan: CellPlan) => void;
  readonly onCellEnd: (cell: Cell) => void;
  /** Of a cell that is left out because its lane was over the scenario's limit before. */
  readonly onCellSkip: () => void;
  /** Ends the run after what is measured so far. */
  readonly signal: AbortSignal;
  readonly now?: () => Date;
}

/** @returns the result as it was saved last; `finishedAt` is null when `signal` aborted the run */
export async function run(config: RunConfig, context: RunContext): Promise<Result> {
  const { laboratory, earlier, save, onCellStart, onCellEnd, onCellSkip, signal, now = () => new Date() } = context;
  const plans = remainingCells(config, earlier);
  const cells: Cell[] = [...(earlier?.cells ?? [])];
  const session = beginSession(context.readMachineState(), now());
  const resultSoFar = (ended: Ending) => {
    const sessions = [...(earlier?.sessions ?? []), session(cells.length - (earlier?.cells.length ?? 0), ended)];
    return buildResult(config, context, cells, sessions, ended.finishedAt);
  };

  save(resultSoFar(GOES_ON));
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
    if (++measured < plans.length) save(resultSoFar(GOES_ON));
  }
  const after = context.readMachineState();
  const endedAt = now().toISOString();
  const result = resultSoFar({ after, endedAt, finishedAt: measured === plans.length ? endedAt : null });
  save(result);
  return result;
}

/** What is still to be measured: of an earlier run, the cells that are not there, and those that failed. */
export function remainingCells(config: RunConfig, earlier: Result | undefined): CellPlan[] {
  const done = new Set(earlier?.cells.filter(({ state }) => state === 'completed').map(cellKey));
  return planCells(config).filter(({ lane, ...plan }) => !done.has(cellKey({ ...plan, lane: lane.id })));
}

/** The next cell must not share the machine with what this one left; it says so where it would. */
async function coolDown(cell: Cell, laboratory: Laboratory, signal: AbortSignal): Promise<Cell> {
  // Sockets in namespaces of the cell's own are gone with them.
  if (cell.state === 'failed' || cell.point.link !== undefined) return cell;
  const { open } = await laboratory.coolDown(Number(new URL(cell.url).port), signal);
  if (open === 0) return cell;
  const text = `${open} of its sockets were still there when the next cell began.`;
  const hint = 'Look for a client or a proxy that keeps connections open.';
  return { ...cell, warnings: [...cell.warnings, { code: 'sockets-left', severity: 'notice', text, hint }] };
}

interface Ending {
  readonly after: MachineState | null;
  readonly endedAt: string | null;
  /** null when cells are left. */
  readonly finishedAt: string | null;
}

const GOES_ON: Ending = { after: null, endedAt: null, finishedAt: null };

function beginSession(before: MachineState, startedAt: Date): (cells: number, ending: Ending) => Session {
  const start = { startedAt: startedAt.toISOString(), before };
  return (cells, { endedAt, after }) => ({ ...start, endedAt, cells, after });
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
    lanes: lanes.map(({ id, title, summary, transport, options, duplicateOf, variantOf }) => ({
      id,
      title,
      summary,
      transport,
      options,
      ...(duplicateOf !== undefined && { duplicateOf }),
      ...(variantOf !== undefined && { variantOf }),
    })),
    scenarios: [...scenarios],
    cells: [...cells],
    comparisons,
  };
  const warnings = runWarnings(evidence);
  const result = { ...evidence, id: '', citable: judge(warnings, evidence), warnings, estimates };
  return { ...result, id: resultId(result) };
}
