/** The figure of bytes per delivery: what of them is payload, and which way the rest goes. */

import type { CompletedCell } from '../../../contract/result.ts';
import { rangeOf } from '../../../stats/inference/mean.ts';
import { chartedIn, metricOf } from '../../../stats/metrics/metrics.ts';
import { payloadPerDeliveryBytes } from '../../../stats/metrics/payload.ts';
import { curveCharts } from '../charts/curve-chart.ts';
import { besideEachOther, chartGroups } from '../charts/panels.ts';
import { findingOf } from '../findings/finding.ts';
import type { ChartGroup, Figure, StackChart } from '../page-model.ts';
import {
  bracketsAndRatios,
  laneTable,
  oppositeColumn,
  ratioColumn,
  roundsColumn,
  valueColumn,
} from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { countOf, formatInterval, type Interval, scaleFor } from '../words/format.ts';
import type { LaneAtPlace, Place, ScenarioView } from '../words/places.ts';

const [TOTAL = '', OVERHEAD = ''] = chartedIn('bytes').map(({ id }) => id);
const SCALE = scaleFor('wire', []);
const TITLE = 'Bytes per delivery';
const NO_DELIVERY = 'no delivery';
/** Of compressed payload nobody knows how much it is, unless the ledger read along. */
const UNKNOWN = 'not known';

export function bytesFigure(view: ScenarioView, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} bytes`);
  const columns = [
    ...oppositeColumn(view, [TOTAL]),
    valueColumn('Total', SCALE, ({ estimates }) => estimates.get(TOTAL), NO_DELIVERY),
    ...ratioColumn(view, TOTAL, 'Ratio'),
    valueColumn('Payload', SCALE, payload, UNKNOWN),
    valueColumn('Overhead down', SCALE, overheadDown, UNKNOWN),
    valueColumn('Overhead up', SCALE, overheadUp, NO_DELIVERY),
    roundsColumn([TOTAL]),
  ];
  return {
    id,
    title: TITLE,
    definition:
      'All bytes on the sockets within the window, in both directions, divided by the deliveries within it. Down is from ' +
      'server to client, up from client to server. Payload is as it went over the wire, compressed or encoded where the ' +
      'lane does that. Counted at the level of the TCP payload: heads and frames of the protocols are included, TCP and IP ' +
      'headers are not.',
    finding: findingOf(view, TOTAL),
    charts: bytesGroups(view, id, anchors),
    tables: [
      {
        ...laneTable(view, anchors.take(`${id} table`), TITLE, columns),
        definition: bracketsAndRatios(view, [TOTAL]),
      },
    ],
  };
}

/** Over a sweep the total; beside it the overhead, where a payload that differs would hide it. */
function bytesGroups(view: ScenarioView, id: string, anchors: Anchors): ChartGroup[] {
  const isPayloadVaried = new Set(view.places.map(({ point }) => point.payloadBytes)).size > 1;
  const curvesOf = (metric: string) =>
    chartGroups(
      view,
      id,
      anchors,
      (place) => (metric === TOTAL ? bytesChart(place) : undefined),
      (curves) => curveCharts(curves, { metric, title: metricOf(metric).title, scale: SCALE, prefers: 'linear' }),
    );
  return besideEachOther([
    { title: TITLE, groups: curvesOf(TOTAL) },
    { title: metricOf(OVERHEAD).title, groups: isPayloadVaried ? curvesOf(OVERHEAD) : [] },
  ]);
}

function payload(lane: LaneAtPlace): Interval | undefined {
  return meanPerDelivery(lane, payloadPerDeliveryBytes);
}

function overheadDown(lane: LaneAtPlace): Interval | undefined {
  return meanPerDelivery(lane, (cell) => {
    const payloadBytes = payloadPerDeliveryBytes(cell);
    const { window, windowDeliveries } = cell.wire;
    return payloadBytes === undefined ? undefined : window.clients.receivedBytes / windowDeliveries - payloadBytes;
  });
}

function overheadUp(lane: LaneAtPlace): Interval | undefined {
  return meanPerDelivery(lane, ({ wire }) => wire.window.clients.sentBytes / wire.windowDeliveries);
}

function meanPerDelivery(
  { valid }: LaneAtPlace,
  bytesOf: (cell: CompletedCell) => number | undefined,
): Interval | undefined {
  const values = valid.filter(({ wire }) => wire.windowDeliveries > 0).flatMap((cell) => bytesOf(cell) ?? []);
  return values.length === 0 ? undefined : { ...rangeOf(values), spread: 'range' };
}

/** A lane of which only the total is known has no bar. */
function bytesChart(place: Place): StackChart | undefined {
  const bars = place.lanes.flatMap((lane) => {
    const total = lane.estimates.get(TOTAL);
    const inside = payload(lane);
    const down = overheadDown(lane);
    const up = overheadUp(lane);
    if (!total || !inside || !down || !up) return [];
    return {
      label: lane.label,
      payload: inside.value,
      down: down.value,
      up: up.value,
      text: `${formatInterval(total, SCALE).value} ${SCALE.unit}`,
    };
  });
  if (bars.length === 0) return undefined;
  return {
    kind: 'stack',
    unit: SCALE.unit,
    label:
      `Stacked bars. Bytes per delivery for ${countOf(bars.length, 'lane')}, as payload, overhead down and overhead up. ` +
      'The table that follows has the same numbers.',
    axisTitle: `${TITLE}, ${SCALE.unit} (linear)`,
    lanes: bars.map(({ label }) => label),
    parts: [
      {
        label: 'Payload',
        colour: '--layer-payload',
        isHatched: false,
        values: bars.map(({ payload }) => payload),
      },
      { label: 'Overhead down', colour: '--layer-overhead', isHatched: false, values: bars.map(({ down }) => down) },
      { label: 'Overhead up', colour: '--layer-overhead', isHatched: true, values: bars.map(({ up }) => up) },
    ],
    totals: bars.map(({ text }) => text),
  };
}
