/** One section of the page: a scenario, shown as the figures that it asks for. */

import { EVENTS_NEEDED, PERCENTILE_LABELS, type Percentile } from '../contract/percentiles.ts';
import type { CompletedCell, Result } from '../contract/result.ts';
import { metricOf } from '../stats/metrics.ts';
import type { Anchors } from './anchors.ts';
import { bytesFigure } from './bytes-figure.ts';
import { type DotFigureSpec, dotFigure, type Series } from './dot-figure.ts';
import { emptyPollsFigure } from './empty-polls-figure.ts';
import { countOf, formatCount, formatNumber, formatPercent, formatRange } from './format.ts';
import { handshakeFigure } from './handshake-figure.ts';
import { deliveriesColumn, type LaneColumn, lanesOf, NO_ROUND } from './lane-table.ts';
import { layersFigure } from './layers-figure.ts';
import { levelsFigure } from './levels-figure.ts';
import type { Figure, Section } from './page-model.ts';
import { type LaneAtPlace, type Place, roundsOf, type ScenarioView, withoutEqualBytes } from './places.ts';

const MIB = 1024 ** 2;
const NO_VALUE = 'not known';

const percentile = (name: Percentile): Series => ({
  metric: `latency.${name}Us`,
  label: PERCENTILE_LABELS[name],
  whyMissing: `n too small (needs ${formatCount(EVENTS_NEEDED[name])} events)`,
});

const LATENCY: DotFigureSpec = {
  name: 'latency',
  title: 'Latency',
  definition:
    'From the instant an event was due to the first clock reading of the client that receives it. A late feed shows in it.',
  quantity: 'time',
  scale: 'log',
  series: [percentile('p50'), percentile('p95'), percentile('p99'), percentile('p999')],
  more: [deliveriesColumn(['latency.p50Us'])],
};

const CPU: DotFigureSpec = {
  name: 'cpu',
  title: 'Server CPU per delivery',
  definition: `${metricOf('server.cpuPerDeliveryUs').definition}.`,
  quantity: 'time',
  scale: 'linear',
  series: [{ metric: 'server.cpuPerDeliveryUs', label: 'CPU', whyMissing: 'no delivery' }],
  more: [perRound('Of one core', '%', ({ server }) => server.cpuShare, formatPercent)],
};

const MEMORY: DotFigureSpec = {
  name: 'memory',
  title: 'Server memory per client',
  definition:
    `${metricOf('server.heapPerClientBytes').definition}, divided by the clients. Kernel memory, such as socket ` +
    'buffers, is not part of it. Peak RSS is of the whole server process over the cell, from the lowest round to the highest.',
  quantity: 'memory',
  scale: 'linear',
  series: [{ metric: 'server.heapPerClientBytes', label: 'Heap growth', whyMissing: NO_VALUE }],
  more: [perRound('Peak RSS', 'MiB', ({ server }) => server.peakRssBytes / MIB, formatNumber)],
};

type FigureKind = ScenarioView['scenario']['figures'][number];

const FIGURES: Readonly<Record<FigureKind, (view: ScenarioView, result: Result, anchors: Anchors) => Figure[]>> = {
  latency: (view, _, anchors) => [dotFigure(view, LATENCY, anchors)],
  bytes: (view, _, anchors) => [bytesFigure(withoutEqualBytes(view), anchors)],
  layers: (all, result, anchors) => {
    const view = withoutEqualBytes(all);
    const hasLedger = lanesOf(view).some(({ valid }) => valid.some(({ wire }) => wire.ledger));
    const emptyPolls = emptyPollsFigure(view, result, anchors);
    return [
      ...(hasLedger ? [layersFigure(view, anchors)] : []),
      levelsFigure(view, result.environment, anchors),
      ...(hasLedger ? [handshakeFigure(view, anchors)] : []),
      ...(emptyPolls ? [emptyPolls] : []),
    ];
  },
  cpu: (view, _, anchors) => [dotFigure(view, CPU, anchors)],
  memory: (view, _, anchors) => [dotFigure(view, MEMORY, anchors)],
  tradeoff: () => [],
  idle: () => [],
  connect: () => [],
  upstream: () => [],
  recovery: () => [],
  isolation: () => [],
  capacity: () => [],
  knee: () => [],
};

/** @param asked the question of the page's head, which a section does not repeat */
export function sectionOf(view: ScenarioView, result: Result, asked: string, anchors: Anchors): Section {
  const { title, question, figures } = view.scenario;
  return {
    id: view.id,
    title,
    question: question === asked ? undefined : question,
    setting: view.setting,
    notes: view.places.flatMap((place) => place.lanes.flatMap((lane) => noteOnRounds(lane, place))),
    figures: figures.flatMap((figure) => FIGURES[figure](view, result, anchors)),
  };
}

function noteOnRounds({ label, cells, valid }: LaneAtPlace, { varied }: Place): string[] {
  const rounds = roundsOf(cells);
  const rejected = rounds - roundsOf(valid);
  if (rejected === 0) return [];
  const name = varied === undefined ? label.title : `${label.title} (${varied})`;
  const why = 'they failed, or their delivery audit did';
  if (valid.length === 0) return [`${name} is not charted: it has no valid round of ${rounds} (${why}).`];
  return [`${name} is charted without ${countOf(rejected, 'round')} of ${rounds}: ${why}.`];
}

/** What single rounds say, as a range. */
function perRound(
  label: string,
  unit: string,
  of: (cell: CompletedCell) => number,
  format: (value: number) => string,
): LaneColumn {
  return {
    column: { label, unit, numeric: true },
    cell: ({ valid }) => {
      const range = formatRange(valid.map(of), format);
      return range === undefined ? NO_ROUND : { text: range };
    },
  };
}
