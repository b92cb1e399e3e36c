/** Tables of what holds for some lanes alone: polls, and the parts of a latency. */

import { EXPORT_TABLES } from '../../../stats/metrics/metric.ts';
import type { Figure } from '../page-model.ts';
import { bracketsText, lanesOf, laneTable, roundsColumn, valueColumn } from '../tables/lane-table.ts';
import { columnsOf } from '../tables/tables.ts';
import type { Anchors } from '../words/anchors.ts';
import type { LaneAtPlace, ScenarioView } from '../words/places.ts';
import { definitionsOf } from './metric-figure.ts';

const TABLES = ['latency-parts', 'polls'] as const;

/** A table of the lanes and metrics that have a value; none where none has. */
export function apartFigures(all: ScenarioView, anchors: Anchors): Figure[] {
  return TABLES.flatMap((name): Figure[] => {
    const columns = columnsOf(name, all);
    const metrics = columns.map(({ metric }) => metric);
    const ids = metrics.map(({ id }) => id);
    const isTold = ({ estimates }: LaneAtPlace) => ids.some((id) => estimates.has(id));
    const places = all.places.map((place) => ({ ...place, lanes: place.lanes.filter(isTold) }));
    if (lanesOf({ places }).length === 0) return [];
    const view = { ...all, places };
    const title = EXPORT_TABLES[name];
    const id = anchors.take(`${all.id} ${name}`);
    const values = columns.map(({ metric, label, scale }) =>
      valueColumn(metric.shown.chart?.label ?? label, scale, ({ estimates }) => estimates.get(metric.id), 'not known'),
    );
    const table = laneTable(view, anchors.take(`${id} table`), title, bracketsText(metrics, view.runs), [
      ...values,
      roundsColumn(ids),
    ]);
    const definition = definitionsOf(columns);
    return [{ id, title, definition, charts: undefined, tables: [table] }];
  });
}
