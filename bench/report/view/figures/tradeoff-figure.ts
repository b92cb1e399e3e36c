/** What being current costs: latency against bytes, and against the server's CPU time, each lane at its poll intervals. */

import type { Estimate, Point } from '../../../contract/result.ts';
import { groupBy } from '../../../stats/group.ts';
import { chartedIn, headlineOf, type Metric, metricOf } from '../../../stats/metrics/metrics.ts';
import { valuesAxis } from '../charts/numeric-axis.ts';
import type { ChartGroup, Figure, LaneLabel, LaneLine, LineChart, Prose } from '../page-model.ts';
import { lanesOf, metricColumns, metricTable } from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { countOf, formatExact, formatNumber, formatSetting, type Scale, scaleOf, withUnit } from '../words/format.ts';
import { type LaneAtPlace, labelsOf, type Place, type ScenarioView, scaleIn } from '../words/places.ts';
import { variedText } from '../words/points.ts';
import { dotName } from '../words/rounds.ts';
import { inSentence } from '../words/wording.ts';
import { definitionsOf } from './metric-figure.ts';

const LATENCY = headlineOf('tradeoff');
const COSTS = chartedIn('tradeoff').slice(1);
const METRICS = [LATENCY, ...COSTS];
const TITLE = 'Latency against its cost';

type ScaleOf = (metric: Metric) => Scale;

export function tradeoffFigure(view: ScenarioView, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} tradeoff`);
  const lanes = lanesOf(view);
  const unitOf: ScaleOf = (metric) => scaleIn(lanes, [metric]);
  return {
    id,
    title: TITLE,
    definition:
      'Each mark is a lane; down is sooner, left is cheaper. One that polls has a mark for each interval at which it was ' +
      `run, joined from the shortest to the longest. ${definitionsOf(METRICS.map((metric) => ({ metric, label: metric.title })))}`,
    finding: findingOf(view),
    charts: groupsOf(view, id, anchors, unitOf),
    tables: [
      metricTable(
        view,
        anchors.take(`${id} table`),
        TITLE,
        METRICS.map((metric) => metric.id),
        METRICS.flatMap((metric) =>
          metricColumns(view, metric, unitOf(metric), `needs ${metric.needs}`, [metric.title, 'Ratio']),
        ),
      ),
    ],
  };
}

function groupsOf(view: ScenarioView, id: string, anchors: Anchors, scaleOf: ScaleOf): ChartGroup[] {
  return [...settingsOf(view)].flatMap(([title, places]): ChartGroup[] => {
    const panels = COSTS.flatMap((cost) => {
      const chart = tradeoffChart(places, view.places, cost, scaleOf);
      return chart ? [{ id: anchors.take(`${id} chart`), title: `Against ${inSentence(cost.title)}`, chart }] : [];
    });
    return panels.length === 0 ? [] : [{ title: title || undefined, panels }];
  });
}

/** Places that differ in the poll interval alone, by what tells them from the others. */
function settingsOf({ places }: ScenarioView): Map<string, Place[]> {
  const rest = ({ pollIntervalMs: _, ...point }: Point): Point => point;
  const all = places.map(({ point }) => rest(point));
  return groupBy(places, ({ point }) => variedText(rest(point), all) ?? '');
}

function tradeoffChart(
  places: readonly Place[],
  all: readonly Place[],
  cost: Metric,
  scaleOf: ScaleOf,
): LineChart | undefined {
  const has = ({ estimates }: LaneAtPlace) => estimates.has(LATENCY.id) && estimates.has(cost.id);
  const lanes = labelsOf(places.flatMap((place) => place.lanes.filter(has)));
  if (lanes.length === 0) return undefined;
  const axis = (metric: Metric) => {
    const scale = scaleOf(metric);
    const values = all.flatMap((place) =>
      place.lanes.filter(has).flatMap((lane) => pairsOf(lane, metric).map((value) => value / scale.factor)),
    );
    return valuesAxis(metric.title, scale, values, 'log');
  };
  const [x, y] = [axis(cost), axis(LATENCY)];
  return {
    kind: 'lines',
    shape: 'straight',
    texts: 'points',
    spread: LATENCY.spread,
    unit: y.unit,
    label:
      `Scatter plot. ${y.title} against ${x.title} for ${countOf(lanes.length, 'lane')}, a small mark for each round. ` +
      'The table that follows has the same numbers.',
    axisTitle: y.title,
    lanes,
    lines: lanes.map((label) => lineOf(label, places, cost, scaleOf)),
    x,
    y,
  };
}

function pairsOf({ valid, estimates }: LaneAtPlace, { id, of }: Metric): number[] {
  return [estimates.get(id)?.value, ...valid.map(of)].filter((value) => value !== undefined);
}

interface Mark {
  readonly point: Point;
  readonly lane: LaneAtPlace;
  readonly across: Estimate;
  readonly up: Estimate;
}

/** A lane where both metrics have a value, from its shortest poll interval to its longest. */
function marksOf({ index }: LaneLabel, places: readonly Place[], cost: Metric): Mark[] {
  return places
    .flatMap(({ point, lanes }) =>
      lanes.flatMap((lane): Mark[] => {
        const [across, up] = [lane.estimates.get(cost.id), lane.estimates.get(LATENCY.id)];
        return lane.label.index === index && across && up ? [{ point, lane, across, up }] : [];
      }),
    )
    .sort((a, b) => (a.point.pollIntervalMs ?? 0) - (b.point.pollIntervalMs ?? 0));
}

function lineOf(label: LaneLabel, places: readonly Place[], cost: Metric, scaleOf: ScaleOf): LaneLine {
  const [x, y] = [scaleOf(cost), scaleOf(LATENCY)];
  const marks = marksOf(label, places, cost);
  const scaled = (bound: number | null) => (bound === null ? null : bound / y.factor);
  return {
    rounds: marks.flatMap(({ lane }) =>
      lane.valid.flatMap((cell) => {
        const [across, up] = [cost.of(cell), LATENCY.of(cell)];
        if (across === undefined || up === undefined) return [];
        return { x: across / x.factor, y: up / y.factor, round: dotName(cell) };
      }),
    ),
    points: marks.map(({ point, across, up }, at) => ({
      x: across.value / x.factor,
      y: up.value / y.factor,
      low: scaled(up.low),
      high: scaled(up.high),
      text: markText(label, point, at === 0),
    })),
  };
}

/** `Polling, 100 ms` at the first mark of a lane, `1 s` at the others. */
function markText({ title }: LaneLabel, { pollIntervalMs }: Point, isFirst: boolean): string {
  if (pollIntervalMs === undefined) return title;
  const interval =
    pollIntervalMs < 1_000 ? `${formatSetting(pollIntervalMs)} ms` : `${formatSetting(pollIntervalMs / 1e3)} s`;
  return isFirst ? `${title}, ${interval}` : interval;
}

function findingOf(view: ScenarioView): Prose | undefined {
  const ends = [...settingsOf(view).values()].flatMap((places) =>
    labelsOf(lanesOf({ places })).flatMap((label) => {
      const marks = marksOf(label, places, headlineOf('bytes'));
      const [first, last] = [marks[0], marks.at(-1)];
      return first && last && first !== last ? [{ label, first, last }] : [];
    }),
  );
  const factor = ({ first, last }: (typeof ends)[number]) => last.up.value / first.up.value;
  const [widest] = ends.sort((a, b) => factor(b) - factor(a));
  if (!widest) return undefined;
  const { label, first, last } = widest;
  const said = ({ point, up, across }: Mark): Prose => [
    `${valueText(up)} and ${valueText(across)} per delivery`,
    { quiet: ` (every ${formatSetting(point.pollIntervalMs ?? 0)} ms)` },
  ];
  return [{ strong: label.title }, ' goes from a p50 latency of ', ...said(first), ' to ', ...said(last), '.'];
}

function valueText(estimate: Estimate): string {
  const scale = scaleOf(metricOf(estimate.metric), [estimate.value]);
  const format = estimate.spread === 'range' ? formatExact : formatNumber;
  return withUnit(format(estimate.value / scale.factor), scale);
}
