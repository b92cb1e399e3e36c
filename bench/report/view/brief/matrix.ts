/** The fan-out at a glance: a row for each lane, and in columns what an event and a connected client take. Plain data. */

import type { Estimate } from '../../../contract/result.ts';
import { latencyMetric, type Metric, metrics } from '../../../stats/metrics/metrics.ts';
import { formatCount } from '../words/format.ts';
import { inOrder, type LaneAtPlace, type Place, type ScenarioView, withoutDuplicates } from '../words/places.ts';
import { type BriefColumn, type BriefTable, scaleOfColumn } from './table.ts';

const FAN_OUT = 'fanout';

interface Wanted {
  readonly metric: string;
  readonly label: string;
  readonly heads: readonly [string, string];
}

/** Of a column the first that the run has: kernels that count no packets leave bytes on the sockets. */
const COLUMNS: readonly (readonly Wanted[])[] = [
  [
    { metric: 'wire.tcpIpPerDeliveryBytes', label: 'bytes per event, with TCP/IP', heads: ['bytes', '/event'] },
    { metric: 'wire.perDeliveryBytes', label: 'bytes per event, on the sockets', heads: ['bytes', '/event'] },
  ],
  [{ metric: 'server.cpuPerDeliveryUs', label: 'server CPU per event', heads: ['CPU', '/event'] }],
  [
    {
      metric: 'idle.tcpIpBytesPerClientMinuteAtDefault',
      label: 'bytes per silent minute, with TCP/IP',
      heads: ['silent', '/min'],
    },
    {
      metric: 'idle.bytesPerClientMinuteAtDefault',
      label: 'bytes per silent minute, on the sockets',
      heads: ['silent', '/min'],
    },
  ],
  [{ metric: 'server.heapPerClientBytes', label: 'memory per client', heads: ['memory', '/client'] }],
];

export interface Matrix extends BriefTable {
  readonly view: ScenarioView;
}

/** undefined of a run without a fan-out, or with one that is a sweep. */
export function matrixOf(views: readonly ScenarioView[]): Matrix | undefined {
  const all = views.map(withoutDuplicates);
  const view = all.find(({ scenario }) => scenario.id === FAN_OUT);
  const places = view?.places.toSorted((a, b) => a.point.clients - b.point.clients) ?? [];
  const burst = places.at(-1);
  if (!view || !burst || places.length > 2 || places[0]?.point.clients === places[1]?.point.clients) return undefined;
  const lanes = burst.lanes.toSorted((a, b) => inOrder(a.label, b.label));
  const alone = places.length > 1 ? places.slice(0, 1) : [];
  const columns = [
    ...latencyColumns(alone, lanes, ['p50']),
    ...latencyColumns([burst], lanes, ['p50', 'p99']),
    ...COLUMNS.flatMap(
      (candidates) =>
        candidates.flatMap((wanted) => {
          const metric = metrics.find(({ id }) => id === wanted.metric);
          return metric
            ? columnOf(
                wanted,
                metric,
                lanes.map((lane) => estimateFor(lane, metric.id, all)),
              )
            : [];
        })[0] ?? [],
    ),
  ];
  return {
    view,
    names: lanes.map(({ label }) => label.title),
    columns: inOneUnit(columns),
    note: noteOf(places, columns),
  };
}

/** `p50, p99: latency; alone: one client; of 100: a burst of 100; bytes per event, with TCP/IP` */
function noteOf(places: readonly Place[], columns: readonly BriefColumn[]): string {
  const bytes = columns.filter(({ metric }) => metric.unit === 'B' && metric.spread === 'range');
  return [
    'p50, p99: latency',
    ...places.map((place) => `${whereHead(place)}: ${burstName(place)}`),
    ...bytes.map(({ label }) => label),
  ].join('; ');
}

/** `one client`, `a burst of 100` */
export function burstName({ point: { clients } }: Place): string {
  return clients === 1 ? 'one client' : `a burst of ${formatCount(clients)}`;
}

function whereHead({ point: { clients } }: Place): string {
  return clients === 1 ? 'alone' : `of ${formatCount(clients)}`;
}

function latencyColumns(
  places: readonly Place[],
  lanes: readonly LaneAtPlace[],
  percentiles: readonly ('p50' | 'p99')[],
): BriefColumn[] {
  return places.flatMap((place) =>
    percentiles.flatMap((name) => {
      const metric = latencyMetric(name);
      const heads = [name, whereHead(place)] as const;
      const words: Wanted = { metric: metric.id, label: `latency ${name}, ${burstName(place)}`, heads };
      return columnOf(
        words,
        metric,
        lanes.map(({ label }) => estimateAt(place, label.index, metric.id)),
      );
    }),
  );
}

/** None where no lane has a value. */
function columnOf({ label, heads }: Wanted, metric: Metric, estimates: readonly (Estimate | undefined)[]) {
  const cells = estimates.map((estimate) => [estimate]);
  return estimates.some(Boolean) ? [{ label, heads, metric, scale: scaleOfColumn(metric, cells), cells }] : [];
}

/** Columns of one kind of quantity are compared with each other. */
function inOneUnit(columns: readonly BriefColumn[]): BriefColumn[] {
  return columns.map((column) => {
    const alike = columns.filter(({ metric }) => metric.kind === 'latency' && column.metric.kind === 'latency');
    return alike.length === 0
      ? column
      : {
          ...column,
          scale: scaleOfColumn(
            column.metric,
            alike.flatMap(({ cells }) => cells),
          ),
        };
  });
}

/** At the lane's own place, else what another scenario has of it at as many clients and the same poll interval. */
function estimateFor(lane: LaneAtPlace, metric: string, views: readonly ScenarioView[]): Estimate | undefined {
  const { clients, pollIntervalMs } = lane.cells[0]?.point ?? {};
  const isLike = ({ point }: Place) => point.clients === clients && point.pollIntervalMs === pollIntervalMs;
  const elsewhere = views.flatMap(({ places }) => places.filter(isLike));
  const found = elsewhere.flatMap((place) => estimateAt(place, lane.label.index, metric) ?? []);
  return lane.estimates.get(metric) ?? found[0];
}

function estimateAt({ lanes }: Place, index: number, metric: string): Estimate | undefined {
  return lanes.find(({ label }) => label.index === index)?.estimates.get(metric);
}
