/** What a run shows while it runs: a live view on a terminal, plain lines elsewhere. */

import logUpdate from 'log-update';
import type { Cell, CompletedCell } from '../contract/result.ts';
import type { CellPlan } from '../run/cell-plan.ts';
import { expectedSeconds } from '../run/plan.ts';
import { keyOfPlace } from '../stats/group.ts';
import { metrics } from '../stats/metrics/metrics.ts';
import { isValid } from '../stats/metrics/valid.ts';

export interface Progress {
  cellStart(plan: CellPlan): void;
  cellEnd(cell: Cell): void;
  cellSkip(): void;
  end(): void;
}

const BAR_COLUMNS = 30;

export function showProgress(plans: readonly CellPlan[], stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? liveView(plans) : plainLines(plans, stream);
}

/** About how many seconds the cells from `done` on will take. */
export function secondsLeft(plans: readonly CellPlan[], done: number): number {
  return plans.slice(done).reduce((sum, plan) => sum + expectedSeconds(plan), 0);
}

function plainLines(plans: readonly CellPlan[], stream: NodeJS.WriteStream): Progress {
  const laneColumns = laneColumnsOf(plans);
  const width = String(plans.length).length;
  let done = 0;
  return {
    cellStart() {},
    cellEnd(cell) {
      done++;
      const place = `[${String(done).padStart(width)}/${plans.length}]`;
      stream.write(
        `${place} round ${cell.round}  ${describe(cell, laneColumns)}  ${clockTime(secondsLeft(plans, done))} left\n`,
      );
    },
    cellSkip() {
      done++;
    },
    end() {},
  };
}

function liveView(plans: readonly CellPlan[]): Progress {
  const laneColumns = laneColumnsOf(plans);
  const finished: Cell[] = [];
  let done = 0;
  let current: CellPlan | undefined;
  let startedMs = 0;
  const draw = () => {
    const elapsed = current ? Math.min((Date.now() - startedMs) / 1e3, expectedSeconds(current)) : 0;
    const total = secondsLeft(plans, 0);
    const left = secondsLeft(plans, done) - elapsed;
    const filled = Math.round(BAR_COLUMNS * (1 - left / total));
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled);
    const now = current ? `round ${current.round}  ${current.lane.id}  ${current.point.clients} clients` : '';
    logUpdate(
      [
        ...newestPerLane(finished).map((cell) => `  ${describe(cell, laneColumns)}`),
        '',
        `  ${bar}  cell ${Math.min(done + 1, plans.length)} of ${plans.length}  ${clockTime(left)} left`,
        `  ${now}`,
      ].join('\n'),
    );
  };
  // Once a second: the orchestrator shares a core with a load worker on small machines.
  const timer = setInterval(draw, 1_000);
  return {
    cellStart(plan) {
      current = plan;
      startedMs = Date.now();
      draw();
    },
    cellEnd(cell) {
      finished.push(cell);
      done++;
      current = undefined;
    },
    cellSkip() {
      done++;
    },
    end() {
      clearInterval(timer);
      logUpdate.clear();
    },
  };
}

function newestPerLane(cells: readonly Cell[]): Cell[] {
  return [...new Map(cells.map((cell) => [keyOfPlace(cell), cell])).values()];
}

function laneColumnsOf(plans: readonly CellPlan[]): number {
  return Math.max(0, ...plans.map(({ lane }) => lane.id.length));
}

function describe(cell: Cell, laneColumns: number): string {
  const lane = cell.lane.padEnd(laneColumns);
  if (cell.state === 'failed') return `${lane}  failed in ${cell.phase}: ${cell.error.message.split('\n', 1)[0]}`;
  if (!isValid(cell)) return `${lane}  invalid: ${cell.warnings[0]?.text ?? 'the delivery audit failed'}`;
  const numbers = headlines(cell);
  const warnings = cell.warnings.filter(({ severity }) => severity === 'severe').map(({ code }) => code);
  return `${lane}  ${numbers}${warnings.length > 0 ? `  ${warnings.join(' ')}` : ''}`;
}

/** Times before counts; of either, the first rows of the table are those that a cell was run for. */
const HEADLINES = [...metrics]
  .filter(({ shown }) => shown.progress)
  .sort((a, b) => Number(a.spread === 'range') - Number(b.spread === 'range'));

function headlines(cell: CompletedCell): string {
  return HEADLINES.flatMap(({ of, shown: { progress } }) => {
    const value = of(cell);
    return value === undefined || !progress
      ? []
      : `${progress.label} ${(value / progress.per).toFixed(progress.decimals)}`;
  })
    .slice(0, 2)
    .map((text) => text.padStart(22))
    .join('  ');
}

export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
