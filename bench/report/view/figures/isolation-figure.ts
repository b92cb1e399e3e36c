/** What a client that stops reading does to the others: each lane with and without it, side by side. */

import { headlineOf, type Metric, missingText } from '../../../stats/metrics/metrics.ts';
import { dotChart } from '../charts/dot-chart.ts';
import {
  type Effect,
  effectsOf,
  type Group,
  groupsOf,
  isolationSentences,
  stalledText,
  tailOf,
  UNNOTICED,
} from '../findings/isolation.ts';
import type { Column, Figure, LaneLabel, Row } from '../page-model.ts';
import { comparisonCell, lanesOf, NO_ROUND, valueCell } from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { formatCount, formatRange, type Scale } from '../words/format.ts';
import { labelsOf, laneAt, type ScenarioView, scaleIn } from '../words/places.ts';
import { joined, marginText, verdictLegend } from '../words/verdicts.ts';
import { inSentence } from '../words/wording.ts';

const TITLE = 'What others notice of a stalled client';

export function isolationFigure(view: ScenarioView, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} isolation`);
  const lanes = lanesOf(view);
  const tail = tailOf(view);
  const groups = groupsOf(view);
  const memory = headlineOf('isolation');
  const plots: readonly Plot[] = [
    { metric: tail, scale: scaleIn(lanes, [tail]), effects: effectsOf(groups, tail, UNNOTICED) },
    { metric: memory, scale: scaleIn(lanes, [memory]), effects: effectsOf(groups, memory) },
  ];
  const sentences = isolationSentences(view);
  return {
    id,
    title: TITLE,
    definition:
      `${tail.title} of the clients that read, and ${inSentence(memory.title)}: ` +
      `${inSentence(memory.definition)}. A client is cut off when the server will not hold more for it.`,
    finding: sentences.length > 0 ? joined(sentences, ' ') : undefined,
    charts: groups.flatMap((group) => {
      const panels = plots.flatMap(({ metric: { id: metric, title, axis }, scale }) => {
        const labels = labelsOf(lanesOf(group));
        const rows = (place: (typeof group.places)[number]) => labels.map((label) => laneAt(place, label));
        const series = group.places.map((place) => ({ metric, label: stalledText(place, group), rows: rows(place) }));
        const chart = dotChart(labels, series, { title, scale, axis });
        return chart ? [{ id: anchors.take(`${id} chart`), title, chart }] : [];
      });
      return panels.length > 0 ? [{ title: group.title, panels }] : [];
    }),
    tables: [
      {
        id: anchors.take(`${id} table`),
        title: `${TITLE}: ${view.scenario.title}`,
        definition:
          'Ratios: to the same lane without a stalled client, paired by round, with their 95 % interval and verdict, by ' +
          `Holm’s correction over all lanes: ${verdictLegend(`${marginText(UNNOTICED)}, of memory ${marginText(memory.margin)}`)}. ` +
          'Cut off: clients, from the lowest round to the highest.',
        columns: columnsOf(groups, plots),
        rows: groups.flatMap((group) => labelsOf(lanesOf(group)).map((label) => rowOf(label, group, groups, plots))),
      },
    ],
  };
}

interface Plot {
  readonly metric: Metric;
  readonly scale: Scale;
  readonly effects: readonly Effect[];
}

function columnsOf([group]: readonly Group[], plots: readonly Plot[]): Column[] {
  const places = group?.places ?? [];
  return [
    { label: 'Lane', numeric: false },
    ...plots.flatMap(({ metric, scale }) => [
      ...places.map((place) => ({
        label: `${metric.shown.chart?.label ?? metric.label}, ${group ? stalledText(place, group) : ''}`,
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
  const [, ...stalled] = lanes;
  const counts = stalled.flatMap((lane) => (lane?.valid ?? []).map(({ cutOffClients }) => cutOffClients));
  const cutOff = formatRange(counts, formatCount);
  return {
    header: label.title,
    group: groups.length > 1 ? title : undefined,
    lane: label,
    cells: [
      ...plots.flatMap(({ metric, scale, effects }) => [
        ...lanes.map((lane) => valueCell(lane, lane?.estimates.get(metric.id), scale, missingText(metric))),
        ...places.slice(1).map((place) => {
          return comparisonCell(effects.find((one) => one.place === place && one.label.index === label.index));
        }),
      ]),
      cutOff === undefined ? NO_ROUND : { text: cutOff },
    ],
  };
}
