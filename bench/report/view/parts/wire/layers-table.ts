/** One delivery's bytes by layer, at every point of a scenario: what auditors add up. */

import { LAYER_SUMMARIES, LAYERS, openingBytes } from '../../../../contract/ledger.ts';
import type { CompletedCell } from '../../../../contract/result.ts';
import {
  bytesOfDelivery,
  type DeliveryPart,
  DIRECTIONS,
  deliveryOf,
  PARTS_OF_A_DELIVERY,
} from '../../findings/delivery.ts';
import type { Table } from '../../page-model.ts';
import { exactColumn, type LaneColumn, lanesOf, laneTable } from '../../tables/lane-table.ts';
import type { Anchors } from '../../words/anchors.ts';
import { completedByLane, type ScenarioView, withoutEqualBytes } from '../../words/places.ts';
import { eventsPerAnswer } from './exchange-bars.ts';

const TITLE = 'One delivery by layer';
const NOT_READ = 'not read along';

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

const NAMES: Readonly<Record<DeliveryPart, string>> = {
  payload: 'Payload',
  framing: 'Framing',
  chunking: 'Chunking',
  requestHead: 'Request head',
  responseHead: 'Response head',
  handshake: 'Handshake',
  control: 'Control',
  tls: 'TLS',
  emptyPolls: 'Empty polls',
};

/** Undefined where no cell was read along with. */
export function layersTable(all: ScenarioView, anchors: Anchors): Table | undefined {
  const view = withoutEqualBytes(all);
  const cells = lanesOf(view).flatMap(({ valid }) => valid);
  if (!cells.some(({ wire }) => wire.ledger)) return undefined;
  const deliveries = cells.flatMap((cell) => deliveryOf(cell) ?? []);
  const isSeen = (part: DeliveryPart) => DIRECTIONS.some((side) => deliveries.some((one) => one[side][part] > 0));
  const parts = PARTS_OF_A_DELIVERY.flatMap((part) =>
    DIRECTIONS.filter((side) => deliveries.some((one) => one[side][part] > 0)).map((side) =>
      exactColumn(`${NAMES[part]} ${side}`, (cell) => deliveryOf(cell)?.[side][part], NOT_READ),
    ),
  );
  const where = (of: (cell: CompletedCell) => unknown, column: LaneColumn) => (cells.some(of) ? [column] : []);
  const opening = DIRECTIONS.flatMap((side) => {
    const of = ({ wire: { ledger } }: CompletedCell) => ledger && openingBytes(ledger.cell)[side] / ledger.clients;
    return where(of, exactColumn(`Opening ${side}`, of, NOT_READ));
  });
  const table = laneTable(
    view,
    anchors.take(`${view.id} layers table`),
    TITLE,
    'Bytes of the window, in both directions, per event carried; where rounds differ, the lowest and the highest. Down is from ' +
      'server to client. The sum of the layers is what the sockets carried: the residual is what they differ by over the ' +
      'whole cell, in bytes. What opens a connection is spent once for each client, and stands apart.',
    [
      ...parts,
      exactColumn('Sum', (cell) => bytesOfDelivery(cell, PARTS_OF_A_DELIVERY), NOT_READ),
      exactColumn('Residual', ({ wire }) => wire.ledger?.residualBytes, NOT_READ),
      ...where(tcpIpBytes, exactColumn('With TCP/IP', tcpIpBytes, 'not counted')),
      ...where(eventsPerAnswer, exactColumn('Events per poll', eventsPerAnswer, 'no polls', '')),
      ...where(emptyPollBytes, exactColumn('An empty poll', emptyPollBytes, 'none')),
      ...opening,
    ],
  );
  const shared = sharedNote([view]);
  const unseen = PARTS_OF_A_DELIVERY.filter((part) => !isSeen(part)).map((part) => NAMES[part].toLowerCase());
  return {
    ...table,
    folded: table.folded ?? `${table.rows.length} rows`,
    notes: [
      ...LAYERS.filter((layer) => layer !== 'payload' && isSeen(layer)).map(
        (layer) => `${NAMES[layer]}: ${LAYER_SUMMARIES[layer]}`,
      ),
      ...(isSeen('emptyPolls') ? ['Empty polls: their heads, taken out of the two before.'] : []),
      ...(parts.length > 0 && unseen.length > 0 ? [`Without a byte in any lane’s window: ${unseen.join(', ')}.`] : []),
      ...(shared ? [shared] : []),
    ],
  };
}

function tcpIpBytes({ wire }: CompletedCell): number | undefined {
  return wire.windowDeliveries > 0 ? wire.packets?.tcpIpBytesPerDelivery : undefined;
}

function emptyPollBytes({ wire: { ledger } }: CompletedCell): number | undefined {
  if (!ledger || ledger.window.emptyCycles.count === 0) return undefined;
  const { count, upBytes, downBytes } = ledger.window.emptyCycles;
  return (upBytes + downBytes) / count;
}
