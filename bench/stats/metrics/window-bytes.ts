import { sumOf } from '../../contract/ledger.ts';
import type { CompletedCell } from '../../contract/result.ts';

/** Both directions. The ledger's count is taken where it reads every client: its window ends between two polls, the sockets' within one. */
export function windowBytes({ wire: { ledger, window }, point }: CompletedCell): number {
  if (ledger?.clients === point.clients) return sumOf(ledger.window.up) + sumOf(ledger.window.down);
  return window.clients.sentBytes + window.clients.receivedBytes;
}
