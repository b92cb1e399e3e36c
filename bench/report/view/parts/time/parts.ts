/** What a latency is made of: four parts that sum to its mean, stacked for each lane that does not wait for a timer. */

import { metricOf } from '../../../../stats/metrics/metrics.ts';
import { stackChart } from '../../charts/stack-chart.ts';
import type { Figure, Panel, Prose } from '../../page-model.ts';
import { apartTables } from '../../tables/apart-table.ts';
import { formatNumber, formatPercent, scaleOf, withUnit } from '../../words/format.ts';
import { type LaneAtPlace, type Place, type ScenarioView, withoutDuplicates } from '../../words/places.ts';
import { type Report, rowOf } from '../../words/quotes.ts';
import { joined } from '../../words/verdicts.ts';

const PARTS = [
  { metric: 'latency.feedUs', label: 'Feed', colour: '--layer-feed', isHatched: false },
  { metric: 'latency.serverUs', label: 'Server', colour: '--layer-server', isHatched: false },
  { metric: 'latency.wireUs', label: 'Wire and wake-up', colour: '--layer-wire', isHatched: false },
  { metric: 'latency.clientUs', label: 'Client queue', colour: '--layer-client', isHatched: false },
] as const;

interface Whole {
  readonly lane: LaneAtPlace;
  /** µs, in the order of the parts. */
  readonly values: readonly number[];
  readonly sum: number;
}

/** None in a result whose clients were not probes. */
export function partsFigures(all: ScenarioView, report: Report): Figure[] {
  const { places } = withoutDuplicates(all);
  const wholes = places.map((place) => ({ place, lanes: wholesAt(place, report) }));
  const sums = wholes.flatMap(({ lanes }) => lanes.map(({ sum }) => sum));
  const tables = apartTables(all, report.anchors, ['latency-parts']);
  if (tables.length === 0) return [];
  const id = report.anchors.take(`${all.id} parts`);
  const scale = scaleOf(metricOf(PARTS[1].metric), sums);
  const panels = wholes.flatMap(({ place, lanes }): Panel[] => {
    const bars = lanes.map(({ lane, values, sum }) => ({
      label: lane.label,
      values: values.map((value) => value / scale.factor),
      total: withUnit(formatNumber(sum / scale.factor), scale),
    }));
    const chart = stackChart('Mean latency by its four parts.', 'Mean latency', bars, PARTS, scale);
    if (!chart) return [];
    const title = place.name ?? place.varied;
    return [{ id: report.anchors.take(`${id} chart`), title, chart }];
  });
  return [
    {
      id,
      title: 'Parts of a latency',
      definition:
        'The four parts sum to the mean latency. Lanes that poll on a timer are in the table alone: their server part is the wait ' +
        'for the poll, and would hide the others.',
      finding: findingOf(wholes),
      charts: panels.length > 0 ? [{ title: undefined, panels, isStacked: true }] : undefined,
      tables,
    },
  ];
}

function wholesAt({ lanes }: Place, report: Report): Whole[] {
  return lanes.flatMap((lane): Whole[] => {
    const values = PARTS.flatMap(({ metric }) => lane.estimates.get(metric)?.value ?? []);
    if (values.length < PARTS.length || rowOf(report, lane)?.polls === 'timed') return [];
    return [{ lane, values, sum: values.reduce((sum, value) => sum + value, 0) }];
  });
}

/** `Of WebSocket’s mean latency, wire and wake-up is 65 % (one client); server is 81 % (a place in a burst of 100).` */
function findingOf(wholes: readonly { readonly place: Place; readonly lanes: readonly Whole[] }[]): Prose | undefined {
  const said = wholes.flatMap(({ place, lanes }): Prose[] => {
    const whole = lanes.find(({ lane }) => lane.label.isReference) ?? lanes[0];
    if (!whole) return [];
    const most = Math.max(...whole.values);
    const part = PARTS[whole.values.indexOf(most)]?.label.toLowerCase();
    const where = place.name === undefined ? [] : [{ quiet: ` (${place.name})` }];
    return [[{ strong: whole.lane.label.title }, `: ${part}, ${formatPercent(most / whole.sum)}\u00a0%`, ...where]];
  });
  return said.length === 0 ? undefined : ['Largest part of the mean latency, ', ...joined(said, '; '), '.'];
}
