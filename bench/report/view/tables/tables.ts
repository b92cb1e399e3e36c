/** Which numbers the summary and the LaTeX tables show: the headline metrics of the figures that a scenario asks for. */

import type { Comparison, Result } from '../../../contract/result.ts';
import { type Metric, metricOf } from '../../../stats/metrics/metrics.ts';
import { type FormattedInterval, formatInterval, RATIO, type Scale } from '../words/format.ts';
import type { LaneAtPlace, Place, ScenarioView } from '../words/places.ts';
import { formatEstimate, scaleOf } from '../words/wording.ts';

type FigureKind = Result['scenarios'][number]['figures'][number];

interface TableSpec {
  /** Its part of a label. */
  readonly id: string;
  readonly title: string;
  readonly columns: readonly {
    readonly metric: string;
    /** Short: it heads a column below the table's title. */
    readonly label: string;
    /** Shown for scenarios with any of these. */
    readonly figures: readonly FigureKind[];
    /** Quoted in a sentence: what the others say more of. */
    readonly isQuoted?: boolean;
  }[];
}

export const TABLES: readonly TableSpec[] = [
  {
    id: 'latency',
    title: 'Latency',
    columns: [
      { metric: 'latency.p50Us', label: 'p50', figures: ['latency', 'tradeoff', 'isolation', 'gap'], isQuoted: true },
      { metric: 'latency.p95Us', label: 'p95', figures: ['latency', 'gap'], isQuoted: true },
      { metric: 'latency.p99Us', label: 'p99', figures: ['latency', 'isolation', 'knee', 'gap'] },
    ],
  },
  {
    id: 'gap',
    title: 'Events in the gap',
    columns: [{ metric: 'polls.queuedPercent', label: 'Gap share', figures: ['gap'], isQuoted: true }],
  },
  {
    id: 'bytes',
    title: 'Bytes per delivery',
    columns: [
      { metric: 'wire.framingPerDeliveryBytes', label: 'Framing', figures: ['layers'] },
      { metric: 'wire.headsPerDeliveryBytes', label: 'Heads', figures: ['layers'] },
      {
        metric: 'wire.perDeliveryBytes',
        label: 'On the sockets',
        figures: ['bytes', 'layers', 'tradeoff'],
        isQuoted: true,
      },
      { metric: 'wire.tcpIpPerDeliveryBytes', label: 'With TCP/IP', figures: ['layers'] },
    ],
  },
  {
    id: 'opening',
    title: 'Handshake and empty poll',
    columns: [
      { metric: 'wire.handshakeBytes', label: 'Handshake', figures: ['layers'] },
      { metric: 'wire.emptyCycleBytes', label: 'Empty poll', figures: ['layers'] },
    ],
  },
  {
    id: 'server',
    title: 'Cost at the server',
    columns: [
      { metric: 'server.cpuPerDeliveryUs', label: 'CPU per delivery', figures: ['cpu', 'tradeoff'], isQuoted: true },
      { metric: 'server.heapPerClientBytes', label: 'Memory per client', figures: ['memory', 'idle'], isQuoted: true },
      { metric: 'server.peakRssBytes', label: 'Peak memory', figures: ['isolation'], isQuoted: true },
    ],
  },
  {
    id: 'silence',
    title: 'Cost of silence',
    columns: [
      { metric: 'idle.bytesPerClientMinute', label: 'Bytes', figures: ['idle'], isQuoted: true },
      { metric: 'idle.segmentsPerClientMinute', label: 'Packets', figures: ['idle'] },
      { metric: 'idle.cpuPerClientMinuteUs', label: 'Server CPU', figures: ['idle'], isQuoted: true },
    ],
  },
  {
    id: 'first-event',
    title: 'To the first event',
    columns: [
      { metric: 'open.firstEventP50Us', label: 'p50', figures: ['connect'], isQuoted: true },
      { metric: 'open.firstEventP95Us', label: 'p95', figures: ['connect'] },
      { metric: 'open.bytesPerConnection', label: 'Bytes', figures: ['connect'], isQuoted: true },
    ],
  },
  {
    id: 'echo',
    title: 'Messages from client to server',
    columns: [
      { metric: 'upstream.echoP50Us', label: 'Echo p50', figures: ['upstream'], isQuoted: true },
      { metric: 'upstream.echoP95Us', label: 'Echo p95', figures: ['upstream'] },
      { metric: 'upstream.bytesPerMessage', label: 'Bytes', figures: ['upstream'], isQuoted: true },
    ],
  },
  {
    id: 'recovery',
    title: 'Recovery',
    columns: [
      { metric: 'recovery.firstEventP50Us', label: 'p50', figures: ['recovery'], isQuoted: true },
      { metric: 'recovery.firstEventMaxUs', label: 'Last client', figures: ['recovery'] },
      { metric: 'recovery.attemptsPerClient', label: 'Attempts', figures: ['recovery'], isQuoted: true },
    ],
  },
  {
    id: 'capacity',
    title: 'Capacity',
    columns: [
      { metric: 'capacity.requestsPerSecond', label: 'Own clients', figures: ['capacity'], isQuoted: true },
      { metric: 'capacity.witnessRequestsPerSecond', label: 'Witness', figures: ['capacity'] },
      { metric: 'capacity.bytesPerRequest', label: 'Bytes per poll', figures: ['capacity'], isQuoted: true },
    ],
  },
];

/** The metrics of a scenario that a sentence quotes. */
export function quotedIn({ figures: shown }: ScenarioView['scenario']): string[] {
  return TABLES.flatMap(({ columns }) =>
    columns
      .filter(({ figures, isQuoted }) => isQuoted && shown.some((figure) => figures.includes(figure)))
      .map(({ metric }) => metric),
  );
}

/** A metric of a scenario, in one unit for all its lanes and points. */
export interface Column {
  readonly metric: Metric;
  readonly label: string;
  readonly scale: Scale;
  readonly isQuoted: boolean;
}

/** Those of which any lane has a value. */
export function columnsOf({ columns }: TableSpec, { scenario, places }: ScenarioView): Column[] {
  const isShown = ({ figures }: TableSpec['columns'][number]) => scenario.figures.some((one) => figures.includes(one));
  return columns.filter(isShown).flatMap(({ metric: id, label, isQuoted = false }) => {
    const values = places.flatMap(({ lanes }) => lanes.flatMap(({ estimates }) => estimates.get(id)?.value ?? []));
    const metric = metricOf(id);
    return values.length > 0 ? { metric, label, scale: scaleOf(metric, values), isQuoted } : [];
  });
}

export function formattedValue({ estimates }: LaneAtPlace, { metric, scale }: Column): FormattedInterval | undefined {
  const estimate = estimates.get(metric.id);
  return estimate && formatEstimate(estimate, scale);
}

/** The names of those that lanes are compared with. */
export function oppositesOf(places: readonly Pick<Place, 'lanes'>[]): string[] {
  return [...new Set(places.flatMap(({ lanes }) => lanes.flatMap(({ opposite }) => opposite?.title ?? [])))];
}

export function formattedRatio(comparison: Comparison): FormattedInterval {
  return formatInterval({ ...comparison, value: comparison.ratio }, RATIO);
}
