/** Which numbers the summary and the LaTeX tables show: the headline metrics of the figures that a scenario asks for. */

import type { Comparison, Result } from '../contract/result.ts';
import { type FormattedInterval, formatInterval, RATIO, type Scale } from '../report/format.ts';
import type { LaneAtPlace, ScenarioView } from '../report/places.ts';
import { type Metric, metricOf } from '../stats/metrics.ts';
import { formatEstimate, scaleOf } from './wording.ts';

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
      { metric: 'latency.p50Us', label: 'p50', figures: ['latency'], isQuoted: true },
      { metric: 'latency.p95Us', label: 'p95', figures: ['latency'] },
      { metric: 'latency.p99Us', label: 'p99', figures: ['latency'] },
    ],
  },
  {
    id: 'bytes',
    title: 'Bytes per delivery',
    columns: [
      { metric: 'wire.framingPerDeliveryBytes', label: 'Framing', figures: ['layers'] },
      { metric: 'wire.headsPerDeliveryBytes', label: 'Heads', figures: ['layers'] },
      { metric: 'wire.perDeliveryBytes', label: 'On the sockets', figures: ['bytes', 'layers'], isQuoted: true },
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
      { metric: 'server.cpuPerDeliveryUs', label: 'CPU per delivery', figures: ['cpu'], isQuoted: true },
      { metric: 'server.heapPerClientBytes', label: 'Memory per client', figures: ['memory'], isQuoted: true },
    ],
  },
];

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

export function formattedRatio(comparison: Comparison): FormattedInterval {
  return formatInterval({ ...comparison, value: comparison.ratio }, RATIO);
}
