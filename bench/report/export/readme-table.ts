/** The table of the published run in the README: a row for each lane of the fan-out. Pure: data → Markdown. */

import type { Estimate, Point, Result } from '../../contract/result.ts';
import { latencyMetric, type Metric, metrics } from '../../stats/metrics/metrics.ts';
import { Anchors } from '../view/words/anchors.ts';
import { headed, intervalText, type Scale, scaleOf } from '../view/words/format.ts';
import { markdownTable } from '../view/words/markdown.ts';
import {
  inOrder,
  type LaneAtPlace,
  type Place,
  type ScenarioView,
  viewsOf,
  withoutDuplicates,
} from '../view/words/places.ts';
import { formatEstimate } from '../view/words/wording.ts';

const FAN_OUT = 'fanout';

/** Between these the table stands; the sentences around it are written by hand. */
const MARKS = { begin: '<!-- npm run readme: the table below -->', end: '<!-- npm run readme: the table above -->' };

interface Wanted {
  readonly label: string;
  readonly metric: string;
  /** Where the value comes from. @default the burst, else what another scenario has of the lane */
  readonly at?: 'one client';
}

/** One that no lane fills is left out, as a published run of an older version may lack it. */
const WANTED: readonly Wanted[] = [
  { label: 'latency p50, one client', metric: latencyMetric('p50').id, at: 'one client' },
  { label: 'latency p50 in the burst', metric: latencyMetric('p50').id },
  { label: 'latency p99 in the burst', metric: latencyMetric('p99').id },
  { label: 'server CPU per delivery', metric: 'server.cpuPerDeliveryUs' },
  { label: 'bytes per delivery', metric: 'wire.perDeliveryBytes' },
  { label: 'with TCP/IP headers', metric: 'wire.tcpIpPerDeliveryBytes' },
  { label: 'memory per client', metric: 'server.heapPerClientBytes' },
];

/**
 * The README with the table of the result in place of the one that it has.
 *
 * @throws Error where the two marks are not in the text, once each and in their order
 */
export function withReadmeTable(readme: string, result: Result): string {
  const [before = '', rest, ...tooMany] = readme.split(MARKS.begin);
  const [, after, ...more] = rest?.split(MARKS.end) ?? [];
  if (after === undefined || tooMany.length + more.length > 0) {
    throw new Error(`the README needs "${MARKS.begin}" and then "${MARKS.end}", once each`);
  }
  return `${before}${MARKS.begin}\n${readmeTable(result)}\n${MARKS.end}${after}`;
}

/** @throws Error for a result without a fan-out */
export function readmeTable(result: Result): string {
  const views = viewsOf(result, new Anchors()).map(withoutDuplicates);
  const view = views.find(({ scenario }) => scenario.id === FAN_OUT);
  if (!view) throw new Error(`run ${result.id} has no scenario ${FAN_OUT}`);
  const rows = rowsOf(view);
  const filled = WANTED.flatMap((wanted) => {
    const metric = metrics.find(({ id }) => id === wanted.metric);
    const estimates = rows.map((row) => metric && estimateFor(row, metric, wanted, view, views));
    return metric && estimates.some(Boolean) ? [{ label: wanted.label, metric, estimates }] : [];
  });
  // Columns of one metric have one unit.
  const columns = filled.map(({ label, metric, estimates }) => {
    const all = filled.filter((other) => other.metric === metric).flatMap((other) => other.estimates);
    return { ...columnOf(label, metric, all), estimates };
  });
  return markdownTable(
    [{ label: 'lane', isNumeric: false }, ...columns.map(({ label }) => ({ label, isNumeric: true }))],
    rows.map(({ name }, at) => [
      name,
      ...columns.map(({ estimates, scale }) => {
        const estimate = estimates[at];
        return estimate ? intervalText(formatEstimate(estimate, scale)) : '–';
      }),
    ]),
  );
}

interface LaneRow {
  readonly name: string;
  readonly lane: LaneAtPlace;
}

/** Lanes at the places with the most clients; a lane at several of them has a row for each. */
function rowsOf({ places }: ScenarioView): LaneRow[] {
  const most = Math.max(...places.map(({ point }) => point.clients));
  const bursts = places.filter(({ point }) => point.clients === most);
  return bursts
    .flatMap((place) => place.lanes.map((lane) => ({ place, lane })))
    .sort((a, b) => inOrder(a.lane.label, b.lane.label))
    .map(({ place, lane }, _at, all) => {
      const isAlone = all.filter((other) => other.lane.label.index === lane.label.index).length === 1;
      const { title } = lane.label;
      return { name: isAlone || place.varied === undefined ? title : `${title}, ${place.varied}`, lane };
    });
}

function columnOf(label: string, metric: Metric, estimates: readonly (Estimate | undefined)[]) {
  const scale: Scale = scaleOf(
    metric,
    estimates.flatMap((estimate) => estimate?.value ?? []),
  );
  // The labels of bytes have their unit.
  return { label: scale.unit === 'B' ? label : headed(label, scale), scale };
}

function estimateFor(
  { lane }: LaneRow,
  { id }: Metric,
  { at }: Wanted,
  fanOut: ScenarioView,
  views: readonly ScenarioView[],
): Estimate | undefined {
  if (at === 'one client') {
    return estimatesAt(fanOut, lane, id, ({ point }) => point.clients === 1)[0];
  }
  const point = lane.cells[0]?.point;
  const others = views.filter((view) => view !== fanOut);
  const isLike = (place: Place) => place.point.clients === point?.clients && isPolledAlike(place.point, point);
  return lane.estimates.get(id) ?? others.flatMap((view) => estimatesAt(view, lane, id, isLike))[0];
}

function isPolledAlike(a: Point, b: Point | undefined): boolean {
  return a.pollIntervalMs === b?.pollIntervalMs;
}

function estimatesAt(
  { places }: ScenarioView,
  { label }: LaneAtPlace,
  metric: string,
  isWanted: (place: Place) => boolean,
): Estimate[] {
  return places
    .filter(isWanted)
    .flatMap(({ lanes }) => lanes.filter((lane) => lane.label.index === label.index))
    .flatMap(({ estimates }) => estimates.get(metric) ?? []);
}
