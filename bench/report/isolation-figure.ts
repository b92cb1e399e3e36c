/** What a client that stops reading does to the others: each lane with and without it, side by side. */

import type { CompletedCell, Point } from '../contract/result.ts';
import { inSentence } from '../export/wording.ts';
import { geometricMeanOf } from '../stats/mean.ts';
import { metricOf } from '../stats/metrics.ts';
import type { Anchors } from './anchors.ts';
import { dotChart } from './dot-chart.ts';
import {
  formatCount,
  formatInterval,
  formatRange,
  type Interval,
  quantityOf,
  RATIO,
  type Scale,
  scaleFor,
} from './format.ts';
import { lanesOf, NO_ROUND, ratioCell } from './lane-table.ts';
import type { ChartGroup, Column, Figure, LaneLabel, Prose, Row, TableCell } from './page-model.ts';
import { besideEachOther } from './panels.ts';
import { inOrder, type LaneAtPlace, type Place, type ScenarioView } from './places.ts';
import { keyOf, variedText } from './points.ts';

const TITLE = 'What others notice of a stalled client';
const MEMORY = 'server.peakRssBytes';
/** The furthest into the tail that this run may quote. */
const TAILS = ['latency.p99Us', 'latency.p95Us', 'latency.p50Us'] as const;

/** Places that differ in the stalled clients alone, from none to many. */
interface Group {
  readonly title: string | undefined;
  readonly places: readonly Place[];
}

export function isolationFigure(view: ScenarioView, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} isolation`);
  const lanes = lanesOf(view);
  const tail = TAILS.find((metric) => lanes.some(({ estimates }) => estimates.has(metric))) ?? TAILS[0];
  const groups = groupsOf(view);
  const plots = [
    { metric: tail, short: metricOf(tail).title.replace('Latency ', ''), axis: 'log', scale: scaleIn(lanes, tail) },
    { metric: MEMORY, short: 'Memory', axis: 'linear', scale: scaleIn(lanes, MEMORY) },
  ] as const;
  return {
    id,
    title: TITLE,
    definition:
      `${metricOf(tail).title} of the clients that read, and ${inSentence(metricOf(MEMORY).title)}: ` +
      `${inSentence(metricOf(MEMORY).definition)}. A client is cut off when the server will not hold more for it.`,
    finding: findingOf(groups, tail),
    charts: groups.flatMap((group): ChartGroup[] => {
      const charts = besideEachOther(
        plots.map(({ metric, axis, scale }) => {
          const { title } = metricOf(metric);
          const labels = labelsOf(group.places);
          const series = group.places.map((place) => ({
            metric,
            label: stalledText(place, group),
            rows: labels.map((label) => laneAt(place, label)),
          }));
          const chart = dotChart(labels, series, { title, scale, axis });
          const panels = chart ? [{ id: anchors.take(`${id} chart`), title: undefined, chart }] : [];
          return { title, groups: panels.length > 0 ? [{ title: undefined, panels }] : [] };
        }),
      );
      return charts.map((one) => ({ ...one, title: groups.length > 1 ? group.title : one.title }));
    }),
    tables: [
      {
        id: anchors.take(`${id} table`),
        title: `${TITLE}: ${view.scenario.title}`,
        definition:
          'Ratios: to the same lane without a stalled client, paired by round, with their 95 % interval. Cut off: clients, ' +
          'from the lowest round to the highest.',
        columns: columnsOf(groups, plots),
        rows: groups.flatMap((group) => labelsOf(group.places).map((label) => rowOf(label, group, groups, plots))),
      },
    ],
  };
}

interface Plot {
  readonly metric: string;
  /** Heads its columns. */
  readonly short: string;
  readonly scale: Scale;
}

function scaleIn(lanes: readonly LaneAtPlace[], metric: string): Scale {
  const values = lanes.flatMap(({ estimates }) => estimates.get(metric)?.value ?? []);
  return scaleFor(quantityOf(metricOf(metric)), values);
}

function groupsOf({ places }: ScenarioView): Group[] {
  const rest = ({ stalledClients: _, ...point }: Point): Point => point;
  const all = places.map(({ point }) => rest(point));
  const keys = [...new Set(all.map(keyOf))];
  return keys.flatMap((key) => {
    const mine = places.filter(({ point }) => keyOf(rest(point)) === key);
    const [first] = mine;
    if (!first) return [];
    const byStalled = [...mine].sort((a, b) => (a.point.stalledClients ?? 0) - (b.point.stalledClients ?? 0));
    return { title: variedText(rest(first.point), all), places: byStalled };
  });
}

function stalledText({ point }: Place, { places }: Group): string {
  return (
    variedText(
      point,
      places.map((place) => place.point),
    ) ?? 'measured'
  );
}

function labelsOf(places: readonly Place[]): LaneLabel[] {
  const labels = new Map(lanesOf({ places }).map(({ label }) => [label.index, label]));
  return [...labels.values()].sort(inOrder);
}

function laneAt({ lanes }: Place, { index }: LaneLabel): LaneAtPlace | undefined {
  return lanes.find(({ label }) => label.index === index);
}

function columnsOf([group]: readonly Group[], plots: readonly Plot[]): Column[] {
  const places = group?.places ?? [];
  return [
    { label: 'Lane', numeric: false },
    ...plots.flatMap(({ short, scale }) => [
      ...places.map((place) => ({
        label: `${short}, ${group ? stalledText(place, group) : ''}`,
        unit: scale.unit,
        numeric: true,
      })),
      ...places.slice(1).map(() => ({ label: 'Ratio', unit: '×', numeric: true })),
    ]),
    { label: 'Cut off', numeric: true },
  ];
}

function rowOf(label: LaneLabel, { title, places }: Group, groups: readonly Group[], plots: readonly Plot[]): Row {
  const lanes = places.map((place) => laneAt(place, label));
  const [calm, ...stalled] = lanes;
  const cutOff = formatRange(
    stalled.flatMap((lane) => (lane?.valid ?? []).map(({ cutOffClients }) => cutOffClients)),
    formatCount,
  );
  return {
    header: label.title,
    group: groups.length > 1 ? title : undefined,
    lane: label,
    cells: [
      ...plots.flatMap(({ metric, scale }) => [
        ...lanes.map((lane) => valueCell(lane, metric, scale)),
        ...stalled.map((lane) => ratioCell(ratioOf(lane, calm, metric))),
      ]),
      cutOff === undefined ? NO_ROUND : { text: cutOff },
    ],
  };
}

function valueCell(lane: LaneAtPlace | undefined, metric: string, scale: Scale): TableCell {
  if (!lane || lane.valid.length === 0) return NO_ROUND;
  const estimate = lane.estimates.get(metric);
  if (!estimate) return { text: `needs ${metricOf(metric).needs}`, isRemark: true };
  const { value, interval } = formatInterval(estimate, scale);
  return { text: value, interval };
}

/** Paired by round: what disturbed one disturbed the other. */
function ratioOf(stalled: LaneAtPlace | undefined, calm: LaneAtPlace | undefined, id: string): Interval | undefined {
  const of = (cell: CompletedCell | undefined) => cell && metricOf(id).of(cell);
  const ratios = (stalled?.valid ?? []).flatMap((cell) => {
    const [mine, theirs] = [of(cell), of(calm?.valid.find(({ round }) => round === cell.round))];
    return mine && theirs ? [mine / theirs] : [];
  });
  return ratios.length === 0 ? undefined : geometricMeanOf(ratios);
}

function findingOf(groups: readonly Group[], metric: string): Prose | undefined {
  const ratios = groups.flatMap((group) =>
    labelsOf(group.places).flatMap((label) => {
      const [calm, ...stalled] = group.places;
      return stalled.flatMap((place) => {
        const ratio = ratioOf(laneAt(place, label), calm && laneAt(calm, label), metric);
        return ratio ? [{ label, ratio, where: stalledText(place, group) }] : [];
      });
    }),
  );
  const [most] = [...ratios].sort((a, b) => b.ratio.value - a.ratio.value);
  if (!most) return undefined;
  const { value, interval } = formatInterval(most.ratio, RATIO);
  return [
    'Others notice most on ',
    { strong: most.label.title },
    `: with ${most.where}, their ${inSentence(metricOf(metric).title)} is ×\u00a0${value}`,
    ...(interval === undefined ? [] : [{ quiet: ` ${interval}` }]),
    ' of what it is without.',
  ];
}
