/** How the rounds of cells are named and counted, in results of one run and of several. */

import type { Cell, CompletedCell } from '../../../contract/result.ts';

type Numbered = Pick<Cell, 'round' | 'run' | 'attempt'>;

/** `3`; with what tells it from others of that number: `3 of run 2, attempt 2`. */
export function roundName({ round, run, attempt }: Numbered): string {
  const ofRun = run === undefined ? '' : ` of run ${run}`;
  return `${round}${ofRun}${attempt > 1 ? `, attempt ${attempt}` : ''}`;
}

/** The name of a round's dot: where all attempts at it were disturbed, the last one counts, and says so. */
export function dotName(cell: CompletedCell): string {
  return `${roundName(cell)}${cell.disturbance.exceeded.length > 0 ? ', disturbed' : ''}`;
}

/** How many rounds, however often each was measured; those of several runs are different ones. */
export function roundsOf(cells: readonly Numbered[]): number {
  return new Set(cells.map(({ round, run }) => `${run} ${round}`)).size;
}

/** By run, then by round, then by attempt. */
export function inRoundOrder(a: Numbered, b: Numbered): number {
  return (a.run ?? 0) - (b.run ?? 0) || a.round - b.round || a.attempt - b.attempt;
}
