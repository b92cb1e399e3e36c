/** What speaks against the numbers: cells that do not count, the delivery audit, bytes that disagree, warnings. */

import type { Cell, CompletedCell, FailedCell, Result, Warning } from '../../contract/result.ts';
import { groupBy } from '../../stats/group.ts';
import { isValid } from '../../stats/metrics/valid.ts';
import type { Column, LaneLabel, Table, TableCell } from './page-model.ts';
import { roundsTable } from './tables/rounds-table.ts';
import { PARTS } from './words/anchors.ts';
import { countOf, formatCount } from './words/format.ts';
import { laneLabels, placeTitles, type ScenarioView, wasMeasuredAgain } from './words/places.ts';
import { roundName } from './words/rounds.ts';

export function checksOf(result: Result, views: readonly ScenarioView[]) {
  return {
    rejected: rejectedTable(result, views),
    audit: auditTable(views),
    agreement: agreementTable(views),
    warnings: warningGroups(result, views),
  };
}

const isCompleted = (cell: Cell): cell is CompletedCell => cell.state === 'completed';
const number = (value: number): TableCell => ({ text: formatCount(value) });
const text = (value: string | null): TableCell => (value === null ? { text: 'none', isRemark: true } : { text: value });

function rejectedTable(result: Result, views: readonly ScenarioView[]): Table | undefined {
  const { cells } = result;
  const rejected = cells.filter((cell) => !isValid(cell));
  if (rejected.length === 0) return undefined;
  const retries = new Set(rejected.filter((cell) => wasMeasuredAgain(cell, cells)));
  const labels = laneLabels(result);
  const titleOf = placeTitles(views);
  return {
    id: PARTS.rejected,
    title: 'Cells that do not count',
    definition: 'They are in the result, but in no estimate, comparison or chart.',
    columns: [
      ...['Lane', 'Scenario'].map(textColumn),
      numericColumn('Round'),
      ...['Phase', 'Error', 'Code', 'Signal'].map(textColumn),
      ...(retries.size > 0 ? [textColumn('Then')] : []),
    ],
    rows: rejected.map((cell) => ({
      header: labels.get(cell.lane)?.title ?? cell.lane,
      lane: labels.get(cell.lane),
      cells: [
        text(titleOf(cell)),
        { text: roundName(cell) },
        ...(isCompleted(cell) ? auditFailure(cell) : failure(cell)),
        ...(retries.size > 0 ? [text(retries.has(cell) ? 'measured again' : null)] : []),
      ],
    })),
  };
}

function failure({ phase, error: { message, code, signal } }: FailedCell): TableCell[] {
  return [text(phase), text(message), text(code === null ? null : String(code)), text(signal)];
}

function auditFailure({ delivery: { missing, duplicated, outOfOrder, unexpected } }: CompletedCell): TableCell[] {
  if (missing + duplicated + outOfOrder + unexpected === 0) {
    return [text('byte count'), text('server and clients counted different bytes'), text(null), text(null)];
  }
  const found = `${missing} missing, ${duplicated} duplicated, ${outOfOrder} out of order, ${unexpected} unexpected`;
  return [text('delivery audit'), text(found), text(null), text(null)];
}

function auditTable(views: readonly ScenarioView[]): Table | undefined {
  const keys = ['expected', 'delivered', 'missing', 'duplicated', 'outOfOrder', 'unexpected'] as const;
  return sumTable(views, {
    id: PARTS.audit,
    title: 'Delivery audit',
    definition:
      'Deliveries of the window, summed over all points and completed rounds, the invalid ones too. Expected is clients × events. ' +
      'Each client counts for itself what it missed, had twice, had out of order, or should not have had.',
    labels: ['Expected', 'Delivered', 'Missing', 'Duplicated', 'Out of order', 'Unexpected'],
    sums: (cells) => keys.map((key) => sum(cells, ({ delivery }) => delivery[key])),
    isClean: ([, , ...faults]) => faults.every((fault) => fault === 0),
    outcome: ([, delivered = 0]) => `each of ${formatCount(delivered)} deliveries arrived once and in order`,
  });
}

function agreementTable(views: readonly ScenarioView[]): Table | undefined {
  return sumTable(views, {
    id: PARTS.agreement,
    title: 'Agreement of both sides',
    definition:
      'Bytes counted at the sockets of the server and, independently, of the clients, over whole cells from listen to ' +
      'close, summed over all points and completed rounds. Sent and received must be equal to the byte.',
    labels: ['Server sent', 'Clients received', 'Difference', 'Clients sent', 'Server received', 'Difference'],
    unit: 'B',
    sums: (cells) => {
      const down = sum(cells, ({ wire }) => wire.cell.server.sentBytes);
      const arrived = sum(cells, ({ wire }) => wire.cell.clients.receivedBytes);
      const up = sum(cells, ({ wire }) => wire.cell.clients.sentBytes);
      const taken = sum(cells, ({ wire }) => wire.cell.server.receivedBytes);
      return [down, arrived, down - arrived, up, taken, up - taken];
    },
    isClean: ([, , down, , , up]) => down === 0 && up === 0,
    outcome: () => 'no byte differs',
  });
}

interface SumSpec extends Pick<Table, 'id' | 'title' | 'definition'> {
  readonly labels: readonly string[];
  readonly unit?: string;
  readonly sums: (cells: readonly CompletedCell[]) => readonly number[];
  /** Asked of each cell alone: in sums of several, faults may cancel out. */
  readonly isClean: (sums: readonly number[]) => boolean;
  /** What the sums over all cells say when each is clean; otherwise the rows are to be looked at. */
  readonly outcome: (sums: readonly number[]) => string;
}

function sumTable(views: readonly ScenarioView[], spec: SumSpec): Table | undefined {
  const { labels, unit, sums, isClean, outcome, ...texts } = spec;
  return roundsTable(views, {
    ...texts,
    folded: (all) => (all.every((cell) => isClean(sums([cell]))) ? outcome(sums(all)) : undefined),
    columns: [
      { column: numericColumn('Cells'), cell: ({ length }) => number(length) },
      ...labels.map((label, at) => ({
        column: numericColumn(label, unit),
        cell: (cells: readonly CompletedCell[]) => number(sums(cells)[at] ?? 0),
      })),
    ],
  });
}

function textColumn(label: string): Column {
  return { label, numeric: false };
}

function numericColumn(label: string, unit = ''): Column {
  return { label, unit, numeric: true };
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}

type Sighting = { readonly warning: Warning; readonly cell: Cell | undefined };

/** One group for each code and severity, severe ones first, in the order in which they were first seen. */
function warningGroups(result: Result, views: readonly ScenarioView[]) {
  const labels = laneLabels(result);
  const isOnePlace = views.length === 1 && views[0]?.places.length === 1;
  const titleOf = isOnePlace ? undefined : placeTitles(views);
  const sightings: Sighting[] = [
    ...result.warnings.map((warning) => ({ warning, cell: undefined })),
    ...result.cells.flatMap((cell) => cell.warnings.map((warning) => ({ warning, cell }))),
  ];
  const groups = groupBy(sightings, ({ warning: { code, severity } }) => JSON.stringify([code, severity]));
  return [...groups.values()].map((group) => groupOf(group, labels, titleOf)).sort((a, b) => rank(a) - rank(b));
}

const rank = ({ severity }: Pick<Warning, 'severity'>): number => (severity === 'severe' ? 0 : 1);

function groupOf(
  sightings: readonly [Sighting, ...Sighting[]],
  labels: ReadonlyMap<string, LaneLabel>,
  titleOf: ((cell: Cell) => string) | undefined,
) {
  const { code, severity, text } = sightings[0].warning;
  const laneOf = (cell: Cell): string => labels.get(cell.lane)?.title ?? cell.lane;
  const cells = sightings.flatMap(({ cell }) => cell ?? []);
  const byLane = [...groupBy(cells, laneOf)].map(([lane, { length }]) => (length > 1 ? `${lane} (${length})` : lane));
  const all = sightings.map(({ warning, cell }) => ({
    where: cell ? [laneOf(cell), titleOf?.(cell), `round ${roundName(cell)}`].filter(Boolean).join(', ') : 'run',
    text: warning.text,
  }));
  return {
    code,
    severity,
    where: cells.length > 0 ? `${countOf(cells.length, 'cell')}: ${byLane.join(', ')}` : 'the whole run',
    example: text,
    all: all.length > 1 ? all : [],
    hints: [...new Set(sightings.map(({ warning }) => warning.hint))],
  };
}
