/** What speaks against the numbers: cells that do not count, the delivery audit, bytes that disagree, warnings. */

import type { Cell, CompletedCell, FailedCell, Result, Warning } from '../contract/result.ts';
import { isValid } from '../stats/summarise.ts';
import { PARTS } from './anchors.ts';
import { countOf, formatCount } from './format.ts';
import type { Column, LaneLabel, Row, Table, TableCell, Trust, WarningGroup } from './page-model.ts';
import { laneLabels, type Place } from './places.ts';

export function trustOf(result: Result, places: readonly Place[]): Trust {
  return {
    rejected: rejectedTable(result),
    audit: auditTable(places),
    agreement: agreementTable(places),
    warnings: warningGroups(result),
  };
}

const isCompleted = (cell: Cell): cell is CompletedCell => cell.state === 'completed';
const number = (value: number): TableCell => ({ text: formatCount(value) });
const text = (value: string | null): TableCell => (value === null ? { text: 'none', isRemark: true } : { text: value });

function rejectedTable({ cells, lanes, scenarios, reference }: Result): Table | undefined {
  const rejected = cells.filter((cell) => !isValid(cell));
  if (rejected.length === 0) return undefined;
  const labels = laneLabels({ lanes, reference });
  const scenarioTitles = new Map(scenarios.map(({ id, title }) => [id, title]));
  return {
    id: PARTS.rejected,
    title: 'Cells that do not count',
    definition: 'They are in the result, but in no estimate, comparison or chart.',
    columns: [
      ...['Lane', 'Scenario'].map(textColumn),
      numericColumn('Round'),
      ...['Phase', 'Error', 'Code', 'Signal'].map(textColumn),
    ],
    rows: rejected.map((cell) => ({
      header: labels.get(cell.lane)?.title ?? cell.lane,
      lane: labels.get(cell.lane),
      cells: [
        text(scenarioTitles.get(cell.scenario) ?? cell.scenario),
        number(cell.round),
        ...(isCompleted(cell) ? auditFailure(cell) : failure(cell)),
      ],
    })),
  };
}

function failure({ phase, error: { message, code, signal } }: FailedCell): TableCell[] {
  return [text(phase), text(message), text(code === null ? null : String(code)), text(signal)];
}

function auditFailure({ delivery: { missing, duplicated, outOfOrder, unexpected } }: CompletedCell): TableCell[] {
  const found = `${missing} missing, ${duplicated} duplicated, ${outOfOrder} out of order, ${unexpected} unexpected`;
  return [text('delivery audit'), text(found), text(null), text(null)];
}

function auditTable(places: readonly Place[]): Table | undefined {
  const keys = ['expected', 'delivered', 'missing', 'duplicated', 'outOfOrder', 'unexpected'] as const;
  return sumTable(places, {
    id: PARTS.audit,
    title: 'Delivery audit',
    definition:
      'Deliveries of the window, summed over all completed rounds, the invalid ones too. Expected is clients × events. ' +
      'Each client counts for itself what it missed, had twice, had out of order, or should not have had.',
    labels: ['Expected', 'Delivered', 'Missing', 'Duplicated', 'Out of order', 'Unexpected'],
    sums: (cells) => keys.map((key) => sum(cells, ({ delivery }) => delivery[key])),
  });
}

function agreementTable(places: readonly Place[]): Table | undefined {
  return sumTable(places, {
    id: PARTS.agreement,
    title: 'Agreement of both sides',
    definition:
      'Bytes counted at the sockets of the server and, independently, of the clients, over whole cells from listen to ' +
      'close, summed over all completed rounds. Sent and received must be equal to the byte.',
    labels: ['Server sent', 'Clients received', 'Difference', 'Clients sent', 'Server received', 'Difference'],
    unit: 'B',
    sums: (cells) => {
      const [down, arrived] = [
        sum(cells, ({ wire }) => wire.cell.server.sentBytes),
        sum(cells, ({ wire }) => wire.cell.clients.receivedBytes),
      ];
      const [up, taken] = [
        sum(cells, ({ wire }) => wire.cell.clients.sentBytes),
        sum(cells, ({ wire }) => wire.cell.server.receivedBytes),
      ];
      return [down, arrived, down - arrived, up, taken, up - taken];
    },
  });
}

interface SumSpec extends Pick<Table, 'id' | 'title' | 'definition'> {
  readonly labels: readonly string[];
  readonly unit?: string;
  readonly sums: (cells: readonly CompletedCell[]) => readonly number[];
}

/** undefined where no cell was completed. */
function sumTable(
  places: readonly Place[],
  { id, title, definition, labels, unit = '', sums }: SumSpec,
): Table | undefined {
  const isOnePlace = places.length === 1;
  const rows = places.flatMap((place) =>
    place.lanes.flatMap(({ label, cells }): Row[] => {
      const completed = cells.filter(isCompleted);
      if (completed.length === 0) return [];
      const where = isOnePlace ? [] : [text(place.title)];
      return [
        {
          header: label.title,
          lane: label,
          cells: [...where, number(completed.length), ...sums(completed).map(number)],
        },
      ];
    }),
  );
  if (rows.length === 0) return undefined;
  const where = isOnePlace ? [] : [textColumn('Scenario')];
  return {
    id,
    title,
    definition,
    columns: [
      textColumn('Lane'),
      ...where,
      numericColumn('Rounds'),
      ...labels.map((label) => numericColumn(label, unit)),
    ],
    rows,
  };
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

interface Sighting {
  readonly warning: Warning;
  /** undefined where the warning is of the whole run */
  readonly cell: Cell | undefined;
}

/** One group for each code and severity, severe ones first, in the order in which they were first seen. */
function warningGroups(result: Result): WarningGroup[] {
  const labels = laneLabels(result);
  const groups = new Map<string, [Sighting, ...Sighting[]]>();
  const see = (sighting: Sighting): void => {
    const key = JSON.stringify([sighting.warning.code, sighting.warning.severity]);
    const group = groups.get(key);
    if (group) group.push(sighting);
    else groups.set(key, [sighting]);
  };
  for (const warning of result.warnings) see({ warning, cell: undefined });
  for (const cell of result.cells) for (const warning of cell.warnings) see({ warning, cell });
  return [...groups.values()].map((group) => groupOf(group, labels)).sort((a, b) => rank(a) - rank(b));
}

const rank = ({ severity }: WarningGroup): number => (severity === 'severe' ? 0 : 1);

function groupOf(sightings: readonly [Sighting, ...Sighting[]], labels: ReadonlyMap<string, LaneLabel>): WarningGroup {
  const { code, severity, text } = sightings[0].warning;
  const laneOf = (cell: Cell): string => labels.get(cell.lane)?.title ?? cell.lane;
  const cells = sightings.flatMap(({ cell }) => cell ?? []);
  const cellsOf = new Map<string, number>();
  for (const cell of cells) cellsOf.set(laneOf(cell), (cellsOf.get(laneOf(cell)) ?? 0) + 1);
  const byLane = [...cellsOf].map(([lane, count]) => (count > 1 ? `${lane} (${count})` : lane));
  const all = sightings.map(({ warning, cell }) => ({
    where: cell ? `${laneOf(cell)}, round ${cell.round}` : 'run',
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
