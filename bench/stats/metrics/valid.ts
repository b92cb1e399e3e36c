import { type Cell, type CompletedCell, mustAgree } from '../../contract/result.ts';

export type ValidCell = CompletedCell & {
  readonly delivery: { readonly missing: 0; readonly duplicated: 0; readonly outOfOrder: 0; readonly unexpected: 0 };
};

/**
 * Lost, repeated or reordered events, two sides that count different bytes, or a ledger that read other events than its clients
 * got, make a cell invalid.
 */
export function isValid(cell: Cell): cell is ValidCell {
  if (cell.state !== 'completed') return false;
  const { missing, duplicated, outOfOrder, unexpected } = cell.delivery;
  const { server, clients } = cell.wire.cell;
  const bytesAgree = server.sentBytes === clients.receivedBytes && server.receivedBytes === clients.sentBytes;
  const { ledger } = cell.wire;
  const isRead = ledger?.deliveries === undefined || ledger.deliveries === ledger.cell.events;
  return missing + duplicated + outOfOrder + unexpected === 0 && isRead && (bytesAgree || !mustAgree(cell));
}
