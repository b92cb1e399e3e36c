/** What earlier runs of the same settings gave, for the terminal. Pure: data → text. */

import type { Result } from '../../contract/result.ts';
import { type EarlierRun, earlierTable } from '../view/tables/earlier-table.ts';
import { countOf } from '../view/words/format.ts';
import type { ScenarioView } from '../view/words/places.ts';
import { align } from './terminal-tables.ts';

/** Lines; none where no run came before. */
export function earlierLines(result: Result, views: readonly ScenarioView[], earlier: readonly EarlierRun[]): string[] {
  const table = earlierTable(result, views, earlier);
  if (!table) return [];
  const [, ...heads] = table.columns.map(({ label }) => label);
  const rows = table.rows.map(({ header, group, cells }) => {
    const name = group === undefined ? header : `${header}, ${group}`;
    return [name, ...cells.map(({ text, interval }) => (interval === undefined ? text : `${text} ${interval}`))];
  });
  const of = countOf(earlier.length, 'earlier run').replaceAll('\u00a0', ' ');
  return [
    `${of} of these settings on this machine, from the least to the most:`,
    '',
    align([['', ...heads], ...rows]).replaceAll('\u00a0', ' '),
    '',
  ];
}
