/** What is said of further runs on the terminal: earlier ones of the same settings, and those that were joined. Pure: data → text. */

import type { Result } from '../../contract/result.ts';
import type { Table } from '../view/page-model.ts';
import { betweenRunsTable } from '../view/tables/between-runs-table.ts';
import { type EarlierRun, earlierTable } from '../view/tables/earlier-table.ts';
import { countOf, headed } from '../view/words/format.ts';
import type { ScenarioView } from '../view/words/places.ts';
import { runsBeforeText } from '../view/words/wording.ts';
import { align } from './terminal-tables.ts';

/** Lines; none where no run came before. One that did not end is counted, and has no figures. */
export function earlierLines(result: Result, views: readonly ScenarioView[], earlier: readonly EarlierRun[]): string[] {
  const { runsBefore = 0 } = result;
  const before = runsBefore > 0 ? [`Before it: ${runsBeforeText(runsBefore)}.`, ''] : [];
  const heading = `${countOf(earlier.length, 'earlier run')} of these settings, from the least to the most:`;
  return [...before, ...tableLines(heading, earlierTable(result, views, earlier))];
}

/** Lines; none for a single run. */
export function betweenRunsLines(result: Result, views: readonly ScenarioView[]): string[] {
  const heading = 'Of the variance of a round, the share between the runs:';
  return tableLines(heading, betweenRunsTable(result, views));
}

function tableLines(heading: string, table: Table | undefined): string[] {
  if (!table) return [];
  const [, ...heads] = table.columns.map(({ label, unit = '' }) => headed(label, { unit }));
  const rows = table.rows.map(({ header, group, cells }) => {
    const name = group === undefined ? header : `${header}, ${group}`;
    return [name, ...cells.map(({ text, interval }) => (interval === undefined ? text : `${text} ${interval}`))];
  });
  return [heading, '', align([['', ...heads], ...rows]), ''].map((line) => line.replaceAll('\u00a0', ' '));
}
