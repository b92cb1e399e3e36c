/** The figure of one delivery's bytes by layer. The payload stands in the table: as a bar it would hide the layers. */

import { LAYER_SUMMARIES, LAYERS } from '../../../contract/ledger.ts';
import type { CompletedCell } from '../../../contract/result.ts';
import { meanOf } from '../../../stats/inference/mean.ts';
import { chartGroups } from '../charts/panels.ts';
import { stackChart } from '../charts/stack-chart.ts';
import {
  bytesOfDelivery,
  type DeliveryPart,
  DIRECTIONS,
  type Direction,
  deliveryOf,
  PARTS_OF_A_DELIVERY,
} from '../findings/delivery.ts';
import type { Figure, StackChart, StackPart } from '../page-model.ts';
import { exactColumn, type LaneColumn, lanesOf, laneTable } from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { countOf, formatExact } from '../words/format.ts';
import { completedByLane, type LaneAtPlace, type Place, type ScenarioView } from '../words/places.ts';

const TITLE = 'One delivery by layer';
export const NOT_READ = 'not read along';

export function sharedNote(views: readonly ScenarioView[]): string | undefined {
  const titles = views
    .filter(({ scenario }) => scenario.ledgerShare > 0)
    .flatMap(completedByLane)
    // At least one of several clients is read along with, unless they share a connection.
    .filter(({ completed }) => completed.some(({ point, wire }) => point.clients > 1 && !wire.ledger))
    .map(({ label }) => label.title);
  if (titles.length === 0) return undefined;
  return (
    `Not read along with: ${[...new Set(titles)].join('; ')}. Their clients share connections: the few that are read along ` +
    'with would have one of their own, with other bytes per event.'
  );
}

/** Both heads share a colour: bars are solid for one direction and hatched for the other. */
const PARTS: Readonly<Record<DeliveryPart, { readonly name: string; readonly colour: StackPart['colour'] }>> = {
  payload: { name: 'Payload', colour: '--layer-payload' },
  framing: { name: 'Framing', colour: '--layer-framing' },
  chunking: { name: 'Chunking', colour: '--layer-chunking' },
  requestHead: { name: 'Request head', colour: '--layer-head' },
  responseHead: { name: 'Response head', colour: '--layer-head' },
  handshake: { name: 'Handshake', colour: '--layer-handshake' },
  control: { name: 'Control', colour: '--layer-control' },
  tls: { name: 'TLS', colour: '--layer-tls' },
  emptyPolls: { name: 'Empty polls', colour: '--layer-empty' },
};

interface Part extends Omit<StackPart, 'values'> {
  readonly part: DeliveryPart;
  readonly direction: Direction;
}

export function layersFigure(view: ScenarioView, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} layers`);
  const parts = partsIn(view);
  const columns: LaneColumn[] = [
    ...parts.map(({ part, direction, label }) =>
      exactColumn(label, (cell) => deliveryOf(cell)?.[direction][part], NOT_READ),
    ),
    exactColumn('Sum', (cell) => bytesOfDelivery(cell, PARTS_OF_A_DELIVERY), NOT_READ),
    exactColumn('Residual', ({ wire }) => wire.ledger?.residualBytes, NOT_READ),
    ...(lanesOf(view).some(({ valid }) => valid.some(eventsPerPoll))
      ? [exactColumn('Events per poll', eventsPerPoll, 'no polls', '')]
      : []),
  ];
  const overhead = parts.filter(({ part }) => part !== 'payload');
  const isSeen = (part: DeliveryPart) => parts.some((one) => one.part === part);
  const layers = LAYERS.filter((layer) => layer !== 'payload' && isSeen(layer));
  const unseen = PARTS_OF_A_DELIVERY.filter((part) => !isSeen(part)).map((part) => PARTS[part].name.toLowerCase());
  const shared = sharedNote([view]);
  return {
    id,
    title: TITLE,
    definition:
      'What the bytes of one event on its way to one client are for, as an independent reader of the byte stream found ' +
      'it: the bytes of the window, divided by the events carried. Bars are overhead alone; the payload comes on top and is ' +
      'in the table. Solid is down, from server to client; hatched is up. Opening a connection is not part of a delivery.',
    charts: chartGroups(view, id, anchors, (place) => layersChart(place, overhead)),
    tables: [
      {
        ...laneTable(
          view,
          anchors.take(`${id} table`),
          TITLE,
          'Bytes per event carried; where rounds differ, the lowest and the highest. The sum of the layers is what the ' +
            'sockets carried: the residual is what they differ by over the whole cell, in bytes.',
          columns,
        ),
        notes: [
          ...layers.map((layer) => `${PARTS[layer].name}: ${LAYER_SUMMARIES[layer]}`),
          ...(isSeen('emptyPolls')
            ? [
                'Empty polls: their heads, taken out of the two before; how many there are per event is set by the interval ' +
                  'and the rate.',
              ]
            : []),
          ...(parts.length > 0 && unseen.length > 0
            ? [`Without a byte in any lane’s window: ${unseen.join(', ')}.`]
            : []),
          ...(shared ? [shared] : []),
        ],
      },
    ],
  };
}

/** Events of a poll that brought any: so many share one head. */
function eventsPerPoll({ wire: { ledger } }: CompletedCell): number | undefined {
  if (!ledger) return undefined;
  const { events, cycles, emptyCycles } = ledger.window;
  const polls = cycles.count - emptyCycles.count;
  return polls > 0 ? events / polls : undefined;
}

/** Those with a byte in any lane at any place, so that all charts of the figure share one legend. */
function partsIn(view: ScenarioView): Part[] {
  const deliveries = lanesOf(view).flatMap(({ valid }) => valid.flatMap((cell) => deliveryOf(cell) ?? []));
  return PARTS_OF_A_DELIVERY.flatMap((part) =>
    DIRECTIONS.filter((direction) => deliveries.some((delivery) => delivery[direction][part] > 0)).map((direction) => ({
      part,
      direction,
      label: `${PARTS[part].name} ${direction}`,
      colour: PARTS[part].colour,
      isHatched: direction === 'up',
    })),
  );
}

function layersChart({ lanes, point }: Place, parts: readonly Part[]): StackChart | undefined {
  const bars = lanes.flatMap(({ label, valid }) => {
    const values = parts.flatMap((part) => meanPart(valid, part) ?? []);
    const total = `${formatExact(values.reduce((sum, value) => sum + value, 0))} B`;
    return values.length === parts.length && values.length > 0 ? { label, values, total } : [];
  });
  return stackChart(
    `Overhead of one delivery of ${point.payloadBytes} bytes of payload, by layer and direction, for ` +
      `${countOf(bars.length, 'lane')}.`,
    'Overhead per delivery',
    bars,
    parts,
  );
}

function meanPart(valid: LaneAtPlace['valid'], { part, direction }: Part): number | undefined {
  const values = valid.flatMap((cell) => deliveryOf(cell)?.[direction][part] ?? []);
  return values.length === 0 ? undefined : meanOf(values).value;
}
