/** `cells.csv`: every number of every cell, unrounded and tidy, for tools of statistics. */

import { DIMENSIONS } from '../../contract/dimensions.ts';
import type { Cell, Result } from '../../contract/result.ts';
import { metrics } from '../../stats/metrics/metrics.ts';
import { isValid } from '../../stats/metrics/valid.ts';

type Field = string | number | boolean | undefined;

const HEADER: readonly string[] = [
  ...['run', 'lane', 'scenario', ...DIMENSIONS.map(({ key }) => toSnakeCase(key)), 'round', 'attempt', 'order'],
  ...['state', 'valid', 'metric', 'value', 'unit', 'phase', 'error'],
];

/**
 * A row for each cell and each metric that it can tell; a failed cell has one, with its phase and error. A field that does not
 * apply is empty. The run is the one that the cell was measured in, also of a merged result. `valid` is false where the delivery audit or the count of bytes found something: such values are in no table.
 */
export function cellsCsv({ id, merged, cells }: Pick<Result, 'id' | 'merged' | 'cells'>): string {
  const runOf = ({ run = 0 }: Cell) => merged?.[run - 1]?.id ?? id;
  return [HEADER, ...cells.flatMap((cell) => rowsOf(cell).map((row) => [runOf(cell), ...row]))].map(toLine).join('');
}

function rowsOf(cell: Cell): Field[][] {
  const { lane, scenario, point, round, attempt, order, state } = cell;
  const dimensions = DIMENSIONS.map(({ key }) => point[key]);
  const identity = [lane, scenario, ...dimensions, round, attempt, order, state, isValid(cell)];
  if (cell.state === 'failed') return [[...identity, '', '', '', cell.phase, cell.error.message]];
  return metrics.flatMap(({ id, unit, of }) => {
    const value = of(cell);
    return value === undefined ? [] : [[...identity, id, value, unit, '', '']];
  });
}

function toSnakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (capital) => `_${capital.toLowerCase()}`);
}

/** A record with its line break: RFC 4180, section 2. */
function toLine(fields: readonly Field[]): string {
  return `${fields.map(toField).join(',')}\r\n`;
}

function toField(field: Field): string {
  const text = String(field ?? '');
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
