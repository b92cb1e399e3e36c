/** What clients take of the server: CPU for a delivery, above what it takes without them, and memory for a connection. */

import type { Point } from '../../../../contract/result.ts';
import { headlineOf, metricOf } from '../../../../stats/metrics/metrics.ts';
import { dotChart } from '../../charts/dot-chart.ts';
import { kindFigure, labelOf } from '../../figures/metric-figure.ts';
import { spanProse } from '../../findings/ranking.ts';
import type { ChartGroup, Figure, Missing, Panel, Prose, Section } from '../../page-model.ts';
import { apartTables } from '../../tables/apart-table.ts';
import { lanesOf } from '../../tables/lane-table.ts';
import { PARTS } from '../../words/anchors.ts';
import { formatNumber, formatRange, scaleFor, withUnit } from '../../words/format.ts';
import { type LaneAtPlace, type Place, type ScenarioView, scaleIn, withoutDuplicates } from '../../words/places.ts';
import type { Report } from '../../words/quotes.ts';
import { joined } from '../../words/verdicts.ts';
import { latencyView } from '../time/time-section.ts';
import { silenceView } from './silence-section.ts';

const CPU = headlineOf('cpu');
const FLOOR = metricOf('server.floorCpuShare');
const MEMORY = headlineOf('memory');
const US_PER_PERCENT = 1e4;

export function cpuView(views: readonly ScenarioView[]): ScenarioView | undefined {
  const view = latencyView(views);
  return view?.scenario.figures.includes('cpu') ? view : undefined;
}

/** Of clients that stay silent, or else of those that are told of events. */
export function memoryView(views: readonly ScenarioView[]): ScenarioView | undefined {
  return [silenceView(views), latencyView(views)].find((view) => view?.scenario.figures.includes('memory'));
}

export function serverSection({ views, anchors }: Report): Section {
  const [cpu, memory] = [cpuView(views), memoryView(views)];
  const command = 'npm run bench -- --scenarios';
  const missing: Missing[] = [
    ...(cpu ? [] : [{ text: 'CPU per delivery was not measured in this run:', command: `${command} fanout` }]),
    ...(memory ? [] : [{ text: 'Memory per client was not measured in this run:', command: `${command} idle` }]),
  ];
  return {
    id: PARTS.server,
    title: 'Server',
    question: undefined,
    setting: cpu?.setting ?? '',
    notes: [],
    figures: together(cpu && cpuFigure(cpu, anchors), memory && memoryFigure(memory, anchors)),
    missing,
  };
}

/** One client is in the table alone: the server then takes less for it than what its floor varies by. */
function busiestOf(view: ScenarioView): Place | undefined {
  return withoutDuplicates(view).places.reduce<Place | undefined>(
    (best, place) => (best && best.point.clients >= place.point.clients ? best : place),
    undefined,
  );
}

function cpuFigure(view: ScenarioView, anchors: Report['anchors']): Figure {
  const figure = kindFigure(view, 'cpu', anchors);
  const place = busiestOf(view);
  const lanes = place?.lanes ?? [];
  const chart = dotChart(
    lanes.map(({ label }) => label),
    [
      { metric: CPU.id, label: labelOf(CPU), rows: lanes },
      { metric: FLOOR.id, label: 'without clients', rows: lanes, convert: floorUs },
    ],
    { title: CPU.title, scale: scaleIn(lanes, [CPU]), axis: 'log', isDense: true },
  );
  const where = place?.name ?? place?.varied;
  return {
    ...figure,
    definition: `${figure.definition} ${FLOOR.title}: ${FLOOR.definition}, in the chart by the deliveries of that time.`,
    finding: cpuFinding(lanes, where),
    charts: groupOf(chart, figure, anchors),
    tables: [...figure.tables, ...apartTables(view, anchors, ['polls'])],
  };
}

/** @returns µs of CPU without a client, by as many deliveries as the clients then get */
function floorUs(percentOfCore: number, { clients, eventsPerSecond }: Point): number {
  return (percentOfCore * US_PER_PERCENT) / (clients * eventsPerSecond);
}

function cpuFinding(lanes: readonly LaneAtPlace[], where: string | undefined): Prose | undefined {
  const ranking = spanProse(lanes, CPU);
  const floors = lanes.flatMap(({ estimates }) => estimates.get(FLOOR.id)?.value ?? []);
  const floor = formatRange(floors, formatNumber);
  if (ranking.length === 0) return undefined;
  const without =
    floor === undefined ? [] : [` Without clients the server takes ${floor}\u00a0% of a core, not counted here.`];
  return [`CPU per delivery${where === undefined ? '' : `, ${where}`}: `, ...ranking, '.', ...without];
}

function memoryFigure(view: ScenarioView, anchors: Report['anchors']): Figure {
  const figure = kindFigure(view, 'memory', anchors);
  const lanes = busiestOf(view)?.lanes ?? [];
  const chart = dotChart(
    lanes.map(({ label }) => label),
    [{ metric: MEMORY.id, label: labelOf(MEMORY), rows: lanes }],
    { title: MEMORY.title, scale: scaleIn(lanes, [MEMORY]), axis: MEMORY.axis, isDense: true },
  );
  const ranking = spanProse(lanes, MEMORY);
  return {
    ...figure,
    finding: ranking.length === 0 ? undefined : ['Memory per client: ', ...ranking, '.', ...emptyHeapOf(view)],
    charts: groupOf(chart, figure, anchors),
  };
}

/** One figure of both: their charts follow one another, and their findings share a paragraph. */
function together(...all: readonly (Figure | undefined)[]): Figure[] {
  const figures = all.flatMap((figure) => figure ?? []);
  const findings = figures.flatMap(({ finding }) => (finding ? [finding] : []));
  const groups = figures.flatMap(({ charts = [] }) => charts);
  return figures.map((figure, at) => ({
    ...figure,
    finding: at === 0 && findings.length > 0 ? joined(findings, ' ') : undefined,
    charts: at === 0 ? groups : undefined,
  }));
}

/** The heap that a line through the readings has at no client. */
function emptyHeapOf(view: ScenarioView): Prose {
  const bytes = lanesOf(view).flatMap(({ valid }) =>
    valid.flatMap(({ memory, server }) => {
      const [first] = memory?.readings ?? [];
      const perClient = memory?.perClientBytes;
      if (first && typeof perClient === 'number') return first.heapBytes - perClient * first.clients;
      return server.heapBytes?.empty ?? [];
    }),
  );
  const scale = scaleFor('memory', bytes);
  const range = formatRange(bytes, (one) => formatNumber(one / scale.factor));
  return range === undefined ? [] : [` Without clients its heap holds ${withUnit(range, scale)}.`];
}

function groupOf(chart: Panel['chart'] | undefined, { id, title }: Figure, anchors: Report['anchors']): ChartGroup[] {
  return chart ? [{ title: undefined, panels: [{ id: anchors.take(`${id} chart`), title, chart }] }] : [];
}
