/** What opens a lasting connection: once per client, so it stands apart from what a delivery takes. */

import type { CompletedCell } from '../contract/result.ts';
import type { Anchors } from './anchors.ts';
import { deliveryOf, sumOfDelivery } from './delivery.ts';
import { formatCount, formatRange } from './format.ts';
import { exactColumn, type LaneColumn, laneTable, NO_ROUND } from './lane-table.ts';
import { NOT_READ } from './layers-figure.ts';
import type { Figure } from './page-model.ts';
import type { ScenarioView } from './places.ts';

const TITLE = 'Opening a connection';
const NEGLIGIBLE_SHARE = 0.01;

export function handshakeFigure(view: ScenarioView, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} handshake`);
  return {
    id,
    title: TITLE,
    definition:
      'Bytes that open a lasting connection are spent once per client and wear off with the events. They count as worn ' +
      'off after n events, where n = handshake ÷ (1 % × bytes per delivery): from there on the handshake is less than 1 % ' +
      'of what the deliveries took. A lane without a handshake pays with each request instead.',
    charts: undefined,
    tables: [
      {
        ...laneTable(view, anchors.take(`${id} table`), TITLE, [
          exactColumn('Down', (cell) => handshakeOf(cell)?.down, NOT_READ),
          exactColumn('Up', (cell) => handshakeOf(cell)?.up, NOT_READ),
          exactColumn('Handshake', (cell) => handshakeOf(cell)?.both, NOT_READ),
          exactColumn('Bytes per delivery', bytesPerDelivery, NOT_READ),
          wornOffColumn,
        ]),
        definition: 'Handshake: bytes per client over the whole cell. Bytes per delivery: of the layers, without it.',
      },
    ],
  };
}

const wornOffColumn: LaneColumn = {
  column: { label: 'Worn off after', unit: 'events', numeric: true },
  cell: ({ valid }) => {
    if (valid.length === 0) return NO_ROUND;
    const counts = valid.flatMap((cell) => wornOffAfter(cell) ?? []);
    if (counts.length === 0) return { text: NOT_READ, isRemark: true };
    if (counts.every((count) => count === 0)) return { text: 'no handshake', isRemark: true };
    return { text: formatRange(counts, formatCount) ?? NOT_READ };
  },
};

function handshakeOf({ wire: { ledger } }: CompletedCell): { up: number; down: number; both: number } | undefined {
  if (!ledger) return undefined;
  const up = ledger.cell.up.handshake / ledger.clients;
  const down = ledger.cell.down.handshake / ledger.clients;
  return { up, down, both: up + down };
}

function bytesPerDelivery(cell: CompletedCell): number | undefined {
  const delivery = deliveryOf(cell);
  return delivery && sumOfDelivery(delivery, (part) => part !== 'handshake');
}

function wornOffAfter(cell: CompletedCell): number | undefined {
  const handshake = handshakeOf(cell)?.both;
  const bytes = bytesPerDelivery(cell);
  return handshake === undefined || !bytes ? undefined : Math.ceil(handshake / (NEGLIGIBLE_SHARE * bytes));
}
