/** Tables of places that have names: one client, and a place in a burst of many, each with its intervals. Pure. */

import { latencyMetric, type Metric, metricOf } from '../../stats/metrics/metrics.ts';
import type { LaneLabel } from '../view/page-model.ts';
import { lanesOf } from '../view/tables/lane-table.ts';
import { labelsOf, type Place, type ScenarioView, withoutDuplicates } from '../view/words/places.ts';
import {
  apartOf,
  apartTables,
  type Column,
  legendOfColumns,
  narrowest,
  placeTable,
  withoutDetails,
} from './terminal-tables.ts';

/** Of times, then of bytes, in two tables where a single one is too wide. */
const COLUMNS: readonly (readonly Column[])[] = [
  [latencyMetric('p50'), latencyMetric('p99')],
  [metricOf('server.cpuPerDeliveryUs'), metricOf('wire.perDeliveryBytes'), metricOf('wire.tcpIpPerDeliveryBytes')],
].map((metrics) => metrics.map(columnOf));

function columnOf(metric: Metric): Column {
  return { metric, label: metric.shown.terminal?.label ?? metric.label, isDetail: false, apart: undefined };
}

/**
 * @param labels of the lanes that were planned: those without a cell are in each table, as not measured
 * @param isInShort without duplicates, and without the tables of details
 * @returns lines, and the sentences that stand below them
 */
export function namedTables(
  all: ScenarioView,
  labels: readonly LaneLabel[],
  isInShort: boolean,
): { tables: string[]; legend: string[] } {
  const view = isInShort ? withoutDuplicates(all) : all;
  const apart = isInShort ? withoutDetails(apartOf(view)) : apartOf(view);
  const measured = new Set(lanesOf(all).map(({ label }) => Math.floor(label.index)));
  const missing = labels.filter(({ index }) => !measured.has(index));
  return {
    tables: view.places.flatMap((place) => {
      const { name = '' } = place;
      const rows = [...labelsOf(place.lanes), ...missing];
      const tables = [...placeTables(place, rows), ...apartTables(place, apart, rows)];
      return tables.flatMap((table, at) => [
        at === 0 ? `${name.charAt(0).toUpperCase()}${name.slice(1)}\n${table}` : table,
        '',
      ]);
    }),
    legend: legendOfColumns(view, [...COLUMNS, ...apart].flat()),
  };
}

/** Columns that no lane of the place fills are left out. */
function placeTables(place: Place, rows: readonly LaneLabel[]): string[] {
  const isTold = ({ metric }: Column) => place.lanes.some(({ estimates }) => estimates.has(metric.id));
  const groups = COLUMNS.map((columns) => columns.filter(isTold)).filter(({ length }) => length > 0);
  const tables = (hasIntervals: boolean) => (columns: readonly Column[]) =>
    placeTable(place, columns, rows, hasIntervals);
  if (groups.length === 0) return [placeTable(place, [], rows)];
  return narrowest([[groups.flat()], groups].map((all) => all.map(tables(true))).concat([groups.map(tables(false))]));
}
