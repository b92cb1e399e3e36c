/** What opens a lasting connection: once per client, so it stands apart from what a delivery takes. */

import { openingBytes } from '../../../contract/ledger.ts';
import type { CompletedCell } from '../../../contract/result.ts';
import { bytesOfDelivery, PARTS_OF_A_DELIVERY } from '../findings/delivery.ts';
import type { Figure } from '../page-model.ts';
import { exactColumn, laneColumn, lanesOf, laneTable, NO_ROUND, remark } from '../tables/lane-table.ts';
import type { Anchors } from '../words/anchors.ts';
import { formatCount, formatRange } from '../words/format.ts';
import type { ScenarioView } from '../words/places.ts';
import { NOT_READ } from './layers-figure.ts';

const TITLE = 'Opening a connection';
const NEGLIGIBLE_SHARE = 0.01;

export function handshakeFigure(view: ScenarioView, anchors: Anchors): Figure {
  const id = anchors.take(`${view.id} handshake`);
  const isEncrypted = lanesOf(view).some(({ valid }) => valid.some((cell) => (handshakeOf(cell)?.tls ?? 0) > 0));
  return {
    id,
    title: TITLE,
    definition:
      'Bytes that open a lasting connection are spent once, those of TLS with its certificate and its tickets among them, ' +
      'and wear off with the events. They count as worn off after n events, where n = handshake ÷ (1 % × bytes per ' +
      'delivery): from there on the handshake is less than 1 % of what the deliveries took. A lane without a handshake pays with each request instead.',
    charts: undefined,
    tables: [
      laneTable(
        view,
        anchors.take(`${id} table`),
        TITLE,
        'Handshake: bytes over the whole cell by clients, also where clients share a connection. Bytes per delivery: of ' +
          'the layers, without it.',
        [
          exactColumn('Down', (cell) => handshakeOf(cell)?.down, NOT_READ),
          exactColumn('Up', (cell) => handshakeOf(cell)?.up, NOT_READ),
          exactColumn('Handshake', (cell) => handshakeOf(cell)?.both, NOT_READ),
          ...(isEncrypted ? [exactColumn('Of it TLS', (cell) => handshakeOf(cell)?.tls, NOT_READ)] : []),
          exactColumn('Bytes per delivery', bytesPerDelivery, NOT_READ),
          wornOffColumn,
        ],
      ),
    ],
  };
}

const wornOffColumn = laneColumn('Worn off after', 'events', ({ valid }) => {
  if (valid.length === 0) return NO_ROUND;
  const counts = valid.flatMap((cell) => wornOffAfter(cell) ?? []);
  if (counts.length > 0 && counts.every((count) => count === 0)) return remark('no handshake');
  const range = formatRange(counts, formatCount);
  return range === undefined ? remark(NOT_READ) : { text: range };
});

function handshakeOf({ wire: { ledger } }: CompletedCell) {
  if (!ledger) return undefined;
  const { up, down } = openingBytes(ledger.cell);
  const { tlsHandshake: tls } = ledger.cell;
  const each = (bytes: number) => bytes / ledger.clients;
  return { up: each(up), down: each(down), both: each(up + down), tls: each(tls ? tls.up + tls.down : 0) };
}

function bytesPerDelivery(cell: CompletedCell): number | undefined {
  return bytesOfDelivery(
    cell,
    PARTS_OF_A_DELIVERY.filter((part) => part !== 'handshake'),
  );
}

function wornOffAfter(cell: CompletedCell): number | undefined {
  const handshake = handshakeOf(cell)?.both;
  const bytes = bytesPerDelivery(cell);
  return handshake === undefined || !bytes ? undefined : Math.ceil(handshake / (NEGLIGIBLE_SHARE * bytes));
}
