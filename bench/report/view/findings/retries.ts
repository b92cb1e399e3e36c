import type { Cell } from '../../../contract/result.ts';
import { keyOf } from '../words/points.ts';

/** A run that is resumed measures once more what failed: both cells are in the result, and the later one counts. */
export function wasMeasuredAgain(failed: Cell, cells: readonly Cell[]): boolean {
  return cells.some(
    (cell) =>
      cell.state === 'completed' &&
      cell.order > failed.order &&
      cell.lane === failed.lane &&
      cell.scenario === failed.scenario &&
      cell.round === failed.round &&
      keyOf(cell.point) === keyOf(failed.point),
  );
}
