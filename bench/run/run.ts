/** A run: the plan, block by block, saved after each group of cells. */

import type { Cell, Environment, MachineState, Result, Session } from '../contract/result.ts';
import { notice, SCHEMA_VERSION } from '../contract/result.ts';
import { conclude } from '../record/conclude.ts';
import { cellKey } from '../record/counting.ts';
import { groupsToRepeat, keyOfPlan, MOST_ATTEMPTS } from './attempts.ts';
import type { CellGroup } from './cell-plan.ts';
import type { Laboratory } from './laboratory.ts';
import { blocksOf, isBeyondLimit, planCells, type RunConfig } from './plan.ts';
import { ProcessPool } from './process-pool.ts';
import { runCells as runInProcesses } from './run-cell.ts';

export interface RunContext {
  readonly laboratory: Laboratory;
  readonly environment: Environment;
  readonly command: string;
  /** An interrupted run to finish: its cells stay as they are. */
  readonly earlier?: Result | undefined;
  /** Runs of the same settings before it; of a run to finish, what it says itself holds. */
  readonly runsBefore?: number;
  readonly readMachineState: () => MachineState;
  /** Called before every group of cells and at the end, with all there is so far. */
  readonly save: (result: Result) => void;
  readonly onGroupStart: (group: CellGroup) => void;
  readonly onCellEnd: (cell: Cell) => void;
  /** Called for each group that is left out because its lane was over the scenario's limit before. */
  readonly onGroupSkip: (group: CellGroup) => void;
  /** Called with the groups of a block that are to be measured again next, because they were disturbed. */
  readonly onRepeat: (groups: readonly CellGroup[]) => void;
  readonly signal: AbortSignal;
  /** @default measures them in processes of the laboratory */
  readonly runCells?: typeof runInProcesses;
  readonly now?: () => Date;
}

/** @returns the result as it was saved last; `finishedAt` is null when `signal` aborted the run */
export async function run(config: RunConfig, context: RunContext): Promise<Result> {
  const { earlier, save, signal, now = () => new Date() } = context;
  const cells: Cell[] = [...(earlier?.cells ?? [])];
  const before = context.readMachineState();
  const start = { startedAt: now().toISOString(), before };
  const resultSoFar = (endedAt: string | null, after: MachineState | null, isFinished: boolean) => {
    const session = { ...start, endedAt, cells: cells.length - (earlier?.cells.length ?? 0), after };
    return buildResult(config, context, cells, [...(earlier?.sessions ?? []), session], isFinished ? endedAt : null);
  };
  const pool = new ProcessPool();
  const measure = async (group: CellGroup) => {
    save(resultSoFar(null, null, false));
    await measureGroup(group, cells, pool, context);
  };

  const isFinished = await measureBlocks(config, context, cells, measure)
    .catch((error) => {
      if (!signal.aborted) throw error;
      return false;
    })
    .finally(() => pool.end());
  const after = context.readMachineState();
  const result = resultSoFar(now().toISOString(), after, isFinished);
  save(result);
  return result;
}

/** @returns whether all that was left to measure was measured, or left out for a limit */
async function measureBlocks(
  config: RunConfig,
  { earlier, signal, onGroupSkip, onRepeat }: RunContext,
  cells: readonly Cell[],
  measure: (group: CellGroup) => Promise<void>,
): Promise<boolean> {
  const blocks = blocksOf(planCells(config));
  for (const block of blocks) {
    const firstOfBlock = cells.length;
    for (const group of withoutMeasured(block, earlier)) {
      if (signal.aborted) return false;
      if (isBeyondLimit(group[0], cells, config.scenarios)) onGroupSkip(group);
      else await measure(group);
    }
    for (let attempt = 2; attempt <= MOST_ATTEMPTS; attempt++) {
      const again = groupsToRepeat(block, cells.slice(firstOfBlock), attempt, config);
      if (again.length > 0) onRepeat(again);
      for (const group of again) {
        if (signal.aborted) return false;
        await measure(group);
      }
    }
  }
  return true;
}

/** Adds a cell for each plan of the group. */
async function measureGroup(
  [first, ...others]: CellGroup,
  cells: Cell[],
  pool: ProcessPool,
  { laboratory, signal, onGroupStart, onCellEnd, runCells = runInProcesses }: RunContext,
): Promise<void> {
  const group: CellGroup = [
    { ...first, order: cells.length + 1 },
    ...others.map((plan, at) => ({ ...plan, order: cells.length + 2 + at })),
  ];
  onGroupStart(group);
  const finished = await runCells(group, laboratory, signal, pool);
  const measured = await coolDown(finished, laboratory, signal).catch((error) => {
    // What was measured before the interruption is kept.
    if (!signal.aborted) throw error;
    return finished;
  });
  cells.push(...measured);
  for (const cell of measured) onCellEnd(cell);
}

/** The cells that an earlier run lacks, and those that failed in it; by group. A disturbed one is measured, and stays. */
export function remainingCells(config: RunConfig, earlier: Result | undefined): CellGroup[] {
  return withoutMeasured(planCells(config), earlier);
}

function withoutMeasured(groups: readonly CellGroup[], earlier: Result | undefined): CellGroup[] {
  const done = new Set(earlier?.cells.filter(({ state }) => state === 'completed').map(cellKey));
  return groups.flatMap((group) => {
    const [first, ...others] = group.filter((plan) => !done.has(keyOfPlan(plan)));
    return first ? [[first, ...others] as const] : [];
  });
}

/** Waits until the sockets of the group are gone; a warning of its last cell counts those that stay. */
async function coolDown(cells: readonly Cell[], laboratory: Laboratory, signal: AbortSignal): Promise<Cell[]> {
  const last = cells.findLast((cell) => cell.state === 'completed');
  // Sockets in the cell's own network namespaces are gone with them.
  if (!last || last.point.link !== undefined) return [...cells];
  const { open } = await laboratory.coolDown(Number(new URL(last.url).port), signal);
  if (open === 0) return [...cells];
  const text = `${open} of its sockets were still there when the next cell began.`;
  const left = notice('sockets-left', text, 'Look for a client or a proxy that keeps connections open.');
  return cells.map((cell) => (cell === last ? { ...cell, warnings: [...cell.warnings, left] } : cell));
}

function buildResult(
  config: RunConfig,
  context: RunContext,
  cells: readonly Cell[],
  sessions: readonly Session[],
  finishedAt: string | null,
): Result {
  const { environment, command, earlier } = context;
  const { profile, lanes, scenarios, workers, reference, seed } = config;
  const runsBefore = earlier ? earlier.runsBefore : context.runsBefore;
  return conclude({
    schemaVersion: SCHEMA_VERSION,
    startedAt: sessions[0]?.startedAt ?? '',
    finishedAt,
    command: earlier?.command ?? command,
    seed,
    profile,
    ...(runsBefore !== undefined && { runsBefore }),
    reference,
    workers,
    environment,
    sessions: [...sessions],
    lanes: lanes.map(
      ({
        server: _server,
        client: _client,
        wire: _wire,
        page: _page,
        events: _events,
        skips: _skips,
        keepAlive: _keepAlive,
        id,
        title,
        summary,
        ...row
      }) => ({
        id,
        title,
        summary,
        ...row,
      }),
    ),
    scenarios: [...scenarios],
    cells: [...cells],
  });
}
