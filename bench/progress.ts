/** What a run shows while it runs: a live view on a terminal, plain lines elsewhere. */

import logUpdate from 'log-update';
import type { Cell } from './contract/result.ts';
import { expectedSeconds } from './plan.ts';
import type { CellPlan } from './run-cell.ts';
import { isValid } from './stats/valid.ts';

export interface Progress {
  cellStart(plan: CellPlan): void;
  cellEnd(cell: Cell): void;
  end(): void;
}

const BAR_COLUMNS = 30;

export function showProgress(plans: readonly CellPlan[], stream: NodeJS.WriteStream): Progress {
  return stream.isTTY ? liveView(plans) : plainLines(plans, stream);
}

/** Seconds that the cells from `done` on will take, about. */
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
    end() {},
  };
}

function liveView(plans: readonly CellPlan[]): Progress {
  const laneColumns = laneColumnsOf(plans);
  const finished: Cell[] = [];
  let current: CellPlan | undefined;
  let startedMs = 0;
  const draw = () => {
    const elapsed = current ? Math.min((Date.now() - startedMs) / 1e3, expectedSeconds(current)) : 0;
    const total = secondsLeft(plans, 0);
    const left = secondsLeft(plans, finished.length) - elapsed;
    const filled = Math.round(BAR_COLUMNS * (1 - left / total));
    const bar = '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled);
    const now = current ? `round ${current.round}  ${current.lane.id}  ${current.point.clients} clients` : '';
    logUpdate(
      [
        ...newestPerLane(finished).map((cell) => `  ${describe(cell, laneColumns)}`),
        '',
        `  ${bar}  cell ${Math.min(finished.length + 1, plans.length)} of ${plans.length}  ${clockTime(left)} left`,
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
      current = undefined;
    },
    end() {
      clearInterval(timer);
      logUpdate.clear();
    },
  };
}

function newestPerLane(cells: readonly Cell[]): Cell[] {
  return [
    ...new Map(cells.map((cell) => [`${cell.lane} ${cell.scenario} ${JSON.stringify(cell.point)}`, cell])).values(),
  ];
}

function laneColumnsOf(plans: readonly CellPlan[]): number {
  return Math.max(0, ...plans.map(({ lane }) => lane.id.length));
}

function describe(cell: Cell, laneColumns: number): string {
  const lane = cell.lane.padEnd(laneColumns);
  if (cell.state === 'failed') return `${lane}  failed in ${cell.phase}: ${cell.error.message.split('\n', 1)[0]}`;
  if (!isValid(cell)) return `${lane}  invalid: ${cell.warnings[0]?.text ?? 'the delivery audit failed'}`;
  const p50 = `p50 ${(cell.latency.p50Us / 1e3).toFixed(2).padStart(8)} ms`;
  const bytes = `${cell.wire.perDeliveryBytes.toFixed(1).padStart(8)} B/delivery`;
  const doubts = cell.warnings.filter(({ severity }) => severity === 'severe').map(({ code }) => code);
  return `${lane}  ${p50}  ${bytes}${doubts.length > 0 ? `  ${doubts.join(' ')}` : ''}`;
}

export function clockTime(seconds: number): string {
  const whole = Math.max(0, Math.ceil(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
