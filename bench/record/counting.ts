/** Which of several measurements of the same cell counts. Pure. */

import type { Cell, CompletedCell } from '../contract/result.ts';
import { chosenCells } from '../stats/attempts.ts';
import { groupBy, keyOfPlace } from '../stats/group.ts';

/** Equal for all attempts at one cell: the round of a lane at a point, of one run. */
export function cellKey(cell: Pick<Cell, 'lane' | 'scenario' | 'point' | 'round' | 'run'>): string {
  return `${keyOfPlace(cell)} ${cell.round} ${cell.run ?? 1}`;
}

/**
 * One cell for each key, in the order of the first: of those that completed the first undisturbed one, else the last. Where none
 * completed it is the last failure: a run that is resumed measures once more what failed. Nothing that was measured decides.
 */
export function countingCells(cells: readonly Cell[]): Cell[] {
  return [...groupBy(cells, cellKey).values()].flatMap((all) => {
    const [chosen] = chosenCells(all.filter((cell) => cell.state === 'completed'));
    return chosen ?? all.at(-1) ?? [];
  });
}

export function isDisturbed({ disturbance }: Pick<CompletedCell, 'disturbance'>): boolean {
  return disturbance.exceeded.length > 0;
}
