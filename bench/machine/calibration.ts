/** How fast the machine is just now, by a fixed piece of work, and how busy it was. */

import { loadavg, platform } from 'node:os';
import type { MachineState } from '../contract/result.ts';
import { nowNs } from '../measure/clock.ts';
import { readText } from '../measure/system-files.ts';

/** One turn takes 30 to 50 ms on cores of the 2020s. The numbers fit the first-level cache: memory has no part in it. */
const WORK = { numbers: 1_024, passes: 20_000 };
/** Turns until the work is compiled, and a core that slept is at its frequency. */
const WARM_UP_TURNS = 2;
const TURNS = 7;
/** Of a quarter of a millisecond: most of them end before anything interrupts them. */
const SHORT = { passes: 150, turns: 40 };

/** Kept at module level: a compiler may leave out work whose result nobody can read. */
const numbers = new Float64Array(WORK.numbers);

/**
 * Blocks for a third of a second. Times can be compared when they were taken on the same core: two cores of one machine may
 * differ by more than a quiet one does between two readings.
 */
export function readMachineState(calibrate: () => number = calibrateUs): MachineState {
  // Read first: the calibration would be part of it.
  const pressure = readPressure();
  const [one = 0, five = 0, fifteen = 0] = loadavg();
  return {
    calibrationUs: calibrate(),
    // Node says 0 on Windows, which has none.
    loadAverage: platform() === 'win32' ? null : [one, five, fifteen],
    pressure,
  };
}

/** What a turn of the fixed work took: the median of several, which a single interruption does not move. */
export function calibrateUs(): number {
  for (let turn = 0; turn < WARM_UP_TURNS; turn++) work(WORK.passes);
  return turnsUs(TURNS, WORK.passes).sort((a, b) => a - b)[(TURNS - 1) / 2] ?? 0;
}

/**
 * What the fastest of many short turns took: the speed of the core while nothing else was on it. Takes 10 ms; the first call
 * of a process takes longer, for the work is compiled then.
 */
export function shortestTurnUs(): number {
  if (!isCompiled) for (let turn = 0; turn < WARM_UP_TURNS; turn++) work(WORK.passes);
  isCompiled = true;
  return Math.min(...turnsUs(SHORT.turns, SHORT.passes));
}
let isCompiled = false;

function turnsUs(turns: number, passes: number): number[] {
  return Array.from({ length: turns }, () => {
    const startNs = nowNs();
    work(passes);
    return (nowNs() - startNs) / 1e3;
  });
}

/** Xorshift and a decaying sum: integers and floats, each step waiting for the one before. */
function work(passes: number): void {
  let state = 1;
  for (let pass = 0; pass < passes; pass++) {
    for (let at = 0; at < WORK.numbers; at++) {
      state ^= state << 13;
      state ^= state >>> 17;
      state ^= state << 5;
      numbers[at] = (numbers[at] ?? 0) * 0.5 + state;
    }
  }
}

function readPressure(): MachineState['pressure'] {
  const [cpu, memory, io] = ['cpu', 'memory', 'io'].map((name) =>
    parsePressure(readText(`/proc/pressure/${name}`) ?? ''),
  );
  return cpu === undefined || memory === undefined || io === undefined ? null : { cpu, memory, io };
}

/**
 * Share of the last 10 s in which some task waited.
 *
 * @param text of a file in /proc/pressure (kernel documentation, PSI); its averages are in per cent
 * @returns undefined where it does not tell
 */
export function parsePressure(text: string): number | undefined {
  const average = /^some avg10=(\d+(?:\.\d+)?) /m.exec(text)?.[1];
  return average === undefined ? undefined : Math.round(Number(average) * 100) / 1e4;
}
