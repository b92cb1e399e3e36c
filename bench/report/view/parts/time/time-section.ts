/** How long an event takes: percentiles, the parts of a latency, its distribution, and what a distance adds. */

import { chartedIn, latencyMetric } from '../../../../stats/metrics/metrics.ts';
import { dotChart } from '../../charts/dot-chart.ts';
import { gapFigure } from '../../figures/gap-figure.ts';
import { kindFigure, metricFigure } from '../../figures/metric-figure.ts';
import { rankingProse, valueText } from '../../findings/ranking.ts';
import type { Figure, LineChart, Missing, Panel, Prose, Section } from '../../page-model.ts';
import { apartTables } from '../../tables/apart-table.ts';
import { lanesOf } from '../../tables/lane-table.ts';
import { PARTS } from '../../words/anchors.ts';
import { formatSetting, type Scale } from '../../words/format.ts';
import { type LaneAtPlace, type Place, type ScenarioView, scaleIn, withoutDuplicates } from '../../words/places.ts';
import { type Report, rowOf } from '../../words/quotes.ts';
import { joined } from '../../words/verdicts.ts';
import { notesOn } from '../further/further-sections.ts';
import { laddersOf } from '../wire/ladder.ts';
import { distributionFigure } from './distribution.ts';
import { partsFigures } from './parts.ts';

/** The tail of 99.9 % has a place in the distribution, where events suffice. */
const SHOWN = ['p50', 'p95', 'p99'] as const;
const FLOOR_POINTS = 40;

/** Where lanes stand side by side, and nothing is swept; undefined in a run without latencies, or of sweeps alone. */
export function latencyView(views: readonly ScenarioView[]): ScenarioView | undefined {
  const timed = views.filter(({ scenario }) => scenario.figures.includes('latency'));
  const isApart = ({ sweeps, places }: ScenarioView) =>
    sweeps.every(({ along }) => along === undefined) && !lanesOf({ places }).some(({ isVariant }) => isVariant);
  return timed.find(({ scenario }) => scenario.sharesProcesses) ?? timed.find(isApart);
}

/** Measured at several distances; its latency stands in this section. */
export function distanceView(views: readonly ScenarioView[]): ScenarioView | undefined {
  return views.find(({ scenario, places }) => {
    const distances = new Set(places.map(({ point }) => point.rttMs));
    return scenario.figures.includes('latency') && distances.size > 1;
  });
}

/** @param isDrawn whether the page has what goes over the wire, and what waits there */
export function timeSection(report: Report, isDrawn: boolean): Section {
  const { views, anchors } = report;
  const view = latencyView(views);
  const distance = distanceView(views);
  const missing: Missing[] = [
    ...(view ? [] : [{ text: 'Latency side by side was not measured in this run:', command: commandOf('fanout') }]),
    ...(distance
      ? []
      : [
          { text: `${missedText(report)}A distance was not measured in this run:`, command: commandOf('distance,gap') },
        ]),
  ];
  return {
    id: PARTS.time,
    title: 'Time',
    question: undefined,
    setting: view?.setting ?? '',
    notes: view ? notesOn(view) : [],
    figures: [
      ...(view ? [percentilesFigure(view, report)] : []),
      ...(view ? partsFigures(view, report) : []),
      ...(view ? distributionFigure(view, anchors) : []),
      ...missedFigures(report, isDrawn),
      ...(distance ? [distanceFigure(distance, report)] : []),
    ],
    missing,
  };
}

const commandOf = (scenario: string): string => `npm run bench -- --scenarios ${scenario}`;

/** As many are read side by side. */
const MANY_PANELS = 3;

function percentilesFigure(all: ScenarioView, report: Report): Figure {
  const figure = kindFigure(all, 'latency', report.anchors);
  const { places } = withoutDuplicates(all);
  const panels = places.flatMap((place): Panel[] => {
    const lanes = place.lanes;
    const chart = dotChart(
      lanes.map(({ label }) => label),
      SHOWN.map((name) => ({ metric: latencyMetric(name).id, label: name, rows: lanes })),
      { title: 'Latency', scale: scaleIn(lanesOf(all), [latencyMetric('p50')]), axis: 'log', isDense: true },
    );
    const id = report.anchors.take(`${figure.id} chart`);
    return chart ? [{ id, title: nameOf(place), chart }] : [];
  });
  const sentences = [
    ...places.flatMap((place) => rankingOf(place, report)),
    ...waitsOf(
      places.flatMap(({ lanes }) => lanes),
      report,
    ),
  ];
  return {
    ...figure,
    finding: sentences.length > 0 ? joined(sentences, ' ') : undefined,
    charts: panels.length > 0 ? [{ title: undefined, panels, isStacked: panels.length < MANY_PANELS }] : [],
  };
}

function nameOf({ name, varied }: Place): string | undefined {
  return name ?? varied;
}

/** Of the lanes that do not wait for a timer: what those wait is said apart. */
function rankingOf(place: Place, report: Report): Prose[] {
  const lanes = place.lanes.filter((lane) => rowOf(report, lane)?.polls !== 'timed');
  const ranking = rankingProse(lanes, latencyMetric('p50'));
  const name = nameOf(place);
  return ranking.length === 0 ? [] : [[`p50${name === undefined ? '' : `, ${name}`}: `, ...ranking, '.']];
}

/** `Polling waits for its next poll, half the interval by design: 490 ms at 1,000 ms, 21.9 ms at 50 ms.` */
function waitsOf(lanes: readonly LaneAtPlace[], report: Report): Prose[] {
  const waits = lanes.flatMap((lane) => {
    const row = rowOf(report, lane);
    const estimate = lane.estimates.get(latencyMetric('p50').id);
    const intervalMs = estimate?.point.pollIntervalMs ?? row?.idlePeriodMs;
    if (row?.polls !== 'timed' || !estimate || intervalMs === undefined) return [];
    return [{ title: row.title, text: [`${valueText(estimate)} at ${formatSetting(intervalMs)}\u00a0ms`] }];
  });
  return [...new Set(waits.map(({ title }) => title))].map((title) => {
    const texts = waits.filter((one) => one.title === title).map(({ text }) => text);
    return [
      { strong: title },
      ' waits for its next poll, by design half the interval: p50 ',
      ...joined(texts, ', '),
      '.',
    ];
  });
}

/** Empty in a run without a lane whose polls wait for events. */
function missedText({ result }: Report): string {
  const parked = result.lanes.find(({ polls }) => polls === 'parked');
  return parked
    ? `${parked.title}: an event that comes between an answer and the next poll waits for it, and arrives after up to 3 × RTT/2. `
    : '';
}

/** What waits for the next poll, of a run over distances; the drawing of it is part of what goes over the wire. */
function missedFigures({ views, anchors, result }: Report, isDrawn: boolean): Figure[] {
  const view = views.find(({ scenario }) => scenario.figures.includes('gap'));
  const [diagram] = isDrawn ? [] : laddersOf(result.lanes.filter(({ polls }) => polls === 'parked'));
  return view ? [{ ...gapFigure(view, anchors), diagram }] : [];
}

function distanceFigure(view: ScenarioView, { anchors }: Report): Figure {
  const [first, ...others] = chartedIn('latency');
  if (!first) throw new Error('no latency is charted');
  const figure = metricFigure(view, { name: 'distance', metrics: [first, ...others], expected: floorOf }, anchors);
  return {
    ...figure,
    title: 'At a distance',
    definition: `${figure.definition} The dashed line is half the RTT, which no transport can go below.`,
    tables: [...figure.tables, ...apartTables(view, anchors)],
  };
}

/** Half the RTT, over an axis of RTTs in ms; a logarithmic axis has no place for none. */
function floorOf({ x, y }: LineChart, { factor }: Scale): NonNullable<LineChart['expected']> {
  const [from, to] = x.range;
  const points = Array.from({ length: FLOOR_POINTS + 1 }, (_, at) => {
    const place = from + ((to - from) * at) / FLOOR_POINTS;
    const rttMs = x.scale === 'log' ? 10 ** place : place;
    return { x: place, y: (rttMs * 1e3) / 2 / factor };
  });
  return { text: 'RTT/2, the floor', points: points.filter((one) => one.y > 0 && one.y >= y.range[0]) };
}
