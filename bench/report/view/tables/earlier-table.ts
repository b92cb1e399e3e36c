/** What runs of the same settings gave before on the same machine, beside this one: sessions differ by more than rounds do. */

import type { Estimate, Result } from '../../../contract/result.ts';
import { keyOfPlace } from '../../../stats/group.ts';
import { headlineOf, latencyMetric, metricOf } from '../../../stats/metrics/metrics.ts';
import type { Table, TableCell } from '../page-model.ts';
import { PARTS } from '../words/anchors.ts';
import { countOf, formatExact, formatNumber, formatRange, headed, quantityOf, type Scale } from '../words/format.ts';
import { type LaneAtPlace, type ScenarioView, scaleIn } from '../words/places.ts';
import { formatEstimate } from '../words/wording.ts';
import { lanesOf, remark } from './lane-table.ts';

/** A run that came before, with what it estimated. */
export interface EarlierRun extends Pick<Result, 'id'> {
  readonly estimates: readonly Pick<Estimate, 'lane' | 'scenario' | 'point' | 'metric' | 'value'>[];
}

const METRICS = [latencyMetric('p50'), headlineOf('cpu'), headlineOf('bytes')].map(({ id }) => id);

/** undefined where no run came before, or the run has no scenario of latency, CPU and bytes. */
export function earlierTable(
  { runsBefore }: Pick<Result, 'runsBefore'>,
  views: readonly ScenarioView[],
  earlier: readonly EarlierRun[],
): Table | undefined {
  const view = views.find(({ scenario: { figures } }) =>
    (['latency', 'cpu', 'bytes'] as const).every((figure) => figures.includes(figure)),
  );
  if (!view || earlier.length === 0) return undefined;
  const lanes = lanesOf(view);
  const columns = METRICS.filter((id) => lanes.some(({ estimates }) => estimates.has(id))).map((id) => {
    const metric = metricOf(id);
    return { id, label: metric.label, scale: scaleIn(lanes, [metric]), isExact: quantityOf(metric) === 'wire' };
  });
  return {
    id: PARTS.earlier,
    title: `Earlier runs: ${view.scenario.title}`,
    definition:
      `${countOf(earlier.length, 'run')} of the same settings on this machine, in the same folder, that ended before this one ` +
      `began${moreText(runsBefore, earlier.length)}: from the least to the most of their values, and how many have one. An ` +
      'interval covers the rounds of one run; how far earlier runs lie outside it is what sessions differ by.',
    columns: [
      { label: 'Lane', numeric: false },
      ...columns.flatMap(({ label, scale }) => [
        { label: headed(label, scale), numeric: true },
        { label: 'earlier', numeric: true },
      ]),
    ],
    rows: view.places.flatMap((place) =>
      place.lanes.map((lane) => ({
        header: lane.label.title,
        group: place.varied,
        lane: lane.label,
        cells: columns.flatMap(({ id, scale, isExact }) => {
          const before = valuesOf(earlier, lane, id);
          return [ownCell(lane, id, scale), earlierCell(before, scale, isExact ? formatExact : formatNumber)];
        }),
      })),
    ),
  };
}

/** `; 5 came before it` where not all of those are in the table. */
function moreText(runsBefore: number | undefined, shown: number): string {
  return runsBefore === undefined || runsBefore <= shown ? '' : ` (of ${runsBefore} that came before it)`;
}

function valuesOf(earlier: readonly EarlierRun[], { cells: [cell] }: LaneAtPlace, metric: string): number[] {
  const key = cell && keyOfPlace(cell);
  return earlier.flatMap(({ estimates }) =>
    estimates.filter((one) => one.metric === metric && keyOfPlace(one) === key).map(({ value }) => value),
  );
}

function ownCell({ estimates }: LaneAtPlace, metric: string, scale: Scale): TableCell {
  const estimate = estimates.get(metric);
  if (!estimate) return remark('none');
  const { value, interval } = formatEstimate(estimate, scale);
  return { text: value, interval };
}

function earlierCell(values: readonly number[], { factor }: Scale, format: (value: number) => string): TableCell {
  const range = formatRange(
    values.map((value) => value / factor),
    format,
  );
  return range === undefined ? remark('none') : { text: range, interval: `(${values.length})` };
}
