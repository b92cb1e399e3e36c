/** What a run shows while it runs: one live line on a terminal, plain lines elsewhere. */

import logUpdate from 'log-update';
import type { Cell, CompletedCell, Point } from '../contract/result.ts';
import { variedText } from '../report/view/words/points.ts';
import type { CellGroup, CellPlan } from '../run/cell-plan.ts';
import { expectedSeconds } from '../run/plan.ts';
import { groupBy } from '../stats/group.ts';
import { metrics } from '../stats/metrics/metrics.ts';
import { isValid } from '../stats/metrics/valid.ts';

export interface Progress {
  groupStart(group: CellGroup): void;
  cellEnd(cell: Cell): void;
  groupSkip(group: CellGroup): void;
  /** Groups that come next, besides those that were planned. */
  repeat(groups: readonly CellGroup[]): void;
  end(): void;
}

const BAR_COLUMNS = 12;

export function showProgress(groups: readonly CellGroup[], stream: NodeJS.WriteStream): Progress {
  const course = new Course(groups);
  // A dumb terminal shows escape codes as text.
  return stream.isTTY && process.env['TERM'] !== 'dumb' ? liveView(course, stream) : plainLines(course, stream);
}

/** About how many seconds these groups will take. */
export function secondsOf(groups: readonly CellGroup[]): number {
  return groups.reduce((sum, group) => sum + expectedSeconds(group), 0);
}

/** What is behind a run and before it; groups that are measured again make it longer. */
export class Course {
  #left: CellGroup[];
  #cells: number;
  #seconds: number;
  #done = 0;
  #ofGroup = 0;
  readonly #points: ReadonlyMap<string, readonly Point[]>;

  constructor(groups: readonly CellGroup[]) {
    this.#points = new Map(
      [...groupBy(groups.flat(), ({ scenario }) => scenario)].map(([id, cells]) => [
        id,
        cells.map(({ point }) => point),
      ]),
    );
    this.#left = [...groups];
    this.#cells = groups.flat().length;
    this.#seconds = secondsOf(groups);
  }

  /** Ids of the lanes to be measured, one for each group. */
  get lanes(): string[] {
    return this.#left.map(([{ lane }]) => lane.id);
  }

  /** Cells of the whole run, repeats included as far as they are known. */
  get cells(): number {
    return this.#cells;
  }

  /** Cells that were measured or left out. */
  get done(): number {
    return this.#done;
  }

  /** `fanout, 1 client`: which scenario, and at which of its points; the scenario alone where it has one. */
  placeOf({ scenario, point }: Pick<CellPlan, 'scenario' | 'point'>): string {
    return [scenario, variedText(point, this.#points.get(scenario) ?? [point])].filter(Boolean).join(', ');
  }

  get secondsLeft(): number {
    return secondsOf(this.#left);
  }

  get secondsInAll(): number {
    return this.#seconds;
  }

  repeat(groups: readonly CellGroup[]): void {
    this.#left.unshift(...groups);
    this.#cells += groups.flat().length;
    this.#seconds += secondsOf(groups);
  }

  cellEnd(): void {
    this.#done++;
    this.#ofGroup++;
    if (this.#ofGroup === this.#left[0]?.length) this.#endGroup();
  }

  groupSkip({ length }: CellGroup): void {
    this.#done += length;
    this.#endGroup();
  }

  #endGroup(): void {
    this.#left.shift();
    this.#ofGroup = 0;
  }
}

function plainLines(course: Course, stream: NodeJS.WriteStream): Progress {
  const laneColumns = laneColumnsOf(course.lanes);
  return {
    groupStart() {},
    cellEnd(cell) {
      course.cellEnd();
      const place = `[${String(course.done).padStart(String(course.cells).length)}/${course.cells}]`;
      const left = `${clockTime(course.secondsLeft)} left`;
      stream.write(`${place} ${course.placeOf(cell)}  ${roundText(cell)}  ${describe(cell, laneColumns)}  ${left}\n`);
    },
    groupSkip: (group) => course.groupSkip(group),
    repeat(groups) {
      course.repeat(groups);
      const lanes = groups.map(([{ lane }]) => lane.id).join(', ');
      stream.write(`Others took of the machine: ${lanes} are measured again.\n`);
    },
    end() {},
  };
}

function liveView(course: Course, stream: NodeJS.WriteStream): Progress {
  let current: CellGroup | undefined;
  let measured = 0;
  let startedMs = 0;
  const draw = () => {
    if (!current) return;
    const elapsed = Math.min((Date.now() - startedMs) / 1e3, expectedSeconds(current));
    logUpdate(liveLine(course, current[Math.min(measured, current.length - 1)] ?? current[0], elapsed, stream.columns));
  };
  // Once a second: the orchestrator shares a core with a load worker on small machines.
  const timer = setInterval(draw, 1_000);
  return {
    groupStart(group) {
      current = group;
      measured = 0;
      startedMs = Date.now();
      draw();
    },
    cellEnd(cell) {
      course.cellEnd();
      measured++;
      if (isValid(cell)) return draw();
      // Stays above the live line.
      logUpdate.clear();
      stream.write(`${roundText(cell)}  ${describe(cell, cell.lane.length)}\n`);
    },
    groupSkip: (group) => course.groupSkip(group),
    repeat: (groups) => course.repeat(groups),
    end() {
      clearInterval(timer);
      logUpdate.clear();
    },
  };
}

/** `███░░░░░░░░░ 12/90  4:12 left  round 3  websocket  fanout, 100 clients`, cut to the terminal's width. */
export function liveLine(course: Course, cell: CellPlan, elapsedSeconds: number, columns = 80): string {
  const left = Math.max(0, course.secondsLeft - elapsedSeconds);
  const filled = Math.round(BAR_COLUMNS * (1 - left / course.secondsInAll));
  const bar = '█'.repeat(filled) + '░'.repeat(BAR_COLUMNS - filled);
  const count = `${Math.min(course.done + 1, course.cells)}/${course.cells}`;
  const parts = [`${bar} ${count}`, `${clockTime(left)} left`, roundText(cell), cell.lane.id, course.placeOf(cell)];
  const line = parts.join('  ');
  return line.length < columns ? line : `${line.slice(0, columns - 2)}…`;
}

/** `round 3`, or `round 3, attempt 2` */
function roundText({ round, attempt }: Pick<Cell, 'round' | 'attempt'>): string {
  return attempt > 1 ? `round ${round}, attempt ${attempt}` : `round ${round}`;
}

function laneColumnsOf(lanes: readonly string[]): number {
  return Math.max(0, ...lanes.map(({ length }) => length));
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

/**
 * Lets a run outlive what reads its output: a pipe that is closed, a disk that is full, a terminal that is gone.
 *
 * @returns a line for each stream that could not be written to any more, as they come
 */
export function goOnWithoutOutput(): readonly string[] {
  const lost: string[] = [];
  for (const [name, stream] of [
    ['standard output', process.stdout],
    ['standard error', process.stderr],
  ] as const) {
    // Without a listener, the first failed write would end the process.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (lost.some((line) => line.startsWith(name))) return;
      lost.push(
        `${name} could not be written to (${error.code ?? error.message}) from ${new Date().toISOString()} on\n`,
      );
    });
  }
  return lost;
}
