/** `cells.csv`: every number of every cell, unrounded and tidy, for tools of statistics. */

import type { Cell, Result } from '../../contract/result.ts';
import { metrics } from '../../stats/metrics/metrics.ts';
import { isValid } from '../../stats/metrics/valid.ts';
import { csv, type Field, POINT_HEADER, pointFields } from '../view/words/csv.ts';

const HEADER: readonly string[] = [
  ...['run', 'lane', 'scenario', ...POINT_HEADER, 'round', 'attempt', 'order'],
  ...['state', 'valid', 'metric', 'value', 'unit', 'phase', 'error'],
];

/**
 * A row for each cell and each metric that it can tell; a failed cell has one, with its phase and error. The run is the one that
 * the cell was measured in, also of a merged result. `valid` is false where the delivery audit or the count of bytes found
 * something: such values are in no table.
 */
export function cellsCsv({ id, merged, cells }: Pick<Result, 'id' | 'merged' | 'cells'>): string {
  const runOf = ({ run = 0 }: Cell) => merged?.[run - 1]?.id ?? id;
  return csv(
    HEADER,
    cells.flatMap((cell) => rowsOf(cell).map((row) => [runOf(cell), ...row])),
  );
}

function rowsOf(cell: Cell): Field[][] {
  const { lane, scenario, point, round, attempt, order, state } = cell;
  const identity = [lane, scenario, ...pointFields(point), round, attempt, order, state, isValid(cell)];
  if (cell.state === 'failed') return [[...identity, '', '', '', cell.phase, cell.error.message]];
  return metrics.flatMap(({ id, unit, of }) => {
    const value = of(cell);
    return value === undefined ? [] : [[...identity, id, value, unit, '', '']];
  });
}
