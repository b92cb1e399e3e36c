/** Tables of what holds for some lanes alone: polls, and the parts of a latency. */

import { EXPORT_TABLES } from '../../../stats/metrics/metric.ts';
import type { Table } from '../page-model.ts';
import type { Anchors } from '../words/anchors.ts';
import type { LaneAtPlace, ScenarioView } from '../words/places.ts';
import { bracketsText, lanesOf, laneTable, roundsColumn, valueColumn } from './lane-table.ts';
import { columnsOf } from './tables.ts';

const TABLES = ['latency-parts', 'polls'] as const;

/** Each with the lanes and metrics that have a value; none where none has. */
export function apartTables(
  all: ScenarioView,
  anchors: Anchors,
  names: readonly (typeof TABLES)[number][] = TABLES,
): Table[] {
  return names.flatMap((name) => {
    const columns = columnsOf(name, all);
    const metrics = columns.map(({ metric }) => metric);
    const ids = metrics.map(({ id }) => id);
    const isTold = ({ estimates }: LaneAtPlace) => ids.some((id) => estimates.has(id));
    const places = all.places.map((place) => ({ ...place, lanes: place.lanes.filter(isTold) }));
    if (lanesOf({ places }).length === 0) return [];
    const values = columns.map(({ metric, label, scale }) =>
      valueColumn(metric.shown.chart?.label ?? label, scale, ({ estimates }) => estimates.get(metric.id), 'not known'),
    );
    const definition = `${metrics.map((metric) => `${metric.title}: ${metric.definition}.`).join(' ')} ${bracketsText(metrics, all.runs)}`;
    const id = anchors.take(`${all.id} ${name} table`);
    return laneTable({ ...all, places }, id, EXPORT_TABLES[name], definition, [...values, roundsColumn(ids)]);
  });
}
