/** Tables with a row for each lane of each scenario, over all its points and completed rounds. */

import type { CompletedCell } from '../../../contract/result.ts';
import { chosenCells } from '../../../stats/attempts.ts';
import type { Column, Table, TableCell } from '../page-model.ts';
import { formatNumber, formatRange } from '../words/format.ts';
import { completedByLane, type ScenarioView } from '../words/places.ts';

export interface RoundsSpec extends Pick<Table, 'id' | 'title' | 'definition'> {
  /** What a folded table says of all cells; undefined leaves it open. */
  readonly folded: (completed: readonly CompletedCell[]) => string | undefined;
  readonly takes?: (cell: CompletedCell) => boolean;
  /** Whether it leaves out the attempts at a round that do not count. */
  readonly isOfCounting?: boolean;
  readonly columns: readonly RoundsColumn[];
  readonly notes?: (completed: readonly CompletedCell[]) => readonly string[];
}

export interface RoundsColumn {
  readonly column: Column;
  readonly cell: (completed: readonly CompletedCell[]) => TableCell;
}

/** One value a round, as the range from the lowest to the highest. */
export function rangeColumn(
  label: string,
  unit: string,
  of: (cell: CompletedCell) => number,
  format = formatNumber,
): RoundsColumn {
  return {
    column: { label, unit, numeric: true },
    cell: (completed) => ({ text: formatRange(completed.map(of), format) ?? '' }),
  };
}

/** undefined where no cell of those was completed. */
export function roundsTable(
  views: readonly ScenarioView[],
  { id, title, definition, folded, takes = () => true, isOfCounting = false, columns, notes }: RoundsSpec,
): Table | undefined {
  const measured = views.flatMap((view) =>
    completedByLane(view).map(({ label, completed: all }) => ({
      view,
      label,
      completed: (isOfCounting ? chosenCells(all) : all).filter(takes),
    })),
  );
  const rows = measured.filter(({ completed }) => completed.length > 0);
  if (rows.length === 0) return undefined;
  const all = rows.flatMap(({ completed }) => completed);
  return {
    id,
    title,
    definition,
    columns: [{ label: 'Lane', numeric: false }, ...columns.map(({ column }) => column)],
    rows: rows.map(({ view, label, completed }) => ({
      header: label.title,
      group: views.length === 1 ? undefined : view.scenario.title,
      lane: label,
      cells: columns.map(({ cell }) => cell(completed)),
    })),
    folded: folded(all),
    ...(notes && { notes: notes(all) }),
  };
}
