/** The figure of bytes per delivery: what of them is payload, and which way the rest goes. */

import type { CompletedCell } from '../../../contract/result.ts';
import { payloadPerDeliveryBytes } from '../../../stats/metrics/delivery-metrics.ts';
import { chartedIn, headlineOf, type Metric } from '../../../stats/metrics/metrics.ts';
import { besideEachOther, chartGroups } from '../charts/panels.ts';
import { curveCharts } from '../charts/settings-chart.ts';
import { stackChart } from '../charts/stack-chart.ts';
import { findingOf } from '../findings/finding.ts';
import type { ChartGroup, Figure, StackChart } from '../page-model.ts';
import { metricColumns, metricTable, valueColumn } from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { countOf, formatInterval, type Interval, scaleFor } from '../words/format.ts';
import { type LaneAtPlace, type Place, rangeOfRounds, type ScenarioView } from '../words/places.ts';

const TOTAL = headlineOf('bytes');
const SCALE = scaleFor('wire', []);
const TITLE = 'Bytes per delivery';
const NO_DELIVERY = 'no delivery';
/** Compressed payload: its bytes are known only where the ledger read along. */
const UNKNOWN = 'not known';

export function bytesFigure(view: ScenarioView, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} bytes`);
  const columns = [
    ...metricColumns(view, TOTAL, SCALE, NO_DELIVERY, ['Total', 'Ratio']),
    ...PARTS.map((part) => valueColumn(part.label, SCALE, (lane) => meanOfPart(lane, part), part.whyMissing)),
  ];
  return {
    id,
    title: TITLE,
    definition:
      'All bytes on the sockets within the window, in both directions, divided by the deliveries within it. Down is from ' +
      'server to client, up from client to server. Payload is as it went over the wire, compressed or encoded where the ' +
      'lane does that. Counted at the level of the TCP payload: heads and frames of the protocols are included, TCP and IP ' +
      'headers are not.',
    finding: findingOf(view, TOTAL.id),
    charts: bytesGroups(view, id, anchors),
    tables: [metricTable(view, anchors.take(`${id} table`), TITLE, [TOTAL.id], columns)],
  };
}

function bytesGroups(view: ScenarioView, id: string, anchors: Anchors): ChartGroup[] {
  const isPayloadVaried = new Set(view.places.map(({ point }) => point.payloadBytes)).size > 1;
  const curvesOf = (metric: Metric) =>
    chartGroups(
      view,
      id,
      anchors,
      (place) => (metric === TOTAL ? bytesChart(place) : undefined),
      (curves) => curveCharts(curves, { metric, title: metric.title, scale: SCALE, prefers: 'linear' }),
    );
  const shown = chartedIn('bytes').filter((metric) => metric === TOTAL || isPayloadVaried);
  return besideEachOther(shown.map((metric) => ({ title: metric.title, groups: curvesOf(metric) })));
}

function overheadDown(cell: CompletedCell): number | undefined {
  const payloadBytes = payloadPerDeliveryBytes(cell);
  const { window, windowDeliveries } = cell.wire;
  return payloadBytes === undefined ? undefined : window.clients.receivedBytes / windowDeliveries - payloadBytes;
}

function overheadUp({ wire }: CompletedCell): number {
  return wire.window.clients.sentBytes / wire.windowDeliveries;
}

function meanOfPart(lane: LaneAtPlace, { of }: (typeof PARTS)[number]): Interval | undefined {
  return rangeOfRounds(lane, (cell) => (cell.wire.windowDeliveries > 0 ? of(cell) : undefined));
}

/** A lane has a bar where all parts are known, and not the total alone. */
function bytesChart({ lanes }: Place): StackChart | undefined {
  const bars = lanes.flatMap((lane) => {
    const total = lane.estimates.get(TOTAL.id);
    const values = PARTS.flatMap((part) => meanOfPart(lane, part)?.value ?? []);
    if (!total || values.length < PARTS.length) return [];
    return { label: lane.label, values, total: `${formatInterval(total, SCALE).value} ${SCALE.unit}` };
  });
  return stackChart(
    `Bytes per delivery for ${countOf(bars.length, 'lane')}, as payload, overhead down and overhead up.`,
    TITLE,
    bars,
    PARTS,
  );
}

const PARTS = [
  { label: 'Payload', colour: '--layer-payload', isHatched: false, of: payloadPerDeliveryBytes, whyMissing: UNKNOWN },
  { label: 'Overhead down', colour: '--layer-overhead', isHatched: false, of: overheadDown, whyMissing: UNKNOWN },
  { label: 'Overhead up', colour: '--layer-overhead', isHatched: true, of: overheadUp, whyMissing: NO_DELIVERY },
] as const;
