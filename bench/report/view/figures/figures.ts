/** The table of figures that show metrics as they are. Which metrics those are, the rows of the metrics say. */

import type { CompletedCell } from '../../../contract/result.ts';
import { groupBy } from '../../../stats/group.ts';
import { chartedIn, type FigureKind, missingText } from '../../../stats/metrics/metrics.ts';
import { deliveriesColumn, type LaneColumn, laneColumn, NO_ROUND } from '../tables/lane-table.ts';
import { formatNumber, formatPercent, formatRange } from '../words/format.ts';
import type { MetricFigureSpec, Plot, Series } from './metric-figure.ts';

const MIB = 1024 ** 2;

type FigureText = Pick<MetricFigureSpec, 'title' | 'definition' | 'more'>;

const FIGURES = {
  latency: {
    title: 'Latency',
    definition: () =>
      'From the instant an event was due to the first clock reading of the client that receives it. A late feed shows in it. ' +
      'The client has not parsed or inflated anything by then, but decrypted TLS and read the frames of HTTP/2.',
    more: [deliveriesColumn(chartedIn('latency').map(({ id }) => id))],
  },
  cpu: {
    title: 'Server CPU per delivery',
    more: [perRound('Of one core', '%', ({ server }) => server.cpuShare, formatPercent)],
  },
  memory: {
    title: 'Server memory per client',
    definition: (first) =>
      `${first}, divided by the clients. Kernel memory, such as socket ` +
      'buffers, is not part of it. Peak RSS is of the whole server process within the window (elsewhere than on Linux: since it ' +
      'started), from the lowest round to the highest.',
    more: [perRound('Peak RSS', 'MiB', ({ server }) => server.peakRssBytes / MIB, formatNumber)],
  },
  idle: { title: 'What silence takes' },
  connect: { title: 'To the first event' },
  upstream: { title: 'From client to server and back' },
  recovery: { title: 'Back after the server’s death' },
  capacity: {
    title: 'Polls that a server answers',
    definition: (first) =>
      `${first}; and the same with a load generator as a witness. A poll that ` +
      'finds nothing is answered with 204 and no body, one that finds events with 200 and the events.',
  },
} satisfies Partial<Record<FigureKind, FigureText>>;

export function figureSpec(kind: keyof typeof FIGURES): MetricFigureSpec {
  return { name: kind, plots: plotsOf(kind), ...(FIGURES[kind] as FigureText) };
}

function plotsOf(kind: FigureKind): Plot[] {
  const plots = groupBy(chartedIn(kind), ({ title, shown }) => shown.chart?.plot ?? title);
  return [...plots].map(([title, [first, ...others]]) => {
    const series = (metric: typeof first): Series => {
      const { figures = metric.shown.figures, label } = metric.shown.chart ?? {};
      const isOwn = figures[0] === kind;
      return { metric, label: (isOwn && label) || metric.label, whyMissing: missingText(metric) };
    };
    return { title, scale: first.axis, series: [series(first), ...others.map(series)] };
  });
}

function perRound(
  label: string,
  unit: string,
  of: (cell: CompletedCell) => number,
  format: (value: number) => string,
): LaneColumn {
  return laneColumn(label, unit, ({ valid }) => {
    const range = formatRange(valid.map(of), format);
    return range === undefined ? NO_ROUND : { text: range };
  });
}
