/** Of a merged result: how much of what rounds differ by lies between the runs, for the headline times and their ratios. */

import type { Result } from '../../../contract/result.ts';
import { headlineOf, latencyMetric, metricOf } from '../../../stats/metrics/metrics.ts';
import type { Column, Row, Table, TableCell } from '../page-model.ts';
import { PARTS } from '../words/anchors.ts';
import { countOf, formatCount } from '../words/format.ts';
import type { LaneAtPlace, ScenarioView } from '../words/places.ts';
import { lanesOf, remark } from './lane-table.ts';

const METRICS = [latencyMetric('p50'), latencyMetric('p99'), headlineOf('cpu')].map(({ id }) => id);

/** undefined for a single run, and where no figure tells it. */
export function betweenRunsTable(
  { merged }: Pick<Result, 'merged'>,
  views: readonly ScenarioView[],
): Table | undefined {
  const lanes = views.flatMap(lanesOf);
  const columns = METRICS.filter((id) => lanes.some((lane) => sharesOf(lane, id).some((share) => share !== undefined)));
  if (!merged || columns.length === 0) return undefined;
  const rows = views.flatMap((view) => rowsOf(view, columns, views.length > 1));
  return {
    id: PARTS.betweenRuns,
    title: 'Between the runs',
    definition:
      `Of the variance of a single round, the share that lies between the ${countOf(merged.length, 'run')}; the rest lies between ` +
      'the rounds of a run. Where it is large, more rounds would not narrow an interval: more runs would. Of ratios: to the ' +
      'lane that each is compared with.',
    columns: [{ label: 'Lane', numeric: false }, ...columns.flatMap(headsOf)],
    rows,
  };
}

function headsOf(id: string): Column[] {
  const { label } = metricOf(id);
  return [label, `${label}, ratio`].map((head) => ({ label: head, unit: '%', numeric: true }));
}

function rowsOf({ scenario, places }: ScenarioView, columns: readonly string[], isNamed: boolean): Row[] {
  return places.flatMap((place) =>
    place.lanes.flatMap((lane) => {
      const shares = columns.flatMap((id) => sharesOf(lane, id));
      if (shares.every((share) => share === undefined)) return [];
      const group = [isNamed ? scenario.title : undefined, place.varied].filter(Boolean).join(', ');
      return [{ header: lane.label.title, group: group || undefined, lane: lane.label, cells: shares.map(cellOf) }];
    }),
  );
}

/** Of the lane's value, and of its ratio to the lane that it is compared with. */
function sharesOf({ estimates, comparisons }: LaneAtPlace, metric: string): (number | undefined)[] {
  return [estimates.get(metric)?.betweenRunsShare, comparisons.get(metric)?.betweenRunsShare];
}

function cellOf(share: number | undefined): TableCell {
  return share === undefined ? remark('none') : { text: formatCount(share * 100) };
}
